#pragma once

#include "probes/efa/orders.h"
#include "probes/efa/rail_end.h"
#include "probes/world/channel.h"

namespace plumbline::efa {

/// One message there and one back, each round timed by the end that begins. Answers "ready", takes
/// "go"; the end that begins answers "measured": half the time of each round in us; both end after
/// "stop" with "finished". Small messages are injected where the provider can. Of writes the last
/// byte is waited for, in memory. Throws what libfabric says and Stalled.
void run_ping_pong(RailEnd& end, const PingPongOrder& order, Channel& channel);

}  // namespace plumbline::efa
