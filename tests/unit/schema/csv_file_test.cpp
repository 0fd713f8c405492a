#include "results/schema/csv_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/schema/baseline.h"
#include "results/schema/device.h"
#include "results/schema/file_error.h"
#include "results/schema/finding.h"
#include "results/schema/manifest.h"
#include "results/schema/measurement.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Measurement a_measurement() {
  Measurement m;
  m.run = "20261124T103335Z_smoke";
  m.time = parse_time("2026-11-24T10:33:35.123Z").value();
  m.host = "ip-10-1-7-3";
  m.instance_type = "p5.48xlarge";
  m.probe = "host_memory";
  m.case_name = "host_memory.read/numa0>numa1/locality=remote";
  m.metric = "host_memory.read";
  m.subject = "numa0";
  m.peer = "numa1";
  m.bytes = 1 << 30;
  m.params = {{"locality", "remote"}};
  m.unit = "GB/s";
  m.better = Better::higher;
  m.samples = 30;
  m.median = 150.25;
  m.ci_low = 150;
  m.ci_high = 150.5;
  m.min = 140;
  m.max = 151;
  m.spread = 0.0125;
  m.flags = {"unsteady", "bimodal"};
  m.attempt = 2;
  m.task = "host_memory#1";
  m.note = "pages of 2 MiB, \"checked\"";
  return m;
}

/// The error that reading `text` as a table of measurements ends with.
std::string refusal(const ScratchFolder& folder, const std::string& text) {
  write_file(folder / "measurements.csv", text);
  try {
    read_all<Measurement>(folder / "measurements.csv");
  } catch (const FileError& error) {
    return error.what();
  }
  return {};
}

/// A line in which one cell is replaced.
std::string line_with(const std::string& column, const std::string& cell) {
  const auto names = csv_columns<Measurement>();
  Measurement m = a_measurement();
  m.note.clear();
  const std::string line = csv_line(m);
  std::string result;
  std::size_t begin = 0;
  for (const std::string& name : names) {
    const std::size_t end = line.find_first_of(",\n", begin);
    if (!result.empty()) result += ',';
    result += name == column ? cell : line.substr(begin, end - begin);
    begin = end + 1;
  }
  return result + '\n';
}

TEST(CsvFile, WhatIsWrittenIsRead) {
  const ScratchFolder folder;
  const Measurement m = a_measurement();
  Measurement empty;
  empty.outcome = Outcome::skipped;
  empty.note = "there is no GPU";
  {
    CsvAppender<Measurement> appender(folder / "m.csv");
    appender.append(m);
    appender.append({empty, m});
  }
  EXPECT_THAT(read_all<Measurement>(folder / "m.csv"), ElementsAre(m, empty, m));
}

TEST(CsvFile, OneLineIsOneRow) {
  EXPECT_EQ(csv_line(a_measurement()),
            "1,20261124T103335Z_smoke,2026-11-24T10:33:35.123Z,ip-10-1-7-3,p5.48xlarge,host_memory,"
            "host_memory.read/numa0>numa1/locality=remote,host_memory.read,numa0,numa1,1073741824,"
            "locality=remote,GB/s,higher,ok,30,150.25,150,150.5,140,151,0.0125,,unsteady;bimodal,,"
            "measured,2,host_memory#1,\"pages of 2 MiB, \"\"checked\"\"\"\n");
}

TEST(CsvFile, TextThatASpreadsheetWouldRunIsGuarded) {
  const ScratchFolder folder;
  std::vector<Device> devices;
  for (const char* name : {"=1+1", "+1", "-1", "@SUM(A1)", "'quoted", "plain", "a,b", "\"", "''"}) {
    devices.push_back({"n1", "gpu0", "gpu", name, "", "", "", {}});
  }
  CsvAppender<Device>(folder / "devices.csv").append(devices);
  EXPECT_THAT(read_file(folder / "devices.csv"), HasSubstr(",'=1+1,"));
  EXPECT_EQ(read_all<Device>(folder / "devices.csv"), devices);
}

TEST(CsvFile, ALineBreakBecomesASpace) {
  Measurement m = a_measurement();
  m.note = "first\nsecond\r\tthird";
  EXPECT_THAT(csv_line(m), EndsWith(",first second  third\n"));
}

TEST(CsvFile, EveryTableHasItsSchemaFirst) {
  EXPECT_THAT(csv_header<Measurement>(), StartsWith("schema,"));
  EXPECT_THAT(csv_header<Sample>(), StartsWith("schema,"));
  EXPECT_THAT(csv_header<Device>(), StartsWith("schema,"));
  EXPECT_THAT(csv_header<ContextEntry>(), StartsWith("schema,"));
  EXPECT_THAT(csv_header<ManifestEntry>(), StartsWith("schema,"));
  EXPECT_THAT(csv_header<Baseline>(), StartsWith("schema,"));
  EXPECT_THAT(csv_header<Finding>(), StartsWith("schema,"));
  EXPECT_THAT(csv_header<NodeVerdict>(), StartsWith("schema,"));
}

TEST(CsvFile, EveryTableGoesThereAndBack) {
  const ScratchFolder folder;
  const Baseline baseline{.metric = "host_memory.read",
                          .subject_class = "numa>numa",
                          .params = {{"locality", "local"}},
                          .unit = "GB/s",
                          .better = Better::higher,
                          .expected = "150",
                          .low = -0.05,
                          .subjects = 2,
                          .spread = 0.01,
                          .ceiling = 204.8,
                          .use = Use::context,
                          .basis = "learned",
                          .source = "a run"};
  CsvAppender<Baseline>(folder / "b.csv").append(baseline);
  EXPECT_THAT(read_all<Baseline>(folder / "b.csv"), ElementsAre(baseline));

  Finding finding;
  finding.id = "0123abcd";
  finding.verdict = Verdict::inconclusive;
  finding.host = "n1";
  finding.deficit = -0.01;
  finding.remeasure = true;
  finding.sentence = "numa0>numa1 is slow, or not";
  CsvAppender<Finding>(folder / "f.csv").append(finding);
  EXPECT_THAT(read_all<Finding>(folder / "f.csv"), ElementsAre(finding));

  const NodeVerdict node{.host = "n1", .outcome = NodeOutcome::reject, .fail = 3, .reason = "why"};
  CsvAppender<NodeVerdict>(folder / "n.csv").append(node);
  EXPECT_THAT(read_all<NodeVerdict>(folder / "n.csv"), ElementsAre(node));

  const ManifestEntry entry{"n1", "p5.48xlarge", "i-0ab4", "use1-az4", "nn-1", "nn-2", "nn-3", ""};
  CsvAppender<ManifestEntry>(folder / "m.csv").append(entry);
  EXPECT_THAT(read_all<ManifestEntry>(folder / "m.csv"), ElementsAre(entry));

  const Sample sample{"n1", "case", "metric", 1, 7, true, 12.5};
  CsvAppender<Sample>(folder / "s.csv").append(sample);
  EXPECT_THAT(read_all<Sample>(folder / "s.csv"), ElementsAre(sample));

  const ContextEntry context{"n1", "kernel", "6.1"};
  CsvAppender<ContextEntry>(folder / "c.csv").append(context);
  EXPECT_THAT(read_all<ContextEntry>(folder / "c.csv"), ElementsAre(context));
}

struct BadCell {
  const char* column;
  const char* cell;
  const char* message;
};

TEST(CsvFile, ACellThatCannotBeIsNamedWithFileLineAndColumn) {
  const ScratchFolder folder;
  for (const BadCell& bad : std::vector<BadCell>{
           {"median", "fast", "median: found \"fast\", expected a number or an empty cell"},
           {"median", "nan", "median: found \"nan\", expected a number or an empty cell"},
           {"ci_low", "1.5 GB", "ci_low: found \"1.5 GB\""},
           {"bytes", "-1", "bytes: found \"-1\", expected a whole number"},
           {"bytes", "", "bytes: found \"\", expected a whole number"},
           {"attempt", "1.5", "attempt: found \"1.5\""},
           {"outcome", "OK", "outcome: found \"OK\", expected ok, skipped or failed"},
           {"better", "more", "better: found \"more\", expected higher, lower or exact"},
           {"provenance", "", "provenance: found \"\", expected measured or simulated"},
           {"time", "yesterday", "time: found \"yesterday\", expected a time like 2026"},
           {"params", "bf16", "params: found \"bf16\", expected key=value pairs"}}) {
    const std::string message =
        refusal(folder, csv_header<Measurement>() + csv_line(a_measurement()) +
                            line_with(bad.column, bad.cell));
    EXPECT_THAT(message, HasSubstr("measurements.csv:3: " + std::string(bad.message)));
  }
}

TEST(CsvFile, ARowOfTheWrongLengthIsNamed) {
  const ScratchFolder folder;
  const std::string header = csv_header<Measurement>();
  EXPECT_THAT(refusal(folder, header + "1,a,b\n"),
              HasSubstr(":2: fewer cells than the 29 columns of the header"));
  std::string line = csv_line(a_measurement());
  line.insert(line.size() - 1, ",more");
  EXPECT_THAT(refusal(folder, header + line), HasSubstr(":2: more cells than the 29 columns"));
  EXPECT_THAT(refusal(folder, header + "\n"), HasSubstr(":2: fewer cells"));
  EXPECT_THAT(refusal(folder, header + "1,\"a\n"), HasSubstr(":2: a quoted cell is not closed"));
}

TEST(CsvFile, ABlockThatWasNeverWrittenIsABadRow) {
  const ScratchFolder folder;
  EXPECT_THAT(refusal(folder, csv_header<Measurement>() + std::string(4096, '\0') +
                                  csv_line(a_measurement())),
              HasSubstr("measurements.csv:2: has a zero byte"));
}

TEST(CsvFile, AByteOrderMarkIsNoPartOfTheHeader) {
  const ScratchFolder folder;
  const std::string text = csv_header<Measurement>() + csv_line(a_measurement());
  EXPECT_EQ(refusal(folder, "\xEF\xBB\xBF" + text), "");
}

TEST(CsvFile, AnotherHeaderIsRefused) {
  const ScratchFolder folder;
  EXPECT_THAT(refusal(folder, "schema,run,when\n"),
              HasSubstr(":1: found column \"when\", expected \"time\""));
  EXPECT_THAT(refusal(folder, "schema,run\n"), HasSubstr(":1: column \"time\" is missing"));
  std::string header = csv_header<Measurement>();
  header.insert(header.size() - 1, ",extra");
  EXPECT_THAT(refusal(folder, header), HasSubstr("unknown column \"extra\""));
  EXPECT_THAT(refusal(folder, ""), HasSubstr("is empty; expected a header line"));
}

TEST(CsvFile, AnotherSchemaIsRefusedWithASentence) {
  const ScratchFolder folder;
  EXPECT_THAT(refusal(folder, "schema,run,new_column\n2,r,x\n"),
              HasSubstr(":2: schema: this table is of schema 2, this plumbline reads schema 1: use "
                        "the plumbline that wrote it, or measure again"));
}

TEST(CsvFile, AMissingFileIsNamed) {
  const ScratchFolder folder;
  EXPECT_THROW(read_all<Measurement>(folder / "none.csv"), FileError);
  EXPECT_THROW(read_all<Measurement>(folder.path()), FileError);
}

TEST(CsvFile, ACutLastLineIsReportedAndTheRestKept) {
  const ScratchFolder folder;
  const std::string whole = csv_header<Measurement>() + csv_line(a_measurement());
  for (std::size_t cut : {std::size_t{1}, std::size_t{40}, csv_line(a_measurement()).size() - 1}) {
    write_file(folder / "m.csv", whole + csv_line(a_measurement()).substr(0, cut));
    std::size_t rows = 0;
    const ReadReport report =
        read_csv<Measurement>(folder / "m.csv", [&](const Measurement&) { ++rows; });
    EXPECT_EQ(rows, 1U);
    EXPECT_EQ(report.torn_line, csv_line(a_measurement()).substr(0, cut));
  }
}

TEST(CsvFile, BadRowsAreCollectedOnRequest) {
  const ScratchFolder folder;
  write_file(folder / "m.csv", csv_header<Measurement>() + line_with("median", "x") +
                                   csv_line(a_measurement()) + "1,2\n" + csv_line(a_measurement()));
  std::size_t rows = 0;
  const ReadReport report = read_csv<Measurement>(
      folder / "m.csv", [&](const Measurement&) { ++rows; }, BadRows::collect);
  EXPECT_EQ(rows, 2U);
  EXPECT_THAT(report.bad_rows, ElementsAre(HasSubstr("m.csv:2: median"), HasSubstr("m.csv:4:")));
}

TEST(CsvFile, WindowsLineEndsAreRead) {
  const ScratchFolder folder;
  std::string text = csv_header<Measurement>() + csv_line(a_measurement());
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.insert(at, "\r");
  }
  write_file(folder / "m.csv", text);
  EXPECT_THAT(read_all<Measurement>(folder / "m.csv"), ElementsAre(a_measurement()));
}

TEST(CsvFile, AHeaderAloneIsAnEmptyTable) {
  const ScratchFolder folder;
  write_file(folder / "m.csv", csv_header<Measurement>());
  EXPECT_THAT(read_all<Measurement>(folder / "m.csv"), IsEmpty());
}

}  // namespace
}  // namespace plumbline
