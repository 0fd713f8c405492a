#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reports/pages/burn_curve.h"
#include "reports/pages/fabric_picture.h"
#include "reports/pages/fleet_values.h"
#include "reports/pages/metric_distribution.h"
#include "reports/pages/trend_history.h"
#include "results/schema/baseline.h"
#include "results/schema/device.h"
#include "results/schema/finding.h"
#include "results/schema/manifest.h"
#include "results/schema/measurement.h"
#include "results/schema/metric_meaning.h"
#include "results/schema/suspected_node.h"
#include "results/schema/time.h"

namespace plumbline {

/// What all nodes together come to.
enum class FleetVerdict { accept, incomplete, reject, harness_suspect };
inline constexpr auto fleet_verdict_names =
    names_of<FleetVerdict>("ACCEPT", "INCOMPLETE", "REJECT", "HARNESS_SUSPECT");

/// One run directory that the report was made from.
struct ReportedRun {
  std::string name;     ///< of the directory, as in column "run"
  std::string suite;    ///< "acceptance"
  std::string command;  ///< that made it; empty if unknown
  WallTime started{};
  std::optional<WallTime> ended;  ///< empty: interrupted, or still running
  std::uint64_t rows = 0;         ///< of its measurements.csv
  std::string directory;          ///< as a command can name it; empty: the name is enough
};

/// A finding with what it was judged from.
struct JudgedFinding {
  Finding finding;
  /// All rows of its series in the order in which they were measured: the repetitions, and the
  /// failed and skipped ones. Empty where nothing was measured.
  std::vector<Measurement> rows;
  std::optional<double> ceiling;  ///< physical limit in the finding's unit
  std::optional<Use> use;         ///< of the baseline row; empty: nothing is expected
  std::string command;            ///< that measures it again; empty: there is none
};

/// A file of expectations that was used.
struct BaselineFile {
  std::string file;  ///< as a reader can find it
  std::string instance_type;
  std::uint64_t rows = 0;
  bool learned = false;  ///< on machines of this site, not shipped
  std::string
      origin;  ///< in words: "shipped with plumbline 0.1.0", "learned 2026-11-24 from 3 runs"
};

/// A task of a run as the journal tells it.
struct TaskRecord {
  std::string run;
  std::string host;  ///< several hosts are joined by ','
  std::string task;  ///< "host_memory#2"
  std::string probe;
  std::uint64_t attempt = 1;
  WallTime started{};
  std::optional<double> seconds;  ///< empty: it never ended
  std::string outcome;            ///< "ok", "failed", "timed_out", "killed" ... as in the journal
  std::string reason;             ///< why it is not ok
  std::string command;
};

/// Rows of one metric to which the same happened, over all hosts: why some of what should be known
/// is not, or is not to be trusted blindly.
struct Trouble {
  std::string what;  ///< "failed", "skipped", "measured again", or a flag: "unsteady" ...
  std::string metric;
  std::string note;  ///< of rows without a value: why; empty where there are too many reasons
  std::uint64_t rows = 0;
  std::uint64_t hosts = 0;
};

/// A measurement on one host that had such trouble, or whose verdict is not decided.
struct TroubledSeries {
  std::string host;
  std::string metric;
  std::string path;  ///< "gpu0>gpu3"
  std::string work;  ///< "1 GiB, dtype=bf16"
  Verdict verdict = Verdict::unjudged;
  std::string finding;  ///< its id; empty: none was made
  std::string what;     ///< "failed, unsteady"
  std::uint64_t rows = 0;
  std::string note;  ///< of its last row without a value
};

/// One fact about software or settings, and what the hosts say.
struct Setting {
  struct Value {
    std::string value;
    std::uint64_t hosts = 0;
    std::vector<std::string> named;  ///< these hosts, where they are not the most; may be cut
  };
  std::string key;
  std::vector<Value> values;    ///< the most frequent first; may be cut where each host has its own
  std::uint64_t different = 0;  ///< how many values there are
};

/// What all tasks of the runs come to.
struct TaskTotals {
  std::uint64_t tasks = 0;
  std::uint64_t not_well = 0;
  double seconds = 0;
};

/// Everything that a report is made of. Nothing in it is looked up or measured by the pages: the
/// same evidence gives the same bytes.
struct Evidence {
  std::string version;  ///< of plumbline
  WallTime made{};      ///< when the report was made
  std::string command;  ///< that made the report
  std::vector<ReportedRun> runs;

  FleetVerdict verdict = FleetVerdict::incomplete;
  std::string reason;              ///< one sentence: why the verdict is what it is; may be empty
  bool simulated = false;          ///< any row is simulated
  std::vector<std::string> notes;  ///< what a reader must know beside the findings
  /// One line for each instance type that has no baseline at all.
  std::vector<std::string> types_without_baseline;

  Manifest manifest;            ///< the nodes that should be there: the denominator
  std::string manifest_source;  ///< "manifest.csv of ...", "this host"
  std::vector<NodeVerdict>
      nodes;  ///< one for each node of the manifest, with counts of *all* findings
  /// All findings of a few nodes; of many nodes those that are neither PASS nor UNJUDGED, the worst
  /// first. The pages say how many are left out: what `nodes` counts beyond what stands here.
  std::vector<JudgedFinding> findings;
  std::string left_out_in;  ///< the file that has all findings: "findings.csv"
  FleetValues values;       ///< what every node measured; nothing of a single node

  /// Each metric over all nodes, whatever of its findings is left out.
  std::vector<MetricDistribution> distributions;

  std::vector<FabricPicture> fabric;    ///< of each kind of rate between hosts
  std::vector<SuspectedNode> suspects;  ///< to be measured again with others
  TrendHistory trends;                  ///< beside earlier runs
  std::vector<BurnCurve> burns;         ///< of a few nodes

  std::vector<Device> devices;  ///< of many nodes: of those that have findings
  std::vector<Setting> software;
  std::uint64_t software_hosts = 0;    ///< that said anything about their software
  std::vector<MetricMeaning> metrics;  ///< may be empty: then the pages show names without meanings
  std::vector<BaselineFile> baselines;

  std::vector<TaskRecord> tasks;  ///< of many: those that did not end well, and the first others
  TaskTotals task_totals;
  std::vector<Trouble> troubles;         ///< of all rows
  std::vector<TroubledSeries> troubled;  ///< the first of many
  std::uint64_t all_troubled = 0;        ///< how many there are
  std::vector<std::string> torn_lines;   ///< "file: the cut line"
  std::vector<std::string> bad_rows;     ///< "file:line: column: found ..., expected ..."
};

}  // namespace plumbline
