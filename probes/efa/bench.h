#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/efa/bandwidth.h"
#include "probes/efa/crew.h"
#include "probes/efa/latency.h"
#include "probes/harness/data_checks.h"
#include "probes/harness/plan.h"

namespace plumbline::efa {

/// What all cases of the probe share.
struct Bench {
  std::unique_ptr<Crew> crew;
  SessionSettings ends;
  StreamSettings stream;          ///< but for operation, size
  PingPongSettings latency;       ///< likewise
  std::uint64_t working_set = 0;  ///< of messages from 4 KiB on
  std::string first_fault = {};   ///< of a path that did not work, as far as it was measured
  std::shared_ptr<DataChecks> data = std::make_shared<DataChecks>();  ///< by whose()
  bool by_sender = false;  ///< data are a sender's, whoever it sends them to: of many hosts

  /// Whose data come from one site to another: "n1/rail0>n2/rail0", or "n1/rail0".
  std::string whose(const Site& from, const Site& to) const;
  /// Keeps what was found in such data; nothing if nobody looked at them.
  void keep(const Site& from, const Site& to, const std::optional<WrongBytes>& wrong);
};

/// Streams that are measured at once and give several rows: the first row that is asked for
/// measures, the others read. A row that is asked for again measures anew.
class JointStreams {
 public:
  JointStreams(std::shared_ptr<Bench> bench, Layout layout, Operation operation,
               std::uint64_t bytes);

  /// Of one flow. Throws what went wrong with it.
  SampleSeries flow(std::size_t flow);
  /// Of all flows, interval by interval. Throws unless all of them worked.
  SampleSeries sum();
  /// Jain's index over what counted of each flow: (sum x)^2 / (n sum x^2).
  Fact fairness();
  /// Messages per second of one flow.
  SampleSeries rate(std::size_t flow);

 private:
  const std::vector<FlowResult>& results(std::size_t row);

  std::shared_ptr<Bench> bench_;
  Layout layout_;
  StreamSettings settings_;
  std::optional<std::vector<FlowResult>> results_;
  std::vector<bool> read_;  ///< rows that have been read of these results
};

/// Round trips that give several rows, in the same way.
class JointLatency {
 public:
  JointLatency(std::shared_ptr<Bench> bench, Site from, Site to, Operation operation,
               std::uint64_t bytes);

  SampleSeries rounds();
  /// `row`: from 1 on, one for each percentile that is asked for.
  Fact percentile(std::size_t row, double share);

 private:
  const HalfRoundTrips& trips(std::size_t row);

  std::shared_ptr<Bench> bench_;
  Site from_, to_;
  PingPongSettings settings_;
  std::optional<HalfRoundTrips> trips_;
  std::vector<bool> read_;
};

/// Seconds of one bandwidth case and of one latency case, about.
double seconds_of(const StreamSettings& settings);
double seconds_of(const PingPongSettings& settings);

}  // namespace plumbline::efa
