#include "tests/kills.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

#include "results/schema/journal.h"
#include "results/schema/suspected_node.h"
#include "suites/running/task_outcome.h"

namespace plumbline {
namespace {

constexpr int most_kills = 50, least_kills = 12;

const std::filesystem::path bin = std::filesystem::path(PLUMBLINE_QUICK) / "bin";

/// Whole lines of some tables.
std::set<std::string> lines_in(const std::vector<std::filesystem::path>& tables) {
  std::set<std::string> lines;
  for (const std::filesystem::path& table : tables) {
    std::istringstream text(read_file(table));
    std::string line;
    std::getline(text, line);  // the header
    while (std::getline(text, line) && !text.eof()) lines.insert(line);
  }
  return lines;
}

std::vector<Victim> victims_on(const std::string& host) {
  return {{"relay", host, {"bin/plumbline relay"}},
          {"rank", host, {"plumbline-probe-quick", "--ranks"}},
          {"probe", host, {"plumbline-probe-quick", "--subjects"}},
          {"runner of a host", host, {"bin/plumbline", "--run-name"}}};
}

}  // namespace

std::filesystem::path KilledFleet::suite(const std::string& seconds) {
  std::string names;
  for (int i = 1; i <= subjects; ++i) names += (i == 1 ? "s" : ",s") + std::to_string(i);
  return write("kill.toml",
               "name = \"kill\"\n[[step]]\nname = \"alone\"\nprobe = \"quick\"\n"
               "options = { seconds = " +
                   seconds + ", subjects = \"" + names +
                   "\" }\n[[step]]\nname = \"pairs\"\nprobe = \"quick\"\non = "
                   "\"pairs\"\noptions = { seconds = " +
                   seconds + ", rounds = " + std::to_string(meetings) + " }\n");
}

std::vector<Victim> KilledFleet::victims_in_turn(const std::string& host, std::mt19937& random) {
  // What is on a host takes its time to come again, and shall have it.
  auto victims = random() % 3 == 0 ? victims_here(host) : victims_on(host);
  std::shuffle(victims.begin(), victims.end(), random);
  std::stable_sort(victims.begin(), victims.end(), [&](const Victim& a, const Victim& b) {
    return killed_[a.name] < killed_[b.name];  // so that all kinds have their turn
  });
  return victims;
}

bool KilledFleet::kill_one_of(const std::vector<Victim>& victims, std::mt19937& random) {
  for (const Victim& victim : victims) {
    const auto found = processes(victim.host, victim.words);
    if (found.empty()) continue;
    signal(victim.host, found[random() % found.size()], "KILL");
    ++killed_[victim.name];
    if (victim.heal) victim.heal();
    return true;
  }
  return false;
}

void KilledFleet::expect_every_row_once(int hosts) {
  std::map<std::string, int> counts, good;
  for (const Measurement& row : rows()) {
    if (is_task_row(row)) continue;
    const std::string name = row.host + ' ' + row.task + ' ' + row.case_name;
    EXPECT_EQ(++counts[name + '#' + std::to_string(row.attempt)], 1) << name;
    if (row.task.starts_with("pairs.suspects")) continue;  // a test may have been dropped
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

void KilledFleet::kill_and_continue(const std::vector<std::string>& run_words, int hosts,
                                    std::uint32_t seed, const std::vector<std::string>& each) {
  std::cout << "seed " << seed << '\n';
  // Whom the stand-in for the report names, so that there are tests of suspects to be killed in.
  std::filesystem::create_directories(results());
  std::ofstream(results() / "suspects_of_pairs.csv")
      << csv_header<SuspectedNode>() << csv_line(SuspectedNode{"n2", "as a test wants it"});
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> milliseconds(0, 1500);
  Running runner = start(bin, run_words);
  ASSERT_TRUE(eventually([&] { return has_begun(); })) << runner.output();
  const std::filesystem::path folder = run().path();
  const std::vector<std::string> resume_words = {"resume", folder};
  std::set<std::string> seen;
  int moments = 0, runs = 1;
  bool is_done = false;
  const auto is_spared = [&](const Victim& victim) {
    return killed_[victim.name] > 0 || std::ranges::find(each, victim.name) == each.end();
  };
  const auto all_were_killed = [&] {
    return std::ranges::all_of(each, [&](const std::string& name) { return killed_[name] > 0; });
  };
  while (!is_done && (moments < most_kills || !all_were_killed())) {
    const bool is_late = moments >= most_kills;  // a run that is always disturbed gets nowhere
    std::this_thread::sleep_for(std::chrono::milliseconds(is_late ? 50 : milliseconds(random)));
    const std::string host = "n" + std::to_string(1 + random() % static_cast<unsigned>(hosts));
    std::vector<Victim> victims = victims_in_turn(host, random);
    if (is_late) std::erase_if(victims, is_spared);
    if (kill_one_of(victims, random)) ++moments;
    if (!runner.has_ended()) continue;
    // salloc ends well too if what it ran was killed.
    is_done = runner.wait() == 0 && read_journal(run().journal()).back().event == "run_ended";
    seen.merge(lines_in(sent_tables()));
    if (is_done) break;
    ++runs;
    runner = start(bin, resume_words);
  }
  if (!is_done) runner.wait();
  Said last;
  for (int resumes = 0; resumes < 4; ++resumes) {
    last = say(bin, resume_words);
    if (last.exit == 0) break;
  }
  EXPECT_EQ(last.exit, 0) << last.output << failures();
  expect_every_row_once(hosts);
  seen.merge(lines_in(sent_tables()));
  std::set<std::string> merged;
  std::istringstream text(read_file(run().measurements()));
  for (std::string line; std::getline(text, line);) merged.insert(line);
  EXPECT_THAT(seen, ::testing::IsSubsetOf(merged)) << "what was sent once is kept";
  std::string summary = "killed";
  for (const auto& [victim, count] : killed_) summary += ' ' + victim + ' ' + std::to_string(count);
  std::cout << summary << ", in " << runs << " runs\n";
  EXPECT_GE(moments, least_kills) << summary;
  EXPECT_TRUE(all_were_killed()) << summary;
}

}  // namespace plumbline
