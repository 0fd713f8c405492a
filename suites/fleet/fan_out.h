#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "suites/fleet/frame.h"
#include "suites/fleet/host_order.h"
#include "suites/launch/interruption.h"

namespace plumbline {

/// One process here that stands for relays on some hosts. It reads their orders on its standard
/// input and writes their frames.
struct Branch {
  std::vector<std::string> command;
  std::vector<std::string> hosts;
};

/// A host that has something to do.
struct HostAddress {
  std::string host;
  std::string address;  ///< empty: its name
};

/// How hosts are reached: by ssh, by one srun. All branches run at once.
using Reach = std::function<std::vector<Branch>(std::span<const HostAddress> hosts)>;

/// How an order was lost.
enum class Loss {
  order,  ///< the host may be well
  host,   ///< it cannot be reached, or is not heard of any more: whoever asks it again will wait
};

/// What fan_out() tells, in the order of its happening.
class FleetListener {
 public:
  virtual ~FleetListener() = default;
  virtual void frame(const Frame& frame) = 0;
  /// An order that will not be heard of any more though it has not ended, and why.
  virtual void lost(const HostOrder& order, Loss loss, const std::string& reason) = 0;
  /// About once a second, for who shows how it goes.
  virtual void tick() {}
};

/// How long hosts are waited for.
struct FleetPatience {
  Seconds to_begin{60};  ///< until a host has said its first word
  Seconds silence{30};   ///< between two words: a relay says one every five seconds
  Seconds to_leave{5};   ///< after all is done
};

/// Carries out an order: starts the branches, all at once, and listens until each host has ended or
/// is lost. What branches print beside frames goes to `log`. False if it was interrupted.
bool fan_out(const FleetOrder& order, const Reach& reach, const FleetPatience& patience,
             const std::filesystem::path& log, FleetListener& listener, Interruption& interruption);

}  // namespace plumbline
