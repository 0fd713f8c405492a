#pragma once

#include <exception>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "probes/collectives/failures.h"
#include "probes/collectives/part.h"
#include "probes/harness/data_checks.h"
#include "probes/world/leader.h"

namespace plumbline::collectives {

// What rank 0 tells the others, and they it:
//   {"step": n, "order": ...}   {"stop": n}   {"end": true}
//   {"step": n, "outcome": ...}   {"step": n, "failure": ...}

/// "gpu5", or "node-2 gpu5" of a host of a group.
inline std::string whose(const std::string& host, const std::string& gpu) {
  return host.empty() ? gpu : host + ' ' + gpu;
}

/// The hosts that exchange data, this one (rank 0) leading: all carry out the same order at the
/// same time. What goes wrong on one of them is said with its name, and ends the step on all. Alone
/// it is this host's part and nothing else.
class Group : public StuckBefore {
 public:
  /// `leader`: null for a host by itself.
  Group(Part own, std::unique_ptr<Leader> leader);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  bool alone() const { return leader_ == nullptr; }
  const Part& own() const { return own_; }
  /// Ranks of all hosts together: each has as many GPUs as this one.
  int ranks() const { return static_cast<int>(own_.machine().gpus.size()) * hosts_; }

  /// Makes a communicator of all hosts if there is none that can be used. Returns for how many
  /// ranks NCCL says that NVSwitch can reduce and copy; -1 if it says nothing.
  int come();

  /// By what NCCL goes from host to host, as it said when the communicator was made: one, if all
  /// hosts go the same way; an empty one of a host that says nothing.
  const std::set<std::string>& networks() const { return networks_; }

  /// What each host says, by its rank. Throws Skip, RanksStuck, or std::runtime_error with the name
  /// of the host and what it says; then all have given up what they had.
  std::vector<Outcome> perform(const Order& order);

  /// The name of a host of a group; empty for a host by itself.
  std::string host(int rank) const { return alone() ? "" : leader_->rank(rank).host; }
  /// What was found in the results, by GPU as `whose` names it.
  DataChecks& checks() { return *checks_; }

  /// Gives the exchange back; what goes wrong on the way matters to nobody.
  void give_back() noexcept;

 private:
  void tell(const Order& order);
  void do_own_part(const Order& order);
  bool hear(Deadline deadline);
  void take(const Leader::Received& received);
  void collect(double limit_s);
  void stop();
  void note(int host, Failure failure);
  bool is_over() const;
  void clean_up(const Order& order);
  std::vector<Outcome> attempt(const Order& order);
  [[noreturn]] void fail();

  Part own_;
  std::unique_ptr<Leader> leader_;
  std::shared_ptr<DataChecks> checks_ = std::make_shared<DataChecks>();
  int hosts_ = 1;
  int multicast_ranks_ = -1;
  std::set<std::string> networks_;
  bool came_ = false;  ///< and nothing has made an end of it

  // Of the step that is under way:
  int step_ = 0;
  std::set<int> pending_;
  std::vector<Outcome> outcomes_;
  std::vector<FailedHost> failed_;
  std::exception_ptr own_exception_;

  // After a step in which all waited in vain:
  bool diagnosed_ = false;
  std::vector<FailedHost> diagnoses_;  ///< of hosts that name someone

  std::set<int> gone_;  ///< hosts that say nothing any more
  std::string lost_;    ///< why there is no group any more
};

}  // namespace plumbline::collectives
