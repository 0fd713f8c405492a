// Ranks, relays, the ways to hosts and the runner are killed at random moments of a run on many
// hosts. It is continued, and no row is lost or doubled.

#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <iostream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "suites/running/task_outcome.h"
#include "tests/fabric/fleet.h"

namespace plumbline {
namespace {

using ::testing::IsSubsetOf;

const std::filesystem::path bin = std::filesystem::path(PLUMBLINE_QUICK) / "bin";

constexpr int most_kills = 50, least_kills = 25;
constexpr std::uint32_t seed = 20261130;
constexpr int subjects = 12, meetings = 6;

/// Whole lines of the measurements that hosts have sent so far.
std::set<std::string> lines_in_parts(const std::filesystem::path& run) {
  std::set<std::string> lines;
  if (!std::filesystem::exists(run / "parts")) return lines;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run / "parts")) {
    if (entry.path().filename() != "measurements.csv") continue;
    std::istringstream text(read_file(entry.path()));
    std::string line;
    std::getline(text, line);  // the header
    while (std::getline(text, line) && !text.eof()) lines.insert(line);
  }
  return lines;
}

class FabricKill : public FabricFleet {
 protected:
  std::filesystem::path suite() {
    std::string names;
    for (int i = 1; i <= subjects; ++i) names += (i == 1 ? "s" : ",s") + std::to_string(i);
    return write("kill.toml",
                 "name = \"kill\"\n[[step]]\nname = \"alone\"\nprobe = \"quick\"\n"
                 "options = { seconds = 0.4, subjects = \"" +
                     names +
                     "\" }\n[[step]]\nname = \"pairs\"\nprobe = \"quick\"\non = \"pairs\"\n"
                     "options = { seconds = 0.4, rounds = " +
                     std::to_string(meetings) + " }\n");
  }

  /// Kills one of the processes that this run has somewhere; what it was, or "" if there was none.
  std::string kill_one(std::mt19937& random) {
    struct Victim {
      const char* name;
      std::string host;
      std::vector<std::string> words;
    };
    const std::string host = "n" + std::to_string(1 + random() % hosts);
    const std::vector<Victim> here = {{"runner", "head", {"bin/plumbline", "--results"}},
                                      {"way", "head", {"ssh", "relay --host " + host}}};
    std::vector<Victim> there = {{"relay", host, {"bin/plumbline relay"}},
                                 {"rank", host, {"plumbline-probe-quick", "--ranks"}},
                                 {"probe", host, {"plumbline-probe-quick", "--subjects"}},
                                 {"runner of a host", host, {"bin/plumbline", "--run-name"}}};
    std::shuffle(there.begin(), there.end(), random);
    // What is on a host takes its time to come again, and shall have it.
    const bool is_here = random() % 4 == 0;
    for (const Victim& victim : is_here ? std::vector{here[random() % here.size()]} : there) {
      const auto found = processes(victim.host, victim.words);
      if (found.empty()) continue;
      signal(victim.host, found[random() % found.size()], "KILL");
      return victim.name;
    }
    return "";
  }

  /// What is said of the tasks that did not end well.
  std::string failures() {
    std::string text;
    for (const Measurement& row : rows()) {
      if (!is_task_row(row) || row.outcome == Outcome::ok) continue;
      text +=
          row.host + ' ' + row.task + ' ' + std::to_string(row.attempt) + ": " + row.note + '\n';
    }
    return text;
  }

  void expect_every_row_once() {
    std::map<std::string, int> counts, good;
    for (const Measurement& row : rows()) {
      if (is_task_row(row)) continue;
      const std::string name = row.host + ' ' + row.task + ' ' + row.case_name;
      EXPECT_EQ(++counts[name + '#' + std::to_string(row.attempt)], 1) << name;
      good[name] += row.outcome == Outcome::ok ? 1 : 0;
    }
    int alone = 0, pairs = 0;
    for (const auto& [name, count] : good) {
      EXPECT_GE(count, 1) << name;
      (name.find("pairs.round") == std::string::npos ? alone : pairs) += 1;
    }
    EXPECT_EQ(alone, hosts * subjects);
    EXPECT_EQ(pairs, hosts * (hosts - 1) / 2 * meetings);
  }
};

TEST_F(FabricKill, AtManyMomentsLosesAndDoublesNothing) {
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> milliseconds(0, 1500);
  Running runner = start(bin, run_words(suite()));
  ASSERT_TRUE(eventually([&] { return has_begun(); }));
  const std::filesystem::path folder = run().path();
  std::map<std::string, int> killed;
  std::set<std::string> seen;
  int moments = 0, runs = 1;
  bool is_done = false;
  while (moments < most_kills && !is_done) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds(random)));
    const std::string victim = kill_one(random);
    if (!victim.empty()) {
      ++killed[victim];
      ++moments;
    }
    if (!processes("head", {"bin/plumbline", "--results"}).empty()) continue;
    is_done = runner.wait() == 0;
    seen.merge(lines_in_parts(folder));
    if (is_done) break;
    ++runs;
    runner = start(bin, {"resume", folder});
  }
  if (!is_done) runner.wait();
  Said last;
  for (int resumes = 0; resumes < 4; ++resumes) {
    last = say(bin, {"resume", folder});
    if (last.exit == 0) break;
  }
  EXPECT_EQ(last.exit, 0) << last.output << failures();
  expect_every_row_once();
  seen.merge(lines_in_parts(folder));
  std::set<std::string> merged;
  std::istringstream text(read_file(run().measurements()));
  for (std::string line; std::getline(text, line);) merged.insert(line);
  EXPECT_THAT(seen, IsSubsetOf(merged)) << "what was sent once is kept";
  std::string summary = "killed";
  for (const auto& [victim, count] : killed) summary += ' ' + victim + ' ' + std::to_string(count);
  std::cout << summary << ", in " << runs << " runs\n";
  EXPECT_GE(moments, least_kills) << summary;
  EXPECT_GE(killed["runner"], 3);
  EXPECT_GE(killed["rank"], 3);
  EXPECT_GE(killed["relay"], 3);
}

}  // namespace
}  // namespace plumbline
