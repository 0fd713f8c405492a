#include "probes/efa/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "probes/efa/metrics.h"

namespace plumbline::efa {
namespace {

/// In a group of so many everyone meets everyone.
constexpr unsigned few_hosts = 8;

/// About a host as a whole, as it sends to another one.
Work node_work(const std::vector<HostRails>& hosts, unsigned from, unsigned to) {
  Work work;
  if (from != 0) work.host = HostIdentity{hosts[from].host, hosts[from].instance_type, ""};
  work.peer = hosts[to].host + "/node";
  return work;
}

/// Each rail of one host to its partner on another.
std::vector<PathCases::Path> paths_between(const std::vector<HostRails>& hosts, unsigned from,
                                           unsigned to) {
  std::vector<PathCases::Path> paths;
  for (const auto& [a, b] : partners(hosts[from], hosts[to])) {
    paths.emplace_back(site_of(hosts, from, a), site_of(hosts, to, b));
  }
  return paths;
}

void append(std::vector<PathCases::Path>& paths, const std::vector<PathCases::Path>& more) {
  paths.insert(paths.end(), more.begin(), more.end());
}

void plan_pair(PathCases& cases, const std::vector<HostRails>& hosts) {
  const std::uint64_t bytes = cases.sizes().headline();
  for (const auto& [here, there] : paths_between(hosts, 0, 1)) {
    cases.path(here, there);
    for (const Operation operation : {Operation::write, Operation::read, Operation::send}) {
      cases.bandwidth(there, here, operation, bytes);
    }
  }
  const auto out = paths_between(hosts, 0, 1), back = paths_between(hosts, 1, 0);
  cases.at_once(all_rails_metric, Operation::write, out, node_work(hosts, 0, 1), bytes);
  cases.at_once(all_rails_metric, Operation::write, back, node_work(hosts, 1, 0), bytes);
  cases.at_once(all_rails_read_metric, Operation::read, out, node_work(hosts, 0, 1), bytes);
  cases.at_once(all_rails_read_metric, Operation::read, back, node_work(hosts, 1, 0), bytes);
  std::vector<PathCases::Path> both = out;
  append(both, back);
  cases.at_once(all_rails_both_metric, Operation::write, both, node_work(hosts, 0, 1), bytes);
}

void plan_group(PathCases& cases, const std::vector<HostRails>& hosts) {
  const std::uint64_t bytes = cases.sizes().headline();
  const auto size = static_cast<unsigned>(hosts.size());
  for (const unsigned step : shift_steps(size)) {
    std::vector<PathCases::Path> paths;
    for (unsigned rank = 0; rank < size; ++rank) {
      append(paths, paths_between(hosts, rank, (rank + step) % size));
    }
    cases.at_once(shift_metric, Operation::write, paths, {}, bytes,
                  {{"nodes", std::to_string(size)}, {"step", std::to_string(step)}});
  }
  for (const unsigned target : incast_targets(size)) {
    std::vector<Site> sources;
    for (unsigned rank = 0; rank < size; ++rank) {
      if (rank != target) sources.push_back(site_of(hosts, rank, 0));
    }
    cases.incast(sources, site_of(hosts, target, 0), bytes);
  }
}

/// Throws if two ranks are one host.
void check_hosts(const std::vector<HostRails>& hosts) {
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    for (std::size_t other = 0; other < i; ++other) {
      if (hosts[other].host == hosts[i].host) {
        throw std::runtime_error(fmt::format(
            "ranks {} and {} are both on {}, expected one rank on each host (or --host to name "
            "them apart)",
            other, i, hosts[i].host));
      }
    }
  }
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> partners(const HostRails& a, const HostRails& b) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; a.rails.size() != b.rails.size() && i < a.rails.size(); ++i) {
    for (std::size_t k = 0; k < b.rails.size(); ++k) {
      if (a.rails[i].subject == b.rails[k].subject) pairs.emplace_back(i, k);
    }
  }
  if (!pairs.empty()) return pairs;
  for (std::size_t i = 0; i < std::min(a.rails.size(), b.rails.size()); ++i)
    pairs.emplace_back(i, i);
  return pairs;
}

std::vector<unsigned> shift_steps(unsigned hosts) {
  std::vector<unsigned> steps;
  for (unsigned step = 1; step < hosts; step += hosts <= few_hosts ? 1 : step) {
    steps.push_back(step);
  }
  return steps;
}

std::vector<unsigned> incast_targets(unsigned hosts) {
  const unsigned targets = std::min(hosts, few_hosts);
  std::vector<unsigned> ranks;
  for (unsigned i = 0; i < targets; ++i) ranks.push_back(i * hosts / targets);
  return ranks;
}

bool plan_facts(Plan& plan, const std::vector<HostRails>& hosts, unsigned rank) {
  const HostRails& host = hosts.at(rank);
  Work node;
  if (rank != 0) node.host = HostIdentity{host.host, host.instance_type, ""};
  Work all = node;
  if (host.gpu_memory) all.params.set("memory", "gpu");
  if (!host.why_none.empty() && host.none_is_a_fault) {
    plan.fact(rails_metric, all,
              [why = host.why_none]() -> Fact { throw std::runtime_error(why); });
  } else if (host.rails.empty()) {
    plan.skip(rails_metric, all, host.why_none);
  } else {
    // All have the same provider; of two fabrics of EFA the common part.
    all.transport = host.rails.front().domain.provider;
    plan.fact(rails_metric, all, static_cast<double>(host.rails.size()));
  }
  for (const Rail& rail : host.rails) {
    Work work = node;
    work.subject = rail.subject;
    work.transport = transport_of(rail);
    plan.fact(provider_metric, work, transport_of(rail));
    if (!rail.gpu.empty()) {
      plan.context(rail.subject + ".gpu", rail.gpu, rank == 0 ? std::string() : host.host);
    }
  }
  const std::string of = rank == 0 ? std::string() : host.host;
  if (!host.library.empty()) {
    plan.context("libfabric.version", host.library, of);
    plan.context("libfabric.api", host.api, of);
  }
  return !host.rails.empty();
}

void plan_one_host(Plan& plan, const std::shared_ptr<Bench>& bench,
                   const std::vector<HostRails>& hosts, const Sizes& sizes, bool every_pair) {
  PathCases cases(plan, bench, hosts, sizes);
  const std::size_t count = hosts[0].rails.size();
  for (std::size_t i = 0; i < count; ++i) {
    cases.path(site_of(hosts, 0, i), site_of(hosts, 0, i));
  }
  for (std::size_t i = 0; count > 1 && i < count; ++i) {
    for (std::size_t step = 1; step < (every_pair ? count : 2); ++step) {
      cases.bandwidth(site_of(hosts, 0, i), site_of(hosts, 0, (i + step) % count), Operation::write,
                      sizes.headline());
    }
  }
  cases.at_once(all_rails_metric, Operation::write, paths_between(hosts, 0, 0), {},
                sizes.headline());
  cases.wrong_values();
}

void plan_hosts(Plan& plan, const std::shared_ptr<Bench>& bench,
                const std::vector<HostRails>& hosts, const Sizes& sizes) {
  check_hosts(hosts);
  bench->by_sender = hosts.size() > 2;
  PathCases cases(plan, bench, hosts, sizes);
  if (hosts.size() == 2) {
    plan_pair(cases, hosts);
  } else {
    plan_group(cases, hosts);
  }
  cases.wrong_values();
}

}  // namespace plumbline::efa
