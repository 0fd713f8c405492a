#include "suites/launch/process_tree.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <system_error>
#include <thread>

#include "results/schema/number.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::milliseconds between_looks{5};

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

const std::string& boot_id() {
  static const std::string id = first_line("/proc/sys/kernel/random/boot_id");
  return id;
}

struct Stat {
  char state = 'X';
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;
};

std::optional<Stat> stat_of(pid_t pid) {
  const std::string line = first_line("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = line.rfind(')');  // the name may hold anything, even ')'
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  Stat stat;
  fields >> stat.state >> stat.parent;
  std::string skipped;
  for (int field = 5; field < 22; ++field) fields >> skipped;
  fields >> stat.start_ticks;
  if (!fields) return std::nullopt;
  return stat;
}

bool has_ended(const Stat& stat) { return stat.state == 'Z' || stat.state == 'X'; }

std::vector<pid_t> all_processes() {
  std::vector<pid_t> processes;
  std::error_code ignored;  // a process may end while the folder is read
  for (fs::directory_iterator entry("/proc", ignored), end; entry != end;
       entry.increment(ignored)) {
    const auto pid = parse_integer(entry->path().filename().string());
    if (pid) processes.push_back(static_cast<pid_t>(*pid));
  }
  return processes;
}

/// Everything below this process that has not ended.
std::vector<pid_t> descendants() {
  std::multimap<pid_t, std::pair<pid_t, bool>> children;
  for (const pid_t pid : all_processes()) {
    if (const auto stat = stat_of(pid))
      children.emplace(stat->parent, std::pair(pid, has_ended(*stat)));
  }
  std::vector<pid_t> found;
  std::vector<pid_t> parents = {::getpid()};
  while (!parents.empty()) {
    const auto [begin, end] = children.equal_range(parents.back());
    parents.pop_back();
    for (auto child = begin; child != end; ++child) {
      const auto [pid, ended] = child->second;
      parents.push_back(pid);
      if (!ended) found.push_back(pid);
    }
  }
  return found;
}

/// False once no child is left, ended or not.
bool reap_ended_children() {
  for (;;) {
    const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
    if (pid == 0) return true;
    if (pid < 0 && errno != EINTR) return false;
  }
}

}  // namespace

std::optional<ProcessIdentity> identify_process(pid_t pid) {
  const auto stat = stat_of(pid);
  if (!stat || has_ended(*stat)) return std::nullopt;
  return ProcessIdentity{pid, stat->start_ticks, boot_id()};
}

bool is_running(const ProcessIdentity& process) {
  return process.pid > 0 && identify_process(process.pid) == process;
}

void adopt_orphans() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot become a subreaper");
  }
}

EndedProcesses end_descendants(Seconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  std::set<pid_t> seen;
  EndedProcesses result;
  while (reap_ended_children()) {
    result.left = descendants();
    // Stopped first, so that none makes new ones while the others are killed.
    for (const pid_t pid : result.left) ::kill(pid, SIGSTOP);
    for (const pid_t pid : result.left) ::kill(pid, SIGKILL);
    seen.insert(result.left.begin(), result.left.end());
    if (std::chrono::steady_clock::now() > give_up) break;
    std::this_thread::sleep_for(between_looks);
  }
  if (!reap_ended_children()) result.left.clear();
  result.ended = seen.size() - result.left.size();
  return result;
}

std::vector<pid_t> orphans_of(const ProcessIdentity& leader, const fs::path& log) {
  std::vector<pid_t> orphans;
  for (const pid_t pid : all_processes()) {
    if (pid == ::getpid()) continue;
    bool ours = pid == leader.pid && is_running(leader);
    for (const char* name : {"fd/1", "fd/2"}) {
      std::error_code not_ours;
      ours = ours || fs::equivalent("/proc/" + std::to_string(pid) + '/' + name, log, not_ours);
    }
    if (ours && identify_process(pid)) orphans.push_back(pid);
  }
  return orphans;
}

std::vector<pid_t> end_orphans(const ProcessIdentity& leader, const fs::path& log,
                               Seconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto orphans = orphans_of(leader, log);
    if (orphans.empty() || std::chrono::steady_clock::now() > give_up) return orphans;
    for (const pid_t pid : orphans) ::kill(pid, SIGKILL);
    std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace plumbline
