#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "probes/efa/bench.h"
#include "probes/efa/find_rails.h"
#include "probes/harness/plan.h"
#include "probes/harness/probe.h"
#include "probes/world/place.h"

namespace plumbline::efa {

constexpr ProbeOption as_probe_option(const RankOption& option) {
  return {option.name, option.meaning, option.initial};
}

inline constexpr std::array probe_options = {
    as_probe_option(ranks_option),
    as_probe_option(rank_option),
    as_probe_option(rendezvous_option),
    as_probe_option(token_option),
    as_probe_option(gather_limit_option),
    ProbeOption{"provider",
                "Of libfabric: efa, net, tcp, shm ...; auto: efa where there are EFA devices",
                "auto"},
    ProbeOption{"efa-fabric", "efa-direct or efa; auto: direct where it is offered", "auto"},
    ProbeOption{"rails", "Only these, with commas between: devices, interfaces; empty: all", ""},
    ProbeOption{"memory",
                "What is sent lies there: host, or gpu: in that of the GPU nearest to the rail "
                "(FI_HMEM), which the device must reach by itself",
                "host"},
    ProbeOption{"gpu-library",
                "Open this file as the NVIDIA driver's library instead of libcuda.so.1", ""},
    ProbeOption{"sizes",
                "Message sizes in bytes, with commas between; empty: those that verdicts are about",
                ""},
    ProbeOption{"full", "Sizes from 1 B to 1 GiB, and every pair of rails", "false"},
    ProbeOption{"seconds", "Counted for each bandwidth, after half a second of warm-up", "2"},
    ProbeOption{"window", "Messages under way at once; 0: by their size", "0"},
    ProbeOption{"working-set",
                "Bytes of memory that messages go through; 0: all use one buffer; auto: four times "
                "the second-level cache",
                "auto"},
    ProbeOption{"stall-limit", "Seconds without any movement after which a path is given up", "5"},
    ProbeOption{"spin",
                "Whether ends keep their CPU while they wait: yes, no; auto: where there are cores "
                "enough",
                "auto"},
};

/// Throw std::invalid_argument that names the option, what was found and what was expected.
using Options = std::map<std::string, std::string>;
RailChoice rail_choice(const Options& options);
/// The sizes that were asked for; empty: none in particular.
std::vector<std::uint64_t> asked_sizes(const Options& options);
/// Everything but the crew.
void read_settings(const Options& options, const Node& node, Bench& bench);
/// "a,b,c" in pieces; of empty text none.
std::vector<std::string> pieces_of(const std::string& text);

}  // namespace plumbline::efa
