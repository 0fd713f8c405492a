#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "probes/efa/bench.h"
#include "probes/efa/rail.h"
#include "probes/harness/plan.h"

namespace plumbline::efa {

/// Sizes that are measured.
struct Sizes {
  std::vector<std::uint64_t> bandwidth;
  std::vector<std::uint64_t> latency;
  bool largest_by_write_alone = false;  ///< above the headline nothing else is measured

  /// What single figures are about: 1 MiB, or the largest that was asked for.
  std::uint64_t headline() const;
};
Sizes default_sizes();
/// 1 B to 1 GiB, and every size in between that is four times the last.
Sizes full_sizes();
Sizes only(const std::vector<std::uint64_t>& asked);

/// A rail of a host that was found.
Site site_of(const std::vector<HostRails>& hosts, unsigned rank, std::size_t rail);

/// The row about a path from one site to another: of the host that sends.
Work work_of(const std::vector<HostRails>& hosts, const Site& from, const Site& to,
             std::uint64_t bytes);

/// Turns paths into cases of a plan.
class PathCases {
 public:
  PathCases(Plan& plan, std::shared_ptr<Bench> bench, const std::vector<HostRails>& hosts,
            const Sizes& sizes)
      : plan_(plan), bench_(std::move(bench)), hosts_(hosts), sizes_(sizes) {}

  /// Everything about one path.
  void path(const Site& from, const Site& to);

  void bandwidth(const Site& from, const Site& to, Operation operation, std::uint64_t bytes);
  /// One path in both directions at once.
  void both(const Site& a, const Site& b, std::uint64_t bytes);
  void message_rate(const Site& from, const Site& to, Operation operation);
  void latency(const Site& from, const Site& to, Operation operation, std::uint64_t bytes);

  using Path = std::pair<Site, Site>;
  /// Streams side by side: a row of each, and one of all about `node`. `params` are of all rows.
  void at_once(const Metric& metric, Operation operation, const std::vector<Path>& paths,
               const Work& node, std::uint64_t bytes, const Params& params = {});
  /// Streams that meet at one end: what arrives there of all, and how evenly.
  void incast(const std::vector<Site>& from, const Site& to, std::uint64_t bytes);

  /// How many bytes were wrong of what the cases so far move: of each path, or of each rail that
  /// sends.
  void wrong_values();

  const Sizes& sizes() const { return sizes_; }

 private:
  std::shared_ptr<JointStreams> streams(const Layout& layout, Operation operation,
                                        std::uint64_t bytes);
  void add(const Metric& metric, Work work, std::function<SampleSeries()> series);
  /// Something is to flow between them: of reads from `to`.
  void use(const Site& from, const Site& to, Operation operation = Operation::write);
  Work work(const Site& from, const Site& to, std::uint64_t bytes) const {
    return work_of(hosts_, from, to, bytes);
  }

  Plan& plan_;
  std::shared_ptr<Bench> bench_;
  const std::vector<HostRails>& hosts_;
  const Sizes& sizes_;
  std::vector<Path> used_;            ///< in the order of their first use
  std::set<std::string> used_names_;  ///< by Bench::whose()
};

}  // namespace plumbline::efa
