#include "probes/gpu/places.h"

#include <fmt/format.h>

#include <utility>

#include "probes/gpu/pattern.h"
#include "probes/harness/data_checks.h"

namespace plumbline {

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
      report_(*bench_) {}

void PlaceCheck::check(unsigned long long seed, unsigned long long seed_before) {
  bench_->code.kernel("check_places")
      .launch(bench_->stream, bench_->grid(), memory_, seed, report_.clear(),
              bytes_ / element_bytes);
  const auto [count, place] = report_.take();
  if (count == 0) return;
  const auto around = report_.look_at<unsigned long long>(memory_ + place / 2 * element_bytes);
  const unsigned long long found = around[place % 2];
  const unsigned long long expected = pattern_at(place, seed);
  const bool untouched = found == pattern_at(place, seed_before);
  throw WrongData(
      fmt::format("{}: {} of {} words are wrong where they should have arrived, the first at byte "
                  "{}: found {:#018x}, expected {:#018x}, {}",
                  subject_, count, bytes_ / sizeof found, place * sizeof found, found, expected,
                  untouched ? "what lay there before: it was never written"
                            : fmt::format("differing bits {:#x}", found ^ expected)),
      count);
}

}  // namespace plumbline
