#pragma once

#include <rdma/fabric.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/vendor/vendor_error.h"

namespace plumbline::fabric {

/// Which end of a path is asked for. Empty texts ask for nothing in particular.
struct Request {
  std::string provider;             ///< "efa", "net", "tcp", "tcp;ofi_rxm", "shm" ...
  std::string fabric;               ///< "efa-direct" or "efa", where a provider has several
  std::string domain;               ///< the exact name of a domain: "rdmap79s0-rdm"
  std::string source;               ///< the address that it has itself: "10.50.0.1"
  bool receives_hold_data = false;  ///< an arriving immediate may take a posted receive
  bool gpu_memory = false;
  bool low_latency = false;  ///< the traffic class for it
};

/// A PCI function as libfabric names it.
struct PciFunction {
  unsigned domain = 0, bus = 0, device = 0, function = 0;
};

/// What libfabric offers for a request, as plain data.
struct Offer {
  std::string provider, fabric, domain;
  std::string source;  ///< its own IP address, where it has one
  std::uint32_t api = 0;
  std::size_t inject_size = 0;  ///< the largest message that needs no completion
  std::size_t transmits = 0;    ///< that may be under way at once
  std::size_t receives = 0;     ///< that may be posted at once
  std::size_t largest_message = 0;
  std::size_t immediate_bytes = 0;     ///< of data that comes with a completion; 0: none
  bool addresses_are_virtual = false;  ///< remote memory is named by address, else by offset
  bool provider_makes_keys = false;
  // Of the device behind it, where there is one.
  std::optional<PciFunction> pci;
  std::string device, device_id, device_version, driver, firmware;
  std::size_t mtu = 0;
  double link_bits_per_s = 0;
};

struct FreeInfo {
  void operator()(fi_info* info) const noexcept { ::fi_freeinfo(info); }
};
/// One entry of what libfabric offers, owned.
using Info = std::unique_ptr<fi_info, FreeInfo>;

/// The version of the library that runs, and of the API that is asked for: the older of what it has
/// and what the headers allow.
std::uint32_t library_version();
std::uint32_t api_version();
/// "1.17"
std::string version_text(std::uint32_t version);

/// Everything that matches, in libfabric's order; empty if nothing does. An address that is not
/// this host's is found out when an endpoint is opened. Throws VendorError.
std::vector<Info> find(const Request& request);

Offer describe(const fi_info& info);

/// "no data available" and the like, for a result of a call; its sign does not matter.
std::string error_text(long result);

/// Throws unless `result` is 0 or positive. `call`: "fi_domain"; `where`: "net rail0".
void check(long result, const char* call, const std::string& where);

}  // namespace plumbline::fabric
