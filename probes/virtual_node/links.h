#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace plumbline::virtual_node {

/// How the GPUs of a machine are linked to each other and to its host. Rates are what programs
/// reach, and hold for each direction.
struct LinkDesign {
  unsigned nvlinks = 0;          ///< of each GPU; they share its traffic evenly
  unsigned pcie_generation = 0;  ///< of each GPU's own link to the host
  unsigned pcie_width = 0;

  /// GPUs below one port of the host, whose rate they share; empty: each has a port that is no
  /// limit.
  std::vector<std::vector<std::size_t>> uplink_gpus;
  double uplink_to_host_bytes_per_s = 0;
  double uplink_from_host_bytes_per_s = 0;

  unsigned numa_nodes = 1;
  std::vector<unsigned> gpu_numa_nodes;  ///< that each GPU is near to; empty: the machine hides it
  double far_host_rate = 1;              ///< factor where a GPU moves data of a farther NUMA node

  // Of one load of a GPU, caches missed.
  double peer_load_latency_ns = 0;  ///< from another GPU's memory
  double host_load_latency_ns = 0;
  double far_host_load_latency_ns = 0;
};

/// What is wrong with the links of a GPU.
struct GpuLinks {
  double nvlink_out_rate = 1;  ///< factors
  double nvlink_in_rate = 1;
  std::set<unsigned> dead_nvlinks;
  std::optional<unsigned> nvlinks;  ///< as many as there are, where not as designed
  std::optional<unsigned> pcie_generation;
  std::optional<unsigned> pcie_width;
};

/// How many of a GPU's NVLinks work.
unsigned working_nvlinks(const LinkDesign& design, const GpuLinks& links);
/// What they leave of its rate.
double nvlink_share(const LinkDesign& design, const GpuLinks& links);
/// What its link to the host leaves of its rate, by generation and width.
double pcie_share(const LinkDesign& design, const GpuLinks& links);

/// One end of a path: a GPU, or the host.
using PathEnd = int;
inline constexpr PathEnd host_end = -1;

/// What is wrong on the way from one GPU (or the host) to another.
struct PathFault {
  PathEnd from = host_end;
  PathEnd to = host_end;
  double rate = 1;            ///< factor on what a path to another GPU reaches alone
  bool drops_writes = false;  ///< what a GPU writes to the other end vanishes on the way
  bool by_host = false;       ///< copies go by way of the host, peer access or not
  /// A bit of what arrives is the other way round: in the byte at this offset of each piece that
  /// is at least so long.
  std::optional<std::uint64_t> flipped_byte;
  unsigned flipped_bit = 0;
};

/// A GPU that works for a while and then not any more.
struct GpuFailure {
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  std::string kernel;                        ///< of this name only; empty: any
  std::uint64_t kernel_hangs_after = never;  ///< so many launches are done, the next never ends
  std::uint64_t copy_hangs_after = never;
  std::uint64_t kernel_fails_after = never;
  int status = 0;  ///< that it fails with: a CUresult
};

}  // namespace plumbline::virtual_node
