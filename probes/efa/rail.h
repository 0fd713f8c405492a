#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "probes/efa/offers.h"
#include "probes/efa/orders.h"

namespace plumbline::efa {

/// One way out of a host: an EFA device, or an interface of its network.
struct Rail {
  std::string subject;  ///< "rdmap79s0", "eth0", "lo"; of provider shm "shm"
  OpenOrder open;       ///< how its ends are opened
  OfferedDomain domain;
  std::vector<unsigned> cores;  ///< a CPU of each core near it; all cores where none is nearer
  std::string gpu;              ///< whose memory is used; empty: the host's
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Rail, subject, open, domain, cores, gpu)

/// The rails of a host, and what they are reached by.
struct HostRails {
  std::string host, instance_type;
  std::string provider;      ///< what was asked for
  std::string library, api;  ///< of libfabric
  std::string why_none;      ///< a sentence, where there are no rails
  bool none_is_a_fault = false;
  bool gpu_memory = false;  ///< was asked for
  unsigned cores = 1;       ///< that this process may run on
  std::vector<Rail> rails;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HostRails, host, instance_type, provider, library, api, why_none,
                                   none_is_a_fault, gpu_memory, cores, rails)

/// One end of a path: a rail of a host.
struct Site {
  unsigned rank = 0;
  std::string host;
  Rail rail;
  unsigned cores_of_host = 1;
};

/// "rdmap79s0" of the domain "rdmap79s0-rdm", which holds its reliable datagrams.
std::string device_of(const std::string& domain);

/// "net", "efa/efa-direct": what is really used, in the column of that name.
std::string transport_of(const Rail& rail);

}  // namespace plumbline::efa
