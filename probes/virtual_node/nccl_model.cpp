#include "probes/virtual_node/nccl_model.h"

#include <algorithm>
#include <cmath>

#include "probes/virtual_node/simulation.h"

namespace plumbline::virtual_node {
namespace {

double bandwidth_between(const CollectiveRate::Point& low, const CollectiveRate::Point& high,
                         double bytes) {
  const double share = std::log(bytes / low.bytes) / std::log(high.bytes / low.bytes);
  return low.bus_bytes_per_s + share * (high.bus_bytes_per_s - low.bus_bytes_per_s);
}

}  // namespace

double CollectiveRate::duration(double bytes, double bus_bytes) const {
  if (bytes <= 0 || bus_bytes <= 0) return latency_ns;
  const Point& first = points.front();
  const Point& last = points.back();
  const auto at = [&](double rate) { return bus_bytes / rate * nanoseconds_per_second; };
  if (bytes < first.bytes) {
    const double there = at(first.bus_bytes_per_s) * first.bytes / bytes;
    return latency_ns + (there - latency_ns) * bytes / first.bytes;
  }
  if (bytes >= last.bytes) return std::max(latency_ns, at(last.bus_bytes_per_s));
  const auto above = std::find_if(points.begin(), points.end(),
                                  [&](const Point& point) { return point.bytes > bytes; });
  return std::max(latency_ns, at(bandwidth_between(*std::prev(above), *above, bytes)));
}

double NetworkRate::duration(int nodes, double size, double bytes, double part) const {
  CollectiveRate rate = nodes == 2 && !two.points.empty() ? two : more;
  rate.latency_ns *= std::ceil(std::log2(nodes));
  return rate.duration(size, bytes / (bytes_per_s * part));
}

double CollectiveRate::peak() const {
  double highest = 0;
  for (const Point& point : points) highest = std::max(highest, point.bus_bytes_per_s);
  return highest;
}

}  // namespace plumbline::virtual_node
