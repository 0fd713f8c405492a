#include "probes/gpu/places.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "probes/gpu/pattern.h"

namespace plumbline {
namespace {

constexpr std::size_t element_bytes = 16;

}  // namespace

unsigned long long place_seed(std::string_view text) {  // FNV-1a
  unsigned long long hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

void fill_places(const Workbench& bench, cuda::DeviceAddress memory, std::size_t bytes,
                 unsigned long long seed) {
  bench.code.kernel("fill_places")
      .launch(bench.stream, bench.grid(), memory, seed, bytes / element_bytes);
  bench.stream.synchronize();
}

PlaceCheck::PlaceCheck(std::shared_ptr<const Workbench> bench, cuda::DeviceAddress memory,
                       std::size_t bytes, std::string subject)
    : bench_(std::move(bench)),
      memory_(memory),
      bytes_(bytes),
      subject_(std::move(subject)),
      report_(bench_->context, element_bytes),
      seen_(bench_->context, element_bytes) {}

void PlaceCheck::copy(cuda::DeviceAddress to, cuda::DeviceAddress from) const {
  bench_->context.call().copy(to, from, element_bytes, bench_->stream.handle());
}

void PlaceCheck::check(unsigned long long seed, unsigned long long seed_before) {
  const auto values = seen_.as<unsigned long long>();
  values[0] = 0;
  values[1] = ~0ULL;
  copy(report_.address(), seen_.address());
  bench_->code.kernel("check_places")
      .launch(bench_->stream, bench_->grid(), memory_, seed, report_.address(),
              bytes_ / element_bytes);
  copy(seen_.address(), report_.address());
  bench_->stream.synchronize();
  const unsigned long long count = values[0], place = values[1];
  if (count == 0) return;
  copy(seen_.address(), memory_ + place / 2 * element_bytes);
  bench_->stream.synchronize();
  const unsigned long long found = values[place % 2];
  const unsigned long long expected = pattern_at(place, seed);
  const bool untouched = found == pattern_at(place, seed_before);
  throw std::runtime_error(fmt::format(
      "{}: {} of {} words are wrong where they should have arrived, the first at byte {}: found "
      "{:#018x}, expected {:#018x}, {}",
      subject_, count, bytes_ / sizeof found, place * sizeof found, found, expected,
      untouched ? "what lay there before: it was never written"
                : fmt::format("differing bits {:#x}", found ^ expected)));
}

}  // namespace plumbline
