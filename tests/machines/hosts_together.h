#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "results/schema/measurement.h"
#include "tests/running.h"

namespace plumbline {

/// A host of a group: its name in the rows, and the virtual machine that it is.
struct VirtualHost {
  std::string name;
  std::string machine;
};

/// Processes of the probe collectives that are one group, each on a virtual machine of its own, all
/// of them on this host. Whatever still runs is killed with it.
class HostsTogether {
 public:
  /// `size`: as many ranks as they are told to be; `more`: the probe's further arguments.
  HostsTogether(const std::vector<VirtualHost>& hosts, const std::vector<std::string>& more,
                std::size_t size);
  HostsTogether(const std::vector<VirtualHost>& hosts, const std::vector<std::string>& more)
      : HostsTogether(hosts, more, hosts.size()) {}
  HostsTogether(const HostsTogether&) = delete;
  HostsTogether& operator=(const HostsTogether&) = delete;
  ~HostsTogether();

  const Running& process(std::size_t rank) const { return processes_.at(rank); }
  int wait_for(std::size_t rank);
  /// The rows so far, which rank 0 writes.
  std::vector<Measurement> rows() const;
  /// The row of that metric whose case contains `part`; fails if there is not exactly one.
  Measurement row(const std::string& metric, const std::string& part = "") const;

 private:
  std::filesystem::path folder_;
  std::vector<Running> processes_;
  std::vector<bool> ended_;
};

}  // namespace plumbline
