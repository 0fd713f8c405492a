#include "probes/efa/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "probes/efa/metrics.h"

namespace plumbline::efa {
namespace {

constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;
constexpr std::uint64_t headline = mib;
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

/// Rows about a path from one site to another.
Work work_of(const Site& from, const Site& to, std::uint64_t bytes) {
  Work work;
  work.subject = from.rail.subject;
  work.peer = to.rail.subject;
  work.bytes = bytes;
  work.transport = transport_of(from.rail);
  return work;
}

class Planner {
 public:
  Planner(Plan& plan, std::shared_ptr<Bench> bench, const Sizes& sizes)
      : plan_(plan), bench_(std::move(bench)), sizes_(sizes) {}

  void bandwidth(const Site& from, const Site& to, Operation operation, std::uint64_t bytes) {
    const auto joint = streams(one_way(from, to), operation, bytes);
    add(metric_of(operation), work_of(from, to, bytes), [joint] { return joint->flow(0); });
  }

  void both(const Site& a, const Site& b, std::uint64_t bytes) {
    const auto joint = streams(both_ways(a, b), Operation::write, bytes);
    add(both_metric, work_of(a, b, bytes), [joint] { return joint->sum(); });
    if (a.rail.subject == b.rail.subject && a.rank == b.rank) return;
    add(each_way_metric, work_of(a, b, bytes), [joint] { return joint->flow(0); });
    add(each_way_metric, work_of(b, a, bytes), [joint] { return joint->flow(1); });
  }

  void rate(const Site& from, const Site& to, Operation operation) {
    const auto joint = streams(one_way(from, to), operation, rate_bytes);
    Work work = work_of(from, to, rate_bytes);
    work.params["operation"] = operation_names[operation];
    add(rate_metric, std::move(work), [joint] { return joint->rate(0); });
  }

  void latency(const Site& from, const Site& to, Operation operation, std::uint64_t bytes) {
    const auto joint = std::make_shared<JointLatency>(bench_, from, to, operation, bytes);
    Work work = work_of(from, to, bytes);
    work.params["operation"] = operation_names[operation];
    plan_.series(latency_metric, work, seconds_of(bench_->latency),
                 [joint] { return joint->rounds(); });
    for (std::size_t i = 0; i < percentiles.size(); ++i) {
      work.params["percentile"] = fmt::format("{}", percentiles[i]);
      plan_.fact(percentile_metric, work,
                 [joint, i] { return joint->percentile(i + 1, percentiles[i] / 100); });
    }
  }

  void all_rails(const std::vector<std::pair<Site, Site>>& pairs, std::uint64_t bytes) {
    std::vector<Layout> layouts;
    for (const auto& [from, to] : pairs) layouts.push_back(one_way(from, to));
    const auto joint = streams(side_by_side(layouts), Operation::write, bytes);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      add(all_rails_metric, work_of(pairs[i].first, pairs[i].second, bytes),
          [joint, i] { return joint->flow(i); });
    }
    Work all;
    all.bytes = bytes;
    all.transport = transport_of(pairs.front().first.rail);
    all.params["rails"] = std::to_string(pairs.size());
    add(all_rails_metric, std::move(all), [joint] { return joint->sum(); });
  }

  /// Everything about one path.
  void path(const Site& from, const Site& to) {
    for (const std::uint64_t bytes : sizes_.bandwidth) {
      bandwidth(from, to, Operation::write, bytes);
      if (bytes > headline && sizes_.bandwidth.size() < 4) continue;
      both(from, to, bytes);
      bandwidth(from, to, Operation::read, bytes);
      bandwidth(from, to, Operation::send, bytes);
    }
    rate(from, to, Operation::write);
    rate(from, to, Operation::send);
    for (const std::uint64_t bytes : sizes_.latency) {
      latency(from, to, Operation::send, bytes);
      if (bytes <= rate_bytes) latency(from, to, Operation::write, bytes);
    }
  }

  const Sizes& sizes() const { return sizes_; }

 private:
  std::shared_ptr<JointStreams> streams(const Layout& layout, Operation operation,
                                        std::uint64_t bytes) {
    return std::make_shared<JointStreams>(bench_, layout, operation, bytes);
  }
  void add(const Metric& metric, Work work, std::function<Series()> series) {
    plan_.series(metric, std::move(work), seconds_of(bench_->stream), std::move(series));
  }

  Plan& plan_;
  std::shared_ptr<Bench> bench_;
  const Sizes& sizes_;
};

Site site_of(const HostRails& host, unsigned rank, std::size_t rail) {
  return {rank, host.host, host.rails[rail], host.cores};
}

std::uint64_t largest_of(const std::vector<std::uint64_t>& sizes) {
  return *std::max_element(sizes.begin(), sizes.end());
}

}  // namespace

Sizes default_sizes() { return {{64 * kib, headline, 16 * mib}, {8}}; }

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

void plan_one_host(Plan& plan, const std::shared_ptr<Bench>& bench, const HostRails& rails,
                   const Sizes& sizes, bool every_pair) {
  Planner planner(plan, bench, sizes);
  const std::size_t count = rails.rails.size();
  const std::uint64_t bytes = std::min(headline, largest_of(sizes.bandwidth));
  std::vector<std::pair<Site, Site>> at_once;
  for (std::size_t i = 0; i < count; ++i) {
    const Site site = site_of(rails, 0, i);
    planner.path(site, site);
    at_once.emplace_back(site, site);
  }
  for (std::size_t i = 0; count > 1 && i < count; ++i) {
    for (std::size_t step = 1; step < (every_pair ? count : 2); ++step) {
      planner.bandwidth(site_of(rails, 0, i), site_of(rails, 0, (i + step) % count),
                        Operation::write, bytes);
    }
  }
  planner.all_rails(at_once, bytes);
}

void plan_facts(Plan& plan, const HostRails& rails) {
  if (!rails.why_none.empty() && rails.none_is_a_fault) {
    plan.fact(rails_metric, {},
              [why = rails.why_none]() -> Fact { throw std::runtime_error(why); });
  } else if (rails.rails.empty()) {
    plan.skip(rails_metric, {}, rails.why_none);
  } else {
    plan.fact(rails_metric, {}, static_cast<double>(rails.rails.size()));
  }
  for (const Rail& rail : rails.rails) {
    Work work;
    work.subject = rail.subject;
    work.transport = transport_of(rail);
    plan.fact(provider_metric, work, transport_of(rail));
  }
}

}  // namespace plumbline::efa
