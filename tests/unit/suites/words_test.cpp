#include <gmock/gmock.h>

#include "results/schema/file_error.h"
#include "suites/acceptance/verdict_paragraph.h"
#include "suites/description/bytes.h"
#include "suites/description/duration.h"
#include "suites/description/nearest_name.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

TEST(Duration, IsReadWithItsUnit) {
  EXPECT_EQ(parse_duration("120s"), Seconds(120));
  EXPECT_EQ(parse_duration("10m"), Seconds(600));
  EXPECT_EQ(parse_duration("1.5h"), Seconds(5400));
  for (const char* text : {"", "s", "10", "-1s", "0s", "1 s", "1d", "nans", "1e999s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, IsSaidAsAPersonWould) {
  EXPECT_EQ(format_duration(Seconds(0.84)), "0.8 s");
  EXPECT_EQ(format_duration(Seconds(9.96)), "10 s");
  EXPECT_EQ(format_duration(Seconds(59.7)), "1 min");
  EXPECT_EQ(format_duration(Seconds(125)), "2 min 5 s");
  EXPECT_EQ(format_duration(Seconds(600)), "10 min");
  EXPECT_EQ(format_duration(Seconds(3780)), "1 h 3 min");
  EXPECT_EQ(format_duration(Seconds(-1)), "0.0 s");
}

TEST(BytesOf, AFileAreAllOfThem) {
  const ScratchFolder folder;
  const std::string bytes = std::string(100'000, 'x') + '\0' + "\n";
  write_file(folder / "file", bytes);
  write_file(folder / "empty", "");
  EXPECT_EQ(bytes_of(folder / "file"), bytes);
  EXPECT_EQ(bytes_of(folder / "empty"), "");
  EXPECT_THROW(bytes_of(folder / "absent"), FileError);
  EXPECT_THROW(bytes_of(folder.path()), FileError) << "a folder is no empty file";
}

TEST(NearestName, IsTheOneThatWasMeant) {
  const std::vector<std::string> names = {"run", "resume", "retry", "report", "accept"};
  EXPECT_EQ(nearest_name("resum", names), "resume");
  EXPECT_EQ(nearest_name("reprot", names), "report");
  EXPECT_EQ(nearest_name("acept", names), "accept");
  EXPECT_EQ(nearest_name("frobnicate", names), "");
  EXPECT_EQ(nearest_name("zz", names), "");
  EXPECT_EQ(did_you_mean("rtry", names), "; did you mean retry?");
  EXPECT_EQ(did_you_mean("frobnicate", names), "");
}

TEST(Wrapped, BreaksAtBlanksOnly) {
  EXPECT_EQ(wrapped("one two three four", 9), "one two\nthree\nfour\n");
  EXPECT_EQ(wrapped("a/very/long/path b", 5), "a/very/long/path\nb\n");
}

}  // namespace
}  // namespace plumbline
