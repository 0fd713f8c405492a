#include "probes/host_memory/kernels.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace plumbline::host_memory {

extern const Kernels scalar_kernels;
extern const Kernels neon_kernels;
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;

namespace {

struct Choice {
  const Kernels* table;
  bool (*available)();
};

#if defined(__x86_64__)
const std::array choices = {
    Choice{&scalar_kernels, [] { return true; }},
    Choice{
        &avx2_kernels,
        [] { return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0; }},
    Choice{&avx512_kernels, [] { return __builtin_cpu_supports("avx512f") != 0; }},
};
#elif defined(__aarch64__)
const std::array choices = {Choice{&neon_kernels, [] { return true; }}};
#else
#error "host_memory has no kernels for this architecture: add kernels_<isa>.cpp"
#endif

std::string list(const std::vector<Isa>& isas) {
  std::string text;
  for (const Isa isa : isas) {
    if (!text.empty()) text += ", ";
    text += isa_names[isa];
  }
  return text;
}

}  // namespace

std::vector<Isa> available_isas() {
  std::vector<Isa> isas;
  for (const Choice& choice : choices) {
    if (choice.available()) isas.push_back(choice.table->isa);
  }
  return isas;
}

const Kernels& kernels(Isa isa) {
  const auto found = std::find_if(choices.begin(), choices.end(),
                                  [&](const Choice& c) { return c.table->isa == isa; });
  if (found == choices.end() || !found->available()) {
    throw std::invalid_argument(std::string("isa ") + isa_names[isa] +
                                " is not in this CPU: it has " + list(available_isas()));
  }
  return *found->table;
}

Isa choose_isa(const std::string& word) {
  if (word == "auto") return available_isas().back();
  const auto isa = isa_names.find(word);
  if (!isa) {
    throw std::invalid_argument("isa \"" + word + "\": expected auto, " + isa_names.list());
  }
  return kernels(*isa).isa;
}

}  // namespace plumbline::host_memory
