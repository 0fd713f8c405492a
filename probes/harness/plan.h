#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "probes/harness/metric.h"
#include "probes/harness/sampler.h"
#include "results/schema/device.h"
#include "results/schema/host_identity.h"

namespace plumbline {

/// What a case is about, beside its metric.
struct Work {
  /// Whose subject it is, where that is not this host: of a path between hosts that is measured
  /// from here in both directions.
  std::optional<HostIdentity> host = {};
  std::string subject = "node";
  std::string peer;         ///< the other end of a path: "numa1" of numa0>numa1
  std::uint64_t bytes = 0;  ///< message or buffer size, where it names the work
  Params params;
  std::string transport;  ///< what is really used, where it is known before the run
};

/// Work made ready: buffers allocated, threads started. Destroying it gives everything back.
struct Prepared {
  Timed once;  ///< does the work once and returns the seconds it took
  /// Checks that the work did what it should; throws if it did not. Called after the last sample.
  std::function<void()> verify;
  std::string note;  ///< said in the row: what a reader must know about how this was measured
  /// What the samples showed beside their values, as flags of the row. Asked after the last one.
  std::function<std::vector<std::string>()> flags = {};
  /// The same in words, added to the note; may be empty. Asked after verify and flags.
  std::function<std::string()> remark = {};
};
using Prepare = std::function<Prepared()>;

/// The value of a fact: a number in the metric's unit, or a text.
using FactValue = std::variant<double, std::string>;

/// How a value went over time, of what went on for long: means over steps of the same length from
/// its beginning on, few whatever that length; none: not known.
struct OverTime {
  double step_s = 0;
  std::vector<std::optional<double>> means;
};

/// A fact as it was found.
struct Fact {
  template <class Value>
  requires std::is_constructible_v<FactValue, Value> Fact(Value found, std::string beside = {})
      : value(std::move(found)), note(std::move(beside)) {}
  operator FactValue() const { return value; }

  FactValue value;
  std::string note;    ///< said in the row: what a reader must know beside the value
  OverTime over_time;  ///< kept beside the row
};

/// Samples that were drawn elsewhere, in the metric's unit and the order of time: of work that goes
/// on for long, or of several subjects at once.
struct SampleSeries {
  std::vector<double> values;
  std::size_t counted_from = 0;  ///< what comes before is warm-up
  std::string note;
  OverTime over_time = {};  ///< kept beside the row
};

/// One case: one row of the results, under a name that repeats it.
struct Case {
  enum class Kind { rate, latency, series, fact, skip };

  std::string name;  ///< case_name(metric, work)
  const Metric* metric = nullptr;
  Work work;
  Kind kind = Kind::fact;
  double amount = 1;  ///< rate: value = amount / seconds; latency: value = seconds / amount
  Prepare prepare;
  Sampling sampling;  ///< of a series: bounds on how long it takes, for who plans with them
  std::function<SampleSeries()> series;
  std::function<Fact()> fact;
  std::string reason;  ///< of a skip
};

/// "host_memory.read/numa0>numa1/1073741824/locality=local": metric, subject, then bytes and params
/// where there are any; of another host's subject "efa.write/node-18/rail0>node-17/rail0". Unique
/// within a probe.
std::string case_name(const Metric& metric, const Work& work);

/// What a probe will measure, decided before anything is timed. The probe's plan function fills it;
/// the shared main turns each entry into a Google Benchmark case.
class Plan {
 public:
  /// `folder`: where the rows of this run are and will be, empty if they are shown only; `task`:
  /// what writes them; `self`: this host's names in them; `shown_only`: nothing will be measured.
  explicit Plan(std::map<std::string, std::string> options, std::filesystem::path folder = {},
                std::string task = {}, HostIdentity self = {}, bool shown_only = false)
      : options_(std::move(options)),
        folder_(std::move(folder)),
        task_(std::move(task)),
        self_(std::move(self)),
        shown_only_(shown_only) {}

  /// `amount` per call (bytes, operations) divided by the seconds of a call and by `unit_scale`
  /// (1e9 for GB/s) is the value in the metric's unit.
  void rate(const Metric& metric, Work work, double amount, double unit_scale, Prepare prepare,
            Sampling sampling = {});

  /// Seconds of a call divided by `operations` and multiplied by `units_per_second` (1e9 for ns).
  void latency(const Metric& metric, Work work, double operations, double units_per_second,
               Prepare prepare, Sampling sampling = {});

  /// Samples that `series` draws by itself, in about `seconds`.
  void series(const Metric& metric, Work work, double seconds,
              std::function<SampleSeries()> series);

  /// Something that is known rather than timed. `value` is asked when the case runs, so what it
  /// throws becomes the reason of a failed row.
  void fact(const Metric& metric, Work work, std::function<Fact()> value);
  void fact(const Metric& metric, Work work, FactValue value);

  /// A case that this machine does not allow to be measured: a row with outcome skipped.
  void skip(const Metric& metric, Work work, std::string reason);

  /// For devices.csv and context.csv; a host that is not given is this one.
  void device(Device device);
  void context(std::string key, std::string value, std::string host = {});

  /// The plan is about another machine than this one, read from a file or modelled: every row
  /// carries its names and is marked simulated.
  void describes(std::string host, std::string instance_type);

  /// The value of one of the probe's own options.
  const std::string& option(const std::string& name) const { return options_.at(name); }
  const std::map<std::string, std::string>& options() const { return options_; }
  bool flag(const std::string& name) const { return option(name) == "true"; }

  /// For a probe that compares with what the run has so far.
  const std::filesystem::path& folder() const { return folder_; }
  const std::string& task() const { return task_; }
  const HostIdentity& self() const { return self_; }
  /// Then nobody waits for other ranks, which are not there.
  bool shown_only() const { return shown_only_; }

  const std::vector<Case>& cases() const { return cases_; }
  const std::vector<Device>& devices() const { return devices_; }
  const std::vector<ContextEntry>& context_entries() const { return context_; }
  /// Set by describes().
  const std::optional<HostIdentity>& described_host() const { return described_host_; }

 private:
  Case& add(Case::Kind kind, const Metric& metric, Work work);

  std::map<std::string, std::string> options_;
  std::filesystem::path folder_;
  std::string task_;
  HostIdentity self_;
  bool shown_only_ = false;
  std::vector<Case> cases_;
  std::vector<Device> devices_;
  std::vector<ContextEntry> context_;
  std::optional<HostIdentity> described_host_;
};

}  // namespace plumbline
