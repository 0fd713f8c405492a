// results/README.md describes the tables of results/schema: the same columns in the same order, and
// examples that the code reads.

#include <gmock/gmock.h>

#include <fstream>

#include "results/schema/baseline.h"
#include "results/schema/compared_value.h"
#include "results/schema/course.h"
#include "results/schema/device.h"
#include "results/schema/finding.h"
#include "results/schema/journal.h"
#include "results/schema/known_change.h"
#include "results/schema/manifest.h"
#include "results/schema/measurement.h"
#include "results/schema/metric_meaning.h"
#include "results/schema/path_value.h"
#include "results/schema/suspected_node.h"
#include "results/schema/true_fault.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

/// One "## HEADING" of the page.
struct Section {
  std::vector<std::string>
      columns;          ///< what stands between ` and ` in the first cells of its table
  std::string example;  ///< its fenced block
};

Section section_of_readme(const std::string& heading) {
  std::ifstream page(PLUMBLINE_SOURCE_DIR "/results/README.md");
  Section section;
  bool inside = false, fenced = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) inside = line == "## " + heading;
    if (!inside) continue;
    if (line.starts_with("```")) {
      fenced = !fenced;
    } else if (fenced) {
      section.example += line + '\n';
    } else if (line.starts_with("| `")) {
      section.columns.push_back(line.substr(3, line.find('`', 3) - 3));
    }
  }
  return section;
}

template <class T>
class ResultsReadme : public testing::Test {};

/// The heading that describes a table.
template <class Record>
constexpr const char* heading = "";
template <>
constexpr const char* heading<Measurement> = "measurements.csv";
template <>
constexpr const char* heading<Sample> = "samples.csv";
template <>
constexpr const char* heading<Course> = "courses.csv";
template <>
constexpr const char* heading<Device> = "devices.csv";
template <>
constexpr const char* heading<ContextEntry> = "context.csv";
template <>
constexpr const char* heading<MetricMeaning> = "metrics.csv";
template <>
constexpr const char* heading<ManifestEntry> = "manifest.csv";
template <>
constexpr const char* heading<SuspectedNode> = "suspects.csv";
template <>
constexpr const char* heading<TrueFault> = "truth.csv";
template <>
constexpr const char* heading<KnownChange> = "known_changes.csv";
template <>
constexpr const char* heading<Baseline> = "Baselines";
template <>
constexpr const char* heading<Finding> = "findings.csv";
template <>
constexpr const char* heading<NodeVerdict> = "nodes.csv";
template <>
constexpr const char* heading<PathValue> = "pairs.csv";
template <>
constexpr const char* heading<ComparedValue> = "compare.csv";

using Records = testing::Types<Measurement, Sample, Course, Device, ContextEntry, MetricMeaning,
                               ManifestEntry, SuspectedNode, TrueFault, Baseline, Finding,
                               NodeVerdict, PathValue, ComparedValue, KnownChange>;
TYPED_TEST_SUITE(ResultsReadme, Records);

TYPED_TEST(ResultsReadme, NamesTheColumnsInOrder) {
  EXPECT_THAT(section_of_readme(heading<TypeParam>).columns,
              testing::ElementsAreArray(csv_columns<TypeParam>()));
}

TYPED_TEST(ResultsReadme, HasExamplesThatAreRead) {
  const ScratchFolder folder;
  const auto file = folder / "example.csv";
  const std::string example = section_of_readme(heading<TypeParam>).example;
  write_file(file, example);
  const auto records = read_all<TypeParam>(file);
  ASSERT_FALSE(records.empty());
  // Written again, they are the same to the letter.
  std::string written = csv_header<TypeParam>();
  for (const TypeParam& record : records) written += csv_line(record);
  EXPECT_EQ(written, example);
}

TEST(ResultsReadmeJournal, HasAnExampleThatIsRead) {
  const ScratchFolder folder;
  const auto file = folder / "journal.jsonl";
  write_file(file, section_of_readme("journal.jsonl").example);
  const auto events = read_journal(file);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events.front().detail("outcome"), "failed");
}

}  // namespace
}  // namespace plumbline
