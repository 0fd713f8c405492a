#include "suites/fleet/reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "suites/launch/local.h"

namespace plumbline {
namespace {

/// srun hands on longer lines in pieces (MAX_MSG_LEN in Slurm's slurmstepd/io.c).
constexpr std::size_t longest_line_of_srun = 1000;

std::vector<std::string> ssh_command(const Ssh& ssh, const HostAddress& host,
                                     const std::vector<std::string>& there) {
  std::vector<std::string> command = ssh.command;
  command.front() = program_path(command.front());
  command.insert(command.end(),
                 {"-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=10",
                  "-T", host.address.empty() ? host.host : host.address, "--", shell_line(there)});
  return command;
}

std::vector<std::string> relay_command(const std::filesystem::path& bin, const std::string& host) {
  return {bin / "plumbline", "relay", "--host", host};
}

Branch direct(const Ssh& ssh, const HostAddress& host) {
  return {ssh_command(ssh, host, relay_command(ssh.bin, host.host)), {host.host}};
}

}  // namespace

Reach reach_by_ssh(Ssh ssh) {
  return [ssh = std::move(ssh)](std::span<const HostAddress> hosts) {
    std::vector<Branch> branches;
    const std::size_t count = std::min(hosts.size(), std::max<std::size_t>(1, ssh.at_once));
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t begin = hosts.size() * i / count, end = hosts.size() * (i + 1) / count;
      if (end - begin == 1) {
        branches.push_back(direct(ssh, hosts[begin]));
        continue;
      }
      const HostAddress& leader = hosts[begin];
      auto there = relay_command(ssh.bin, leader.host);
      there.insert(there.end(), {"--spread", shell_line(ssh.command)});
      Branch branch{ssh_command(ssh, leader, there), {}};
      for (std::size_t k = begin; k < end; ++k) branch.hosts.push_back(hosts[k].host);
      branches.push_back(std::move(branch));
    }
    return branches;
  };
}

Reach reach_from(std::string own, Ssh ssh) {
  return [own = std::move(own), ssh = std::move(ssh)](std::span<const HostAddress> hosts) {
    std::vector<Branch> branches;
    for (const HostAddress& host : hosts) {
      branches.push_back(host.host == own ? Branch{relay_command(ssh.bin, own), {own}}
                                          : direct(ssh, host));
    }
    return branches;
  };
}

Reach reach_by_mpirun(Mpirun mpirun) {
  mpirun.command.front() = program_path(mpirun.command.front());
  return [mpirun = std::move(mpirun)](std::span<const HostAddress> hosts) {
    std::vector<Branch> branches;
    for (const HostAddress& host : hosts) {
      Branch branch{mpirun.command, {host.host}};
      const std::string address = host.address.empty() ? host.host : host.address;
      branch.command.insert(
          branch.command.end(),
          {"-n", "1", "--host", address.substr(address.find('@') + 1), "--bind-to", "none"});
      const auto there = relay_command(mpirun.bin, host.host);
      branch.command.insert(branch.command.end(), there.begin(), there.end());
      branches.push_back(std::move(branch));
    }
    return branches;
  };
}

Reach reach_by_srun(Srun srun) {
  return [srun = std::move(srun)](std::span<const HostAddress> hosts) {
    Branch branch;
    for (const HostAddress& host : hosts) branch.hosts.push_back(host.host);
    const std::string count = std::to_string(hosts.size());
    branch.command = srun.command;
    branch.command.front() = program_path(branch.command.front());
    // One process on each of them with all that the allocation has there, whatever becomes of the
    // others.
    branch.command.insert(branch.command.end(),
                          {"--nodes=" + count, "--ntasks=" + count, "--ntasks-per-node=1",
                           fmt::format("--nodelist={}", fmt::join(branch.hosts, ",")), "--overlap",
                           "--whole", "--cpu-bind=none", "--mpi=none", "--input=all", "--no-kill",
                           "--kill-on-bad-exit=0", "--wait=0", srun.bin / "plumbline", "relay",
                           "--longest-line", std::to_string(longest_line_of_srun)});
    return std::vector{branch};
  };
}

std::vector<std::string> words_of_command(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) throw std::invalid_argument("found " + text + ", whose quote does not end");
  if (in_word) words.push_back(std::move(word));
  return words;
}

}  // namespace plumbline
