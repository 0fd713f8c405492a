#pragma once

#include <filesystem>
#include <string>

#include "suites/fleet/fan_out.h"
#include "suites/fleet/host_order.h"
#include "suites/launch/interruption.h"

namespace plumbline {

/// Where a relay works and who listens.
struct RelayPlace {
  std::filesystem::path bin;      ///< of plumbline's programs here
  std::filesystem::path scratch;  ///< the orders' folders are made and removed in it
  int input = 0;                  ///< its end means that nobody wants the results any more
  int output = 1;                 ///< frames go there
  /// A longer line may arrive in pieces with others between them: srun's limit is 1024.
  std::size_t longest_line = std::size_t{1} << 20;
};

/// The host's side of a run on many hosts: does each order of `order` that is for `host`, one after
/// the other, and says what the program writes into its folder as it writes it. What cannot be done
/// ends as a frame too. If the other side goes away, the program is ended; when all is done, this
/// waits until it does. Returns an exit code: ok, or usage if there is no order for this host.
int relay(const FleetOrder& order, const std::string& host, const RelayPlace& place,
          Interruption& interruption);

/// The same for a host that others are reached from: passes their orders on by `reach`, and their
/// frames back. Returns an exit code: ok, or interrupted.
int spread(const FleetOrder& order, const Reach& reach, const RelayPlace& place,
           Interruption& interruption);

/// The first line of `input`, where the order stands. Throws std::runtime_error if there is none.
std::string read_order_line(int input);

}  // namespace plumbline
