#include "probes/efa/path_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probes/efa/metrics.h"

namespace plumbline::efa {
namespace {

constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;
constexpr std::uint64_t rate_bytes = 8;
constexpr std::array percentiles = {50.0, 90.0, 99.0, 99.9, 100.0};

const Metric& metric_of(Operation operation) {
  switch (operation) {
    case Operation::read:
      return read_metric;
    case Operation::send:
      return send_metric;
    case Operation::write:
      break;
  }
  return write_metric;
}

/// Memory of the host goes without saying.
void name_memory(Params& params, const Rail& rail) {
  if (!rail.gpu.empty()) params.set("memory", "gpu");
}

bool is_same(const Site& a, const Site& b) {
  return a.rank == b.rank && a.rail.subject == b.rail.subject;
}

}  // namespace

std::uint64_t Sizes::headline() const {
  return std::min(mib, *std::max_element(bandwidth.begin(), bandwidth.end()));
}

Sizes default_sizes() { return {{64 * kib, mib, 16 * mib}, {8}, true}; }

Sizes full_sizes() {
  Sizes sizes;
  for (std::uint64_t bytes = 1; bytes <= gib; bytes *= 4) {
    sizes.bandwidth.push_back(bytes);
    if (bytes <= 16 * mib) sizes.latency.push_back(bytes);
  }
  sizes.latency.insert(sizes.latency.begin() + 2, 8);
  return sizes;
}

Sizes only(const std::vector<std::uint64_t>& asked) { return {asked, asked}; }

Site site_of(const std::vector<HostRails>& hosts, unsigned rank, std::size_t rail) {
  const HostRails& host = hosts.at(rank);
  return {rank, host.host, host.rails.at(rail), host.cores};
}

Work work_of(const std::vector<HostRails>& hosts, const Site& from, const Site& to,
             std::uint64_t bytes) {
  Work work;
  if (from.rank != 0) work.host = HostIdentity{from.host, hosts.at(from.rank).instance_type, ""};
  work.subject = from.rail.subject;
  work.peer = from.rank == to.rank ? to.rail.subject : to.host + '/' + to.rail.subject;
  work.bytes = bytes;
  work.transport = transport_of(from.rail);
  name_memory(work.params, from.rail);
  return work;
}

std::shared_ptr<JointStreams> PathCases::streams(const Layout& layout, Operation operation,
                                                 std::uint64_t bytes) {
  return std::make_shared<JointStreams>(bench_, layout, operation, bytes);
}

void PathCases::add(const Metric& metric, Work work, std::function<SampleSeries()> series) {
  plan_.series(metric, std::move(work), seconds_of(bench_->stream), std::move(series));
}

void PathCases::use(const Site& from, const Site& to, Operation operation) {
  if (operation == Operation::read) return use(to, from);
  if (used_names_.insert(bench_->whose(from, to)).second) used_.emplace_back(from, to);
}

void PathCases::bandwidth(const Site& from, const Site& to, Operation operation,
                          std::uint64_t bytes) {
  use(from, to, operation);
  const auto joint = streams(one_way(from, to), operation, bytes);
  add(metric_of(operation), work(from, to, bytes), [joint] { return joint->flow(0); });
}

void PathCases::both(const Site& a, const Site& b, std::uint64_t bytes) {
  use(a, b);
  use(b, a);
  const auto joint = streams(both_ways(a, b), Operation::write, bytes);
  add(both_metric, work(a, b, bytes), [joint] { return joint->sum(); });
  if (is_same(a, b)) return;
  add(each_way_metric, work(a, b, bytes), [joint] { return joint->flow(0); });
  add(each_way_metric, work(b, a, bytes), [joint] { return joint->flow(1); });
}

void PathCases::message_rate(const Site& from, const Site& to, Operation operation) {
  use(from, to);
  const auto joint = streams(one_way(from, to), operation, rate_bytes);
  Work row = work(from, to, rate_bytes);
  row.params.set("operation", operation_names[operation]);
  add(rate_metric, std::move(row), [joint] { return joint->rate(0); });
}

void PathCases::latency(const Site& from, const Site& to, Operation operation,
                        std::uint64_t bytes) {
  use(from, to);
  use(to, from);
  const auto joint = std::make_shared<JointLatency>(bench_, from, to, operation, bytes);
  Work row = work(from, to, bytes);
  row.params.set("operation", operation_names[operation]);
  plan_.series(latency_metric, row, seconds_of(bench_->latency),
               [joint] { return joint->rounds(); });
  for (std::size_t i = 0; i < percentiles.size(); ++i) {
    row.params.set("percentile", fmt::format("{}", percentiles[i]));
    plan_.fact(percentile_metric, row,
               [joint, i] { return joint->percentile(i + 1, percentiles[i] / 100); });
  }
}

void PathCases::path(const Site& from, const Site& to) {
  for (const std::uint64_t bytes : sizes_.bandwidth) {
    bandwidth(from, to, Operation::write, bytes);
    if (bytes > sizes_.headline() && sizes_.largest_by_write_alone) continue;
    both(from, to, bytes);
    bandwidth(from, to, Operation::read, bytes);
    bandwidth(from, to, Operation::send, bytes);
  }
  message_rate(from, to, Operation::write);
  message_rate(from, to, Operation::send);
  for (const std::uint64_t bytes : sizes_.latency) {
    latency(from, to, Operation::send, bytes);
    // That a write has come shows in its last byte, which a GPU's memory does not show the host.
    const bool seen = from.rail.gpu.empty() && to.rail.gpu.empty();
    if (bytes <= rate_bytes && seen) latency(from, to, Operation::write, bytes);
  }
}

void PathCases::at_once(const Metric& metric, Operation operation, const std::vector<Path>& paths,
                        const Work& node, std::uint64_t bytes, const Params& params) {
  std::vector<Layout> layouts;
  for (const auto& [from, to] : paths) {
    use(from, to, operation);
    layouts.push_back(one_way(from, to));
  }
  const auto joint = streams(side_by_side(layouts), operation, bytes);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    Work row = work(paths[i].first, paths[i].second, bytes);
    row.params.add(params);
    add(metric, std::move(row), [joint, i] { return joint->flow(i); });
  }
  Work all = node;
  all.bytes = bytes;
  all.transport = transport_of(paths.front().first.rail);
  all.params = params;
  all.params.set("streams", std::to_string(paths.size()));
  name_memory(all.params, paths.front().first.rail);
  add(metric, std::move(all), [joint] { return joint->sum(); });
}

void PathCases::incast(const std::vector<Site>& from, const Site& to, std::uint64_t bytes) {
  for (const Site& source : from) use(source, to);
  const auto joint = streams(all_into(from, to), Operation::write, bytes);
  Work row;
  if (to.rank != 0) row.host = HostIdentity{to.host, hosts_.at(to.rank).instance_type, ""};
  row.subject = to.rail.subject;
  row.bytes = bytes;
  row.transport = transport_of(to.rail);
  name_memory(row.params, to.rail);
  row.params.set("nodes", std::to_string(from.size() + 1));
  row.params.set("sources", std::to_string(from.size()));
  add(incast_metric, row, [joint] { return joint->sum(); });
  plan_.fact(fairness_metric, row, [joint] { return joint->fairness(); });
}

void PathCases::wrong_values() {
  for (const auto& [from, to] : used_) {
    Work row = work(from, to, 0);
    if (bench_->by_sender) {
      row.peer = "hosts";
      row.params.set("hosts", std::to_string(hosts_.size()));
    }
    const auto one = streams(one_way(from, to), Operation::write, sizes_.headline());
    plan_.fact(wrong_values_metric, std::move(row),
               [bench = bench_, whose = bench_->whose(from, to), one] {
                 return bench->data->found(whose, [&] { one->flow(0); });
               });
  }
}

}  // namespace plumbline::efa
