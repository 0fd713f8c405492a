#include "probes/vendor/stand_in.h"

#include <sstream>

namespace plumbline {
namespace {

template <class Word>
std::vector<Word> words_of(const std::string& text) {
  std::vector<Word> words;
  std::istringstream stream(text);
  for (Word word{}; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace

std::optional<StandIn> stand_in(const DynamicLibrary& library) {
  constexpr const char* name = "plumbline_stand_in";
  if (library.find(name) == nullptr) return std::nullopt;
  auto* ask = library.function<const char*(const char*)>(name);
  const auto answer = [&](const char* key) {
    const char* text = ask(key);
    return std::string(text != nullptr ? text : "");
  };
  return StandIn{answer("host"),
                 answer("instance_type"),
                 words_of<std::string>(answer("gpu_addresses")),
                 words_of<unsigned>(answer("numa_nodes")),
                 words_of<unsigned>(answer("gpu_numa_nodes")),
                 answer("kernel_log")};
}

}  // namespace plumbline
