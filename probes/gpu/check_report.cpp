#include "probes/gpu/check_report.h"

#include "probes/harness/data_checks.h"

namespace plumbline {
namespace {

/// Lies where a report is to arrive; no kernel counts so far.
constexpr unsigned long long not_arrived = ~0ULL;
constexpr unsigned long long nowhere = ~0ULL;

}  // namespace

CheckReport::CheckReport(const Workbench& bench)
    : bench_(bench), report_(bench.context, most_bytes), host_(bench.context, 2 * most_bytes) {
  const auto words = host_.as<unsigned long long>();
  words[0] = 0;
  words[1] = nowhere;
}

cuda::DeviceAddress CheckReport::clear() const {
  bench_.context.call().copy_to_device(report_.address(), host_.data(), most_bytes,
                                       bench_.stream.handle());
  return report_.address();
}

CheckReport::Found CheckReport::take() const {
  const auto words = host_.as<unsigned long long>().subspan(2, 2);
  words[0] = words[1] = not_arrived;
  fetch(report_.address(), most_bytes);
  if (words[0] == not_arrived) {
    throw WrongData(
        bench_.gpu.subject + ": what it found out about its memory did not arrive at the host",
        words.size(), bench_.gpu.subject);
  }
  return {words[0], words[1]};
}

void CheckReport::fetch(cuda::DeviceAddress memory, std::size_t bytes) const {
  bench_.context.call().copy_to_host(host_.as<std::byte>().subspan(most_bytes).data(), memory,
                                     bytes, bench_.stream.handle());
  bench_.stream.synchronize();
}

}  // namespace plumbline
