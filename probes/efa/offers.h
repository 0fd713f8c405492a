#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "probes/efa/orders.h"

namespace plumbline::efa {

/// What libfabric offers, as a message carries it.
struct OfferedDomain {
  std::string provider, fabric, domain, source;
  std::string pci;  ///< "0000:4f:00.0"; empty: no PCI function
  std::string device, device_id, device_version, driver, firmware;
  std::uint64_t mtu = 0;
  double link_bits_per_s = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OfferedDomain, provider, fabric, domain, source, pci, device,
                                   device_id, device_version, driver, firmware, mtu,
                                   link_bits_per_s)

struct Offers {
  std::string library, api;  ///< "1.17"
  bool api_is_enough_for_efa = false;
  std::vector<OfferedDomain> domains;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Offers, library, api, api_is_enough_for_efa, domains)

/// Everything that matches `order`, in libfabric's order. Calls libfabric.
Offers find_offers(const OpenOrder& order);

}  // namespace plumbline::efa
