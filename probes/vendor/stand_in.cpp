#include "probes/vendor/stand_in.h"

#include <sstream>

namespace plumbline {

std::optional<StandIn> stand_in(const DynamicLibrary& library) {
  constexpr const char* name = "plumbline_stand_in";
  if (library.find(name) == nullptr) return std::nullopt;
  auto* ask = library.function<const char*(const char*)>(name);
  const auto answer = [&](const char* key) {
    const char* text = ask(key);
    return std::string(text != nullptr ? text : "");
  };
  StandIn machine{answer("host"), answer("instance_type"), {}};
  std::istringstream words(answer("gpu_addresses"));
  for (std::string address; words >> address;) machine.gpu_addresses.push_back(address);
  return machine;
}

}  // namespace plumbline
