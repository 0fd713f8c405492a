#include "tests/fabric/fleet.h"

#include <algorithm>
#include <sstream>

#include "results/schema/file_error.h"

namespace plumbline {
namespace {

const std::filesystem::path script = PLUMBLINE_FABRIC_RIG;

}  // namespace

void FabricFleet::SetUp() {
  const std::string missing = ScriptedRig::missing(script, {"--ssh"});
  if (!missing.empty()) GTEST_SKIP() << missing;
  std::string names = "head";
  for (int host = 1; host <= hosts; ++host) names += ",n" + std::to_string(host);
  rig_.emplace(script, std::vector<std::string>{
                           "--names", names, "--rails", "2", "--rate",
                           std::to_string(static_cast<int>(rail_rate)) + "mbit", "--ssh"});
}

Running FabricFleet::start(const std::filesystem::path& bin, std::vector<std::string> words) {
  std::vector<std::string> all = {"head", bin / "plumbline"};
  all.insert(all.end(), words.begin(), words.end());
  if (words.front() != "report") all.insert(all.end(), {"--results", results()});
  return rig_->start("exec", all);
}

Said FabricFleet::say(const std::filesystem::path& bin, std::vector<std::string> words) {
  const Running running = start(bin, std::move(words));
  const int exit = running.wait();
  return {exit, running.output()};
}

std::vector<std::string> FabricFleet::run_words(const std::filesystem::path& suite,
                                                const std::string& on) {
  return {"run",
          suite,
          "--hosts",
          on,
          "--ssh",
          "ssh -F " + (rig_->folder() / "ssh" / "config").string(),
          "--hosts-lock-file",
          "/run/plumbline.lock",  // each host has a /run of its own
          "--seed",
          "7"};
}

std::filesystem::path FabricFleet::write(const std::string& name, const std::string& text) {
  const std::filesystem::path file = rig_->shared(name);
  write_file(file, text);
  return file;
}

std::vector<std::string> FabricFleet::processes(const std::string& host,
                                                const std::vector<std::string>& words) {
  const Said said = rig_->say("exec", {host, "sh", "-c",
                                       "for p in /proc/[0-9]*; do printf '%s ' \"${p#/proc/}\"; "
                                       "tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null"});
  std::vector<std::string> found;
  std::istringstream stream(said.output);
  for (std::string line; std::getline(stream, line);) {
    const bool has_all = std::ranges::all_of(
        words, [&](const std::string& word) { return line.find(word) != std::string::npos; });
    if (has_all && line.find("for p in") == std::string::npos) {
      found.push_back(line.substr(0, line.find(' ')));
    }
  }
  return found;
}

void FabricFleet::signal(const std::string& host, const std::string& process,
                         const std::string& signal) {
  rig_->say("exec", {host, "kill", "-" + signal, process});
}

bool FabricFleet::has_begun() const {
  try {
    return std::filesystem::exists(run().journal());
  } catch (const FileError&) {
    return false;
  }
}

std::vector<Measurement> FabricFleet::rows() const {
  return read_all<Measurement>(run().measurements());
}

std::vector<Measurement> FabricFleet::rows_of(const std::string& metric) const {
  auto all = rows();
  std::erase_if(all, [&](const Measurement& row) { return row.metric != metric; });
  return all;
}

std::string sender_of(const Measurement& row) { return row.host + '/' + row.subject; }
const std::string& receiver_of(const Measurement& row) { return row.peer; }
bool concerns(const Measurement& row, const std::string& end) {
  return sender_of(row) == end || receiver_of(row) == end;
}

}  // namespace plumbline
