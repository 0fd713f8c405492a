#pragma once

#include <array>

#include "probes/harness/metric.h"

/// What the efa probe measures. GB = 1e9; rates are counted where the data arrive, between
/// arrivals.
namespace plumbline::efa {

inline constexpr Metric rails_metric{
    "efa.rails", "count", Better::exact,
    "Ways out of the host that libfabric offers: EFA devices, each counted once, or interfaces"};
inline constexpr Metric provider_metric{
    "efa.provider", "text", Better::exact,
    "The provider of libfabric that a rail uses, of EFA with its fabric: efa/efa-direct"};
inline constexpr Metric peer_to_peer_metric{
    "efa.peer_to_peer", "text", Better::exact,
    "Whether a rail's device reaches the memory of its GPU by itself: yes, or no, and libfabric "
    "would copy by way of the host"};
inline constexpr Metric write_metric{
    "efa.write", "GB/s", Better::higher,
    "Written into the peer's memory, the last of a burst announced by an immediate, through a "
    "sliding window"};
inline constexpr Metric both_metric{"efa.write.bidirectional", "GB/s", Better::higher,
                                    "As efa.write in both directions at once, the bytes of both"};
inline constexpr Metric each_way_metric{"efa.write.each_way", "GB/s", Better::higher,
                                        "What efa.write.bidirectional is made of: one direction"};
inline constexpr Metric read_metric{
    "efa.read", "GB/s", Better::higher,
    "Read out of the peer's memory through a sliding window; of rail>peer the rail reads"};
inline constexpr Metric send_metric{
    "efa.send", "GB/s", Better::higher,
    "Sent into buffers that the peer has posted, through a sliding window"};
inline constexpr Metric all_rails_metric{
    "efa.all_rails.write", "GB/s", Better::higher,
    "As efa.write on all rails at once, each a stream of its own: of a rail its own, of the node "
    "the sum over all"};
inline constexpr Metric all_rails_read_metric{
    "efa.all_rails.read", "GB/s", Better::higher,
    "As efa.read on all rails at once: of a rail its own, of the node the sum over all"};
inline constexpr Metric all_rails_both_metric{
    "efa.all_rails.bidirectional", "GB/s", Better::higher,
    "As efa.all_rails.write in both directions at once: of a rail one direction, of the node all"};
inline constexpr Metric shift_metric{
    "efa.shift", "GB/s", Better::higher,
    "Every host of a group to the one that comes `step` after it, on all rails at once, as "
    "efa.write: of a rail its own, of the node the sum over the group"};
inline constexpr Metric incast_metric{
    "efa.incast", "GB/s", Better::higher,
    "Written into one rail by a rail of each other host at once: what arrives of all"};
inline constexpr Metric fairness_metric{
    "efa.incast.fairness", "ratio", Better::higher,
    "How evenly the sources of efa.incast got through: Jain's index of what arrived of each, 1 for "
    "equal shares"};
inline constexpr Metric ranks_metric{"efa.ranks", "count", Better::exact,
                                     "Hosts that came together, one process on each"};
inline constexpr Metric differences_metric{
    "efa.differences", "count", Better::exact,
    "In what the software of these hosts differs: plumbline, libfabric, its API, the provider"};
inline constexpr Metric rate_metric{
    "efa.message_rate", "1/s", Better::higher,
    "Messages of 8 bytes per second through a sliding window of 512"};
inline constexpr Metric latency_metric{
    "efa.latency", "us", Better::lower,
    "Half the time of one message there and one back; the median of single rounds"};
inline constexpr Metric percentile_metric{
    "efa.latency.percentile", "us", Better::lower,
    "As efa.latency, a percentile of single rounds; 0 the least, 100 the greatest"};

inline constexpr Metric wrong_values_metric{"efa.wrong_values", "count", Better::exact,
                                            "Bytes of what arrived that were not what was sent, "
                                            "wherever the probe looked: of a path, or of "
                                            "all that a rail sent in a group"};
inline constexpr Metric errors_metric{
    "efa.errors", "count", Better::exact,
    "By how much an error counter of an EFA device grew while the probe ran"};
inline constexpr Metric carried_metric{
    "efa.carried", "count", Better::higher,
    "By how much a counter of what an EFA device carried, or carried again, grew while the probe "
    "ran"};

inline constexpr std::array metrics = {
    rails_metric,          provider_metric, peer_to_peer_metric, ranks_metric,
    differences_metric,    write_metric,    both_metric,         each_way_metric,
    read_metric,           send_metric,     all_rails_metric,    all_rails_read_metric,
    all_rails_both_metric, shift_metric,    incast_metric,       fairness_metric,
    rate_metric,           latency_metric,  percentile_metric,   wrong_values_metric,
    errors_metric,         carried_metric};

}  // namespace plumbline::efa
