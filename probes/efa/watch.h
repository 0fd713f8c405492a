#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "probes/world/channel.h"

namespace plumbline::efa {

/// Nothing has moved for too long: what libfabric does not say of a dead path or an idle peer.
class Stalled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a loop that must not wait looks at now and then: the time, the orders that have come, and
/// whether anything moves.
class Watch {
 public:
  /// `spins`: whether turns without any movement keep the CPU.
  Watch(Channel& channel, bool spins, double stall_s);

  /// To be called on every turn. `moved`: something was completed or has arrived; `waiting`:
  /// something should. An order that has come; those that only ask whether anybody is there are
  /// answered here. Throws Stalled, and ChannelClosed if nobody is left to work for.
  std::optional<nlohmann::json> turn(bool moved, bool waiting) {
    if (moved) {
      moved_ = true;
    } else if (!spins_) {
      give_way();
    }
    if (++turns_ % turns_between_looks != 0 && spins_) return std::nullopt;
    return look(waiting);
  }

  double stall_s() const { return stall_s_; }

 private:
  static constexpr std::uint32_t turns_between_looks = 256;

  static void give_way();
  std::optional<nlohmann::json> look(bool waiting);

  Channel& channel_;
  bool spins_;
  double stall_s_;
  std::uint32_t turns_ = 0;
  bool moved_ = false;
  double looked_at_ = 0;  ///< the clock
  double asked_at_ = 0;   ///< the channel
  double still_for_s_ =
      0;  ///< of this process's own time: one that was stopped does not blame others
};

/// Takes "ping" and answers it; false for anything else.
bool answer_ping(Channel& channel, const nlohmann::json& order);

/// Sends {"key": value}.
void answer(Channel& channel, const char* key, nlohmann::json value);

}  // namespace plumbline::efa
