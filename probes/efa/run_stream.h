#pragma once

#include "probes/efa/orders.h"
#include "probes/efa/rail_end.h"
#include "probes/world/channel.h"

namespace plumbline::efa {

/// Carries an order out in steps that the channel tells: answers "ready"; after "go" posts, and
/// answers "flowing" when it is warm; after "count" answers "counted"; after "stop" posts no more
/// and answers "stopped" when nothing is under way; after "finish" waits for so many messages as it
/// says, answers "finished" and returns. An end that does not count or post answers accordingly
/// less. Throws what libfabric says and Stalled.
void run_stream(RailEnd& end, const StreamOrder& order, Channel& channel);

}  // namespace plumbline::efa
