#include "results/schema/run_directory.h"

#include <gtest/gtest.h>

#include "results/schema/file_error.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

const WallTime noon = parse_time("2026-11-24T12:00:00.000Z").value();

TEST(RunDirectoryName, IsTimeAndSuite) {
  const ScratchFolder results;
  const auto run = RunDirectory::create(results.path(), "smoke", noon);
  EXPECT_EQ(run.name(), "20261124T120000Z_smoke");
  EXPECT_TRUE(std::filesystem::is_directory(run.logs()));
  EXPECT_EQ(RunDirectory::create(results.path(), "smoke", noon).name(), "20261124T120000Z_smoke-2");
  EXPECT_EQ(RunDirectory::create(results.path(), "../evil", noon).name(),
            "20261124T120000Z_-.-evil");
}

TEST(RunDirectoryOpen, TakesAFolderWithATable) {
  const ScratchFolder results;
  const auto run = RunDirectory::create(results.path(), "smoke", noon);
  EXPECT_THROW(RunDirectory::open(run.path()), FileError);
  write_file(run.measurements(), "schema\n");
  EXPECT_EQ(RunDirectory::open(run.path()).name(), run.name());
  EXPECT_EQ(RunDirectory::open(run.path() / "").name(), run.name()) << "a slash at the end";
  EXPECT_THROW(RunDirectory::open(results / "none"), FileError);
}

TEST(RunDirectoryLatest, IsTheNewestByName) {
  const ScratchFolder results;
  EXPECT_THROW(RunDirectory::latest(results.path()), FileError);
  for (const int hours : {2, 3, 1}) {
    const auto run =
        RunDirectory::create(results.path(), "smoke", noon + std::chrono::hours(hours));
    write_file(run.manifest(), "schema\n");
  }
  EXPECT_EQ(RunDirectory::latest(results.path()).name(), "20261124T150000Z_smoke");
}

}  // namespace
}  // namespace plumbline
