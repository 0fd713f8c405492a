#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "probes/efa/operation.h"

namespace plumbline::efa {

/// What an RDMA device counts, since its driver was loaded, by the name of its file; and what it
/// is.
struct DeviceState {
  std::map<std::string, std::uint64_t> counters;
  std::vector<std::string> unreadable;  ///< there, but the kernel refuses: old firmware fails all
  std::map<std::string, std::string> attributes;  ///< node_guid, fw_ver, p2p ...
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DeviceState, counters, unreadable, attributes)

/// Reads <root>/class/infiniband/<device>: hw_counters of its port 1 and of itself, and attributes.
/// `root` is /sys. Throws std::runtime_error if there is no such device.
DeviceState read_device(const std::filesystem::path& root, const std::string& device);

/// Those whose growth is a fault of a device, its path or its peer in a test of pairs.
inline constexpr std::array error_counters = {"rx_drops",
                                              "rdma_read_wr_err",
                                              "rdma_write_wr_err",
                                              "cmds_err",
                                              "retrans_timeout_events",
                                              "unresponsive_remote_events",
                                              "impaired_remote_conn_events"};
/// Those that say what was carried, and how often again.
inline constexpr std::array traffic_counters = {
    "tx_bytes",         "rx_bytes",        "tx_pkts",       "rx_pkts",
    "rdma_write_bytes", "rdma_read_bytes", "retrans_bytes", "retrans_pkts"};

/// By how much a counter grew; nothing where either state lacks it. Throws std::runtime_error if it
/// fell: the device was reset.
std::optional<std::uint64_t> growth(const DeviceState& before, const DeviceState& after,
                                    const std::string& counter);

/// What speaks against `bytes` having been sent by the device with these states, as writes of its
/// RDMA engine: too few bytes went out, or none of them by that engine. Nothing where counters are
/// not there.
std::optional<std::string> path_fault(const DeviceState& before, const DeviceState& after,
                                      Operation operation, double bytes);

}  // namespace plumbline::efa
