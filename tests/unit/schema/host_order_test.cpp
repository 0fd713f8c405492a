#include "results/schema/host_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "results/schema/file_error.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Measurement row(const std::string& host, double value, const std::string& note = "") {
  Measurement m;
  m.host = host;
  m.metric = "m";
  m.median = value;
  m.note = note;
  return m;
}

class HostOrder : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::vector<Measurement>& rows) {
    CsvAppender<Measurement>(folder_ / name).append(rows);
    files_.push_back(folder_ / name);
  }

  HostOrderReport read() {
    seen_.clear();
    order_.clear();
    return read_by_host(files_, [&](const std::string& host, std::span<const Measurement> rows) {
      EXPECT_FALSE(seen_.contains(host)) << "a host comes once";
      order_.push_back(host);
      for (const Measurement& m : rows) {
        EXPECT_EQ(m.host, host);
        seen_[host].push_back(m.median.value());
      }
    });
  }

  ScratchFolder folder_;
  std::vector<std::filesystem::path> files_;
  std::map<std::string, std::vector<double>> seen_;
  std::vector<std::string> order_;
};

TEST_F(HostOrder, GathersTheRowsOfAHostFromEverywhere) {
  write("a.csv", {row("n2", 1), row("n1", 2), row("n2", 3, "a, b")});
  write("b.csv", {row("n1", 4), row("n3", 5, "say \"no\""), row("n2", 6)});
  const HostOrderReport report = read();
  EXPECT_EQ(report.rows, 6U);
  EXPECT_EQ(report.hosts, 3U);
  EXPECT_THAT(order_, ElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(seen_["n1"], ElementsAre(2, 4));
  EXPECT_THAT(seen_["n2"], ElementsAre(1, 3, 6));
}

TEST_F(HostOrder, ManyInterleavedRows) {
  std::vector<Measurement> rows;
  for (int i = 0; i < 20000; ++i) rows.push_back(row("n" + std::to_string(i % 97), i));
  write("a.csv", rows);
  EXPECT_EQ(read().rows, 20000U);
  for (auto& [host, values] : seen_) EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
  EXPECT_EQ(seen_.size(), 97U);
}

TEST_F(HostOrder, ReportsBadAndCutRowsAndKeepsTheOthers) {
  write("a.csv", {row("n1", 1)});
  write_file(folder_ / "b.csv", csv_header<Measurement>() + "1,nonsense\n" +
                                    csv_line(row("n1", 2)) + csv_line(row("n2", 3)) + "1,cut");
  files_.push_back(folder_ / "b.csv");
  const HostOrderReport report = read();
  EXPECT_THAT(report.bad_rows, ElementsAre(HasSubstr("b.csv:2: fewer cells")));
  EXPECT_THAT(report.torn_lines, ElementsAre(HasSubstr("b.csv: 1,cut")));
  EXPECT_THAT(seen_["n1"], ElementsAre(1, 2));
  EXPECT_THAT(seen_["n2"], ElementsAre(3));
}

TEST_F(HostOrder, ABadRowWithinAHostsRowsIsNotHandedOn) {
  std::string text = csv_header<Measurement>();
  text += csv_line(row("n1", 1)) + "x\n" + csv_line(row("n1", 2));
  write_file(folder_ / "a.csv", text);
  files_.push_back(folder_ / "a.csv");
  EXPECT_EQ(read().bad_rows.size(), 1U);
  EXPECT_THAT(seen_["n1"], ElementsAre(1, 2));
}

/// More than one thread reads at once.
TEST_F(HostOrder, ALargeFileByAnyNumberOfThreads) {
  const std::string note(200, 'x');
  std::string text = csv_header<Measurement>();
  for (int i = 0; i < 60'000; ++i) {
    text += i == 50'000 ? "bad\n" : csv_line(row("n" + std::to_string(i / 40 % 97), i, note));
  }
  write_file(folder_ / "a.csv", text);
  files_.push_back(folder_ / "a.csv");
  write("b.csv", {row("n5", -1)});
  using Rows = std::vector<std::pair<std::string, double>>;
  const auto read_by = [&](std::size_t threads) {
    std::atomic<std::size_t> looked = 0;
    Rows all;
    const RowsByHost rows(
        files_, [&](const Measurement&) { ++looked; }, threads);
    EXPECT_THAT(rows.report().bad_rows, ElementsAre(HasSubstr("a.csv:50002: fewer cells")));
    EXPECT_EQ(rows.report().rows, 60'000U);
    EXPECT_EQ(looked, 60'000U);
    rows.each([&](const std::string& host, std::span<const Measurement> own) {
      return [&all, &host, own] {
        for (const Measurement& m : own) all.emplace_back(host, m.median.value());
      };
    });
    return all;
  };
  const Rows one = read_by(1);
  EXPECT_EQ(one.size(), 60'000U);
  EXPECT_EQ(read_by(3), one);
}

TEST_F(HostOrder, NoRowsIsNoHost) {
  write("a.csv", {});
  EXPECT_EQ(read().rows, 0U);
  files_.clear();
  EXPECT_EQ(read().hosts, 0U);
}

TEST_F(HostOrder, AnotherSchemaOrNoFileIsRefused) {
  files_.push_back(folder_ / "none.csv");
  EXPECT_THROW(read(), FileError);
  write_file(folder_ / "none.csv", "schema\n9\n");
  EXPECT_THROW(read(), FileError);
  write_file(folder_ / "none.csv", "");
  EXPECT_THROW(read(), FileError);
}

}  // namespace
}  // namespace plumbline
