#include "probes/vendor/stand_in.h"

namespace plumbline {

std::optional<StandIn> stand_in(const DynamicLibrary& library) {
  constexpr const char* name = "plumbline_stand_in";
  if (library.find(name) == nullptr) return std::nullopt;
  auto* ask = library.function<const char*(const char*)>(name);
  const auto answer = [&](const char* key) {
    const char* text = ask(key);
    return std::string(text != nullptr ? text : "");
  };
  return StandIn{answer("host"), answer("instance_type")};
}

}  // namespace plumbline
