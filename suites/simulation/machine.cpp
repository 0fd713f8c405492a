#include "suites/simulation/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "results/schema/file_error.h"
#include "results/schema/number.h"

namespace plumbline::simulation {
namespace {

constexpr const char* transport_param = "transport";

std::string family_of(std::string_view metric) {
  return std::string(metric.substr(0, metric.find('.')));
}

bool has_digits(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos;
}

std::vector<std::string> numbered(const std::string& name, std::uint64_t count) {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < count; ++i) names.push_back(name + std::to_string(i));
  return names;
}

/// The number that the baseline expects of the first of these metrics that it has.
std::uint64_t count_of(const std::vector<Baseline>& baselines,
                       std::initializer_list<std::string_view> metrics) {
  for (const std::string_view metric : metrics) {
    for (const Baseline& b : baselines) {
      if (b.metric != metric || b.subject_class != "node") continue;
      if (const auto count = parse_integer(b.expected)) return *count;
    }
  }
  return 0;
}

/// The NICs that the baseline names, else names like theirs.
std::vector<std::string> nics_of(const World& world, const std::vector<Baseline>& baselines) {
  std::uint64_t count = count_of(baselines, {"topology.efa.count", "efa.rails"});
  if (count == 0) count = world.nics;
  std::vector<std::string> names;
  for (const Baseline& b : baselines) {
    if (b.metric == "topology.efa.numa_node" && has_digits(b.subject_class)) {
      names.push_back(b.subject_class);
    }
  }
  if (names.size() == count) return names;
  names.clear();
  constexpr std::uint64_t first_bus = 79, buses_of_a_switch = 17, nics_of_a_switch = 4;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t bus =
        first_bus + buses_of_a_switch * (i / nics_of_a_switch) + i % nics_of_a_switch;
    names.push_back(fmt::format("rdmap{}s0", bus));
  }
  return names;
}

/// Subject and peer of each row that a baseline row asks for.
struct Path {
  std::string subject;
  std::string peer;
};

/// Ordered pairs, with themselves where the count says so, half of them where it is half.
std::vector<Path> pairs_of(const std::vector<std::string>& names,
                           const std::optional<std::uint64_t>& subjects) {
  const std::uint64_t n = names.size();
  const bool with_itself = subjects == n * n;
  const bool once = !with_itself && subjects == n * (n - 1) / 2;
  std::vector<Path> paths;
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = once ? i : 0; j < names.size(); ++j) {
      if (i != j || with_itself) paths.push_back({names[i], names[j]});
    }
  }
  return paths;
}

/// Each with itself, and with the next one where the count says so.
std::vector<Path> loops_of(const std::vector<std::string>& names,
                           const std::optional<std::uint64_t>& subjects) {
  std::vector<Path> paths;
  for (const std::string& name : names) paths.push_back({name, name});
  if (subjects && *subjects >= 2 * names.size() && names.size() > 1) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      paths.push_back({names[i], names[(i + 1) % names.size()]});
    }
  }
  return paths;
}

std::vector<Path> paths_of(const Baseline& b, const Machine& machine) {
  const std::string& c = b.subject_class;
  if (c == "rdmaps>rdmaps") return loops_of(machine.nics, b.subjects);
  if (c == "gpu>gpu") return pairs_of(machine.devices("gpu"), b.subjects);
  if (c == "numa>numa") return pairs_of(machine.devices("numa"), b.subjects);
  if (const std::size_t arrow = c.find('>'); arrow != std::string::npos && has_digits(c)) {
    return {{c.substr(0, arrow), c.substr(arrow + 1)}};
  }
  std::vector<std::string> names = {c};
  if (c == "gpu" || c == "numa" || c == "nvme") names = machine.devices(c);
  if (c == "rdmaps") names = machine.nics;
  if (names.size() == 1 && b.subjects.value_or(1) > 1) names = numbered(c, *b.subjects);
  std::vector<Path> paths;
  for (const std::string& name : names) paths.push_back({name, ""});
  return paths;
}

double level_of(const World& world, const Baseline& b, double expected) {
  double level = expected;
  const bool is_rate = b.better == Better::higher;
  if (b.basis == "threshold") {
    level =
        is_rate ? expected * (1 + world.above_threshold) : expected / (1 + world.above_threshold);
  }
  if (b.ceiling && is_rate) level = std::min(level, *b.ceiling / (1 + world.headroom));
  constexpr double share_of_tolerance = 0.3;
  if (b.low && is_rate) level = std::max(level, expected * (1 + share_of_tolerance * *b.low));
  return level;
}

/// What every row about this expectation has.
Measurement row_of(const World& world, const Baseline& b) {
  Measurement row;
  row.instance_type = world.instance_type;
  row.probe = family_of(b.metric);
  row.metric = b.metric;
  row.bytes = b.bytes.value_or(0);
  row.params = b.params;
  if (const auto asked = row.params.find(transport_param); asked != row.params.end()) {
    row.transport = asked->second;
    row.params.erase(transport_param);
  } else if (row.probe == "nvlink") {
    row.transport = "nvlink";
  }
  row.unit = b.unit;
  row.better = b.better;
  row.provenance = Provenance::simulated;
  return row;
}

std::string case_of(const Measurement& row) {
  std::string name = row.metric + '/' + path_of(row);
  if (row.bytes > 0) name += '/' + std::to_string(row.bytes);
  if (!row.params.empty()) name += '/' + format_params(row.params);
  return name;
}

bool is_measured(const World& world, const Baseline& b) {
  if (b.use == Use::context && !world.context_rows) return false;
  return world.probes.empty() || std::find(world.probes.begin(), world.probes.end(),
                                           family_of(b.metric)) != world.probes.end();
}

/// True for a metric of the world's own, which no baseline has.
bool is_made(const Baseline& b) { return b.metric.starts_with("fleet."); }

void add_series(const World& world, const Baseline& b, std::set<std::string>& known,
                Machine& machine) {
  Series series;
  series.row = row_of(world, b);
  series.is_fact = b.better == Better::exact;
  series.is_gate = b.use == Use::gate;
  series.is_context = !series.is_gate && !is_made(b);
  const auto expected = b.unit == "text" ? std::nullopt : parse_number(b.expected);
  if (series.is_fact) {
    series.row.samples = 1;
    series.row.median = expected;
    if (!expected) series.row.text = b.expected;
  } else {
    if (!expected || *expected <= 0) return;
    series.level = level_of(world, b, *expected);
    series.row.median = series.level;  // it has a value
    series.expected = *expected;
    series.ceiling = b.ceiling;
    if (b.low) series.low = *expected * (1 + *b.low);
    if (b.high) series.high = *expected * (1 + *b.high);
    const auto family = world.families.find(family_of(b.metric));
    series.noise = family == world.families.end() ? world.noise : family->second;
    for (const MadeMetrics& made : world.made) {
      if (b.metric.starts_with("fleet." + made.name)) series.noise = made.noise;
    }
  }
  const auto probe = std::find(machine.probes.begin(), machine.probes.end(), series.row.probe);
  series.probe = static_cast<std::size_t>(probe - machine.probes.begin());
  if (probe == machine.probes.end()) machine.probes.push_back(series.row.probe);
  series.row.task = series.row.probe + "#1";
  for (const Path& path : paths_of(b, machine)) {
    Series one = series;
    one.row.subject = path.subject;
    one.row.peer = path.peer;
    one.row.case_name = case_of(one.row);
    if (known.insert(series_key(one.row)).second) machine.series.push_back(std::move(one));
  }
}

void add_path_kind(const World& world, const Baseline& b, Machine& machine) {
  const auto expected = parse_number(b.expected);
  if (b.subject_class != "rdmaps>host/rdmaps" || !expected) return;
  if (b.better == Better::exact) {
    machine.paths.push_back({row_of(world, b), true, *expected, {}});
  } else if (*expected > 0) {
    machine.paths.push_back({row_of(world, b), false, level_of(world, b, *expected), b.ceiling});
  }
}

}  // namespace

std::vector<std::string> Machine::devices(const std::string& subject_class) const {
  if (subject_class == "gpu") return numbered("gpu", gpus);
  if (subject_class == "numa") return numbered("numa", numa_nodes);
  if (subject_class == "nvme") return numbered("nvme", nvmes);
  if (subject_class == "nic") return nics;
  return {"node"};
}

std::vector<Baseline> baselines_of(const World& world, const std::filesystem::path& reviewed) {
  std::vector<Baseline> baselines;
  const auto file =
      world.baseline.empty() ? reviewed / (world.instance_type + ".csv") : world.baseline;
  if (std::filesystem::exists(file)) baselines = read_all<Baseline>(file);
  if (baselines.empty() && world.made.empty()) {
    throw FileError(world.file.string(), 0, "instance_type",
                    fmt::format("found \"{}\", and there is no baseline {}: nothing says what a "
                                "healthy one is like",
                                world.instance_type, file.string()));
  }
  if (world.made.empty()) return baselines;
  Baseline present;
  present.metric = "fleet.present";
  present.subject_class = "node";
  present.unit = "count";
  present.expected = "1";
  present.basis = "definition";
  present.source = "simulated world " + world.name;
  baselines.push_back(present);
  for (const MadeMetrics& made : world.made) {
    for (std::uint64_t i = 0; i < made.count; ++i) {
      Baseline b = present;
      b.metric = fmt::format("fleet.{}{}", made.name, i);
      b.unit = "GB/s";
      b.better = Better::higher;
      b.expected = format_number(made.expected);
      b.low = made.low;
      b.spread = std::max(made.noise.runs, 1e-4);
      b.use = made.low ? Use::gate : Use::context;
      baselines.push_back(std::move(b));
    }
  }
  return baselines;
}

bool brings_baselines(const World& world) { return !world.baseline.empty() || !world.made.empty(); }

Machine machine_of(const World& world, const std::vector<Baseline>& baselines) {
  Machine machine;
  machine.instance_type = world.instance_type;
  machine.gpus = count_of(baselines, {"topology.gpu.count", "health.gpus", "collectives.ranks"});
  machine.numa_nodes = count_of(baselines, {"topology.numa.count"});
  machine.nvmes = count_of(baselines, {"topology.nvme.count"});
  machine.nics = nics_of(world, baselines);
  std::set<std::string> known;
  for (const Baseline& b : baselines) {
    if (!is_made(b) && !is_measured(world, b)) continue;
    if (b.subjects == std::uint64_t{0}) continue;  // there need not be any
    if (b.nodes.value_or(1) == 1) {
      if (b.subject_class != "group") add_series(world, b, known, machine);
    } else if (b.nodes == 2U && world.network.is_measured) {
      add_path_kind(world, b, machine);
    }
  }
  // Row for row as a probe writes them: what one probe measures stands together.
  std::stable_sort(machine.series.begin(), machine.series.end(),
                   [](const Series& a, const Series& b) { return a.probe < b.probe; });
  std::stable_partition(machine.paths.begin(), machine.paths.end(),
                        [](const PathKind& path) { return !path.is_fact; });
  if (machine.series.empty() && machine.paths.empty()) {
    throw FileError(world.file.string(), 0, "probes",
                    "nothing is measured: the baseline of " + world.instance_type +
                        " has no row of these probes");
  }
  return machine;
}

}  // namespace plumbline::simulation
