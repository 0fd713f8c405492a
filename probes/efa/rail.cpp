#include "probes/efa/rail.h"

namespace plumbline::efa {

std::string device_of(const std::string& domain) {
  const std::string suffix = "-rdm";
  return domain.ends_with(suffix) ? domain.substr(0, domain.size() - suffix.size()) : domain;
}

std::string transport_of(const Rail& rail) {
  // Fabrics of other providers are networks: 192.0.2.0/24.
  if (rail.domain.provider == "efa") return "efa/" + rail.domain.fabric;
  return rail.domain.provider;
}

}  // namespace plumbline::efa
