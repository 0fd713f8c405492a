#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/schema/csv_file.h"
#include "results/schema/measurement.h"
#include "results/schema/names.h"
#include "results/schema/params.h"
#include "results/schema/text.h"

namespace plumbline {

/// In order of severity for a reader: the last is the worst.
enum class Verdict { pass, unjudged, warn, inconclusive, missing, fail };
inline constexpr auto verdict_names =
    names_of<Verdict>("PASS", "UNJUDGED", "WARN", "INCONCLUSIVE", "MISSING", "FAIL");

/// One judged series or one missing subject: one line of findings.csv.
struct Finding {
  std::string id;  ///< eight hexadecimal digits from host, metric, subject, peer, bytes and params
  Verdict verdict = Verdict::unjudged;
  Text host;
  Text instance_type;
  Text probe;
  std::string case_name;
  Text metric;
  Text subject;
  std::string peer;
  std::uint64_t bytes = 0;
  Params params;
  Text unit;
  Better better = Better::exact;

  std::uint64_t runs = 0;       ///< measurements behind `value`
  std::optional<double> value;  ///< median over the runs
  std::optional<double>
      ci_low;  ///< of the machine, with run-to-run variance: what the verdict used
  std::optional<double> ci_high;
  std::string text;  ///< the value of an exact metric that is no number

  Text expected;              ///< as in the baseline
  std::optional<double> low;  ///< absolute limits in `unit`
  std::optional<double> high;
  std::optional<double> deficit;     ///< relative: 0.2 is 20 % worse than expected, < 0 better
  std::optional<double> resolution;  ///< half-width of the deficits that 12 runs cannot decide
  bool remeasure = false;            ///< more runs can change the verdict, or teach what to expect
  Provenance provenance = Provenance::measured;

  Text rule;             ///< which rule decided
  std::string sentence;  ///< "gpu3 1540 GB/s is 50 % below 3080 GB/s"
  std::string action;    ///< what to do about it; empty if nothing follows from this alone
  Text basis;            ///< of the expectation
  Text source;

  bool operator==(const Finding&) const = default;
};

/// "numa0>numa1", as of the rows behind it.
std::string path_of(const Finding& f);

enum class NodeOutcome { accept, incomplete, reject };
inline constexpr auto node_outcome_names = names_of<NodeOutcome>("ACCEPT", "INCOMPLETE", "REJECT");

/// What the findings of a node come to: one line of nodes.csv, one for each node of the manifest.
struct NodeVerdict {
  std::string host;
  std::string instance_type;
  NodeOutcome outcome = NodeOutcome::incomplete;
  std::uint64_t pass = 0;
  std::uint64_t warn = 0;
  std::uint64_t fail = 0;
  std::uint64_t inconclusive = 0;
  std::uint64_t missing = 0;
  std::uint64_t unjudged = 0;
  std::string reason;  ///< the worst finding's sentence, or why the node is incomplete

  bool operator==(const NodeVerdict&) const = default;
};

extern template ReadReport read_csv<Finding>(const std::filesystem::path&,
                                             const std::function<void(const Finding&)>&, BadRows);
extern template ReadReport read_csv<NodeVerdict>(const std::filesystem::path&,
                                                 const std::function<void(const NodeVerdict&)>&,
                                                 BadRows);

}  // namespace plumbline
