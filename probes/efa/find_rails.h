#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "probes/efa/crew.h"
#include "probes/efa/rail.h"
#include "probes/node/node.h"

namespace plumbline::efa {

/// Which rails are asked for.
struct RailChoice {
  std::string provider = "auto";
  std::string efa_fabric = "auto";  ///< efa-direct, efa
  std::vector<std::string> names;   ///< of rails; empty: all
  bool gpu_memory = false;          ///< each rail with the GPU nearest to it
  std::string libcuda;              ///< the driver's library for that; empty: libcuda.so.1
};

/// "auto" made definite: efa where the machine has EFA devices on its PCI bus, else TCP by the
/// provider of this release of libfabric that survives a dead path.
std::string provider_for(const std::string& asked, const Node& node, const std::string& library);

/// The rails of this host, asked in a child process: a crash inside libfabric is a reason why there
/// are none. Of EFA one for each device, whatever number of fabrics it is offered in. Throws
/// std::invalid_argument for a rail that was named and is not there.
HostRails find_rails(Crew& crew, const Node& node, const RailChoice& choice);

/// Which function of its card an EFA device is: the lowest byte of its node GUID,
/// "xxxx:xxxx:xxxx:xxxx" in hexadecimal digits, where its driver (2.12 and later) gives it one.
/// Nothing for other texts.
std::optional<unsigned> function_of_card(const std::string& node_guid);

/// What rails of two hosts are put together by: those of one place in the host stand together, and
/// among them functions of the same number. Two functions share a card, and a card does best if its
/// first one meets first ones.
struct RailPlace {
  std::string near;  ///< names the switch, by what is below it; the same for its rails
  std::optional<unsigned> function;
};
/// The order to take rails in, which come in PCI order: indices into `places`.
std::vector<std::size_t> meeting_order(const std::vector<RailPlace>& places);

/// Of all that provider efa offers: one rail for each device, by the fabric that is asked for.
std::vector<Rail> efa_rails(const Offers& plain, const Offers& with_data_in_receives,
                            const std::string& fabric);

}  // namespace plumbline::efa
