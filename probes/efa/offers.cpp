#include "probes/efa/offers.h"

#include <fmt/format.h>

#include "probes/efa/rail_end.h"
#include "probes/vendor/fabric_version.h"

namespace plumbline::efa {
namespace {

OfferedDomain domain_of(const fabric::Offer& offer) {
  OfferedDomain domain;
  domain.provider = offer.provider;
  domain.fabric = offer.fabric;
  domain.domain = offer.domain;
  domain.source = offer.source;
  if (offer.pci) {
    domain.pci = fmt::format("{:04x}:{:02x}:{:02x}.{:x}", offer.pci->domain, offer.pci->bus,
                             offer.pci->device, offer.pci->function);
  }
  domain.device = offer.device;
  domain.device_id = offer.device_id;
  domain.device_version = offer.device_version;
  domain.driver = offer.driver;
  domain.firmware = offer.firmware;
  domain.mtu = offer.mtu;
  domain.link_bits_per_s = offer.link_bits_per_s;
  return domain;
}

}  // namespace

Offers find_offers(const OpenOrder& order) {
  Offers offers;
  offers.library = fabric::version_text(fabric::library_version());
  offers.api = fabric::version_text(fabric::api_version());
  offers.api_is_enough_for_efa = fabric::api_version() >= fabric::least_api_on_efa;
  for (const fabric::Info& info : fabric::find(request_of(order))) {
    offers.domains.push_back(domain_of(fabric::describe(*info)));
  }
  return offers;
}

}  // namespace plumbline::efa
