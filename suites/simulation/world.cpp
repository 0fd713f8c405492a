#include "suites/simulation/world.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "results/schema/file_error.h"
#include "results/schema/params.h"
#include "suites/description/nearest_name.h"
#include "suites/description/suite.h"
#include "suites/description/toml_table.h"

namespace plumbline::simulation {
namespace {

namespace fs = std::filesystem;
using toml_table::find;
using toml_table::refuse;
using toml_table::refuse_type;
using toml_table::Value;

/// The entries of one table, each read once; what was not asked for is refused at the end.
class Entries {
 public:
  Entries(const Value& table, std::string where) : table_(table), where_(std::move(where)) {
    if (!table.is_table()) refuse_type(table, where_, "a table");
  }

  const Value* value(const std::string& key) {
    known_.push_back(key);
    return find(table_, key);
  }

  void text(const std::string& key, std::string& target) {
    if (const Value* v = value(key)) target = toml_table::text_of(*v, key);
  }

  void yes_no(const std::string& key, bool& target) {
    const Value* v = value(key);
    if (v == nullptr) return;
    if (!v->is_boolean()) refuse_type(*v, key, "true or false");
    target = v->as_boolean();
  }

  void whole(const std::string& key, std::uint64_t& target, std::uint64_t least,
             std::uint64_t most) {
    const Value* v = value(key);
    if (v == nullptr) return;
    const bool is_one = v->is_integer() && v->as_integer() >= 0 &&
                        static_cast<std::uint64_t>(v->as_integer()) >= least &&
                        static_cast<std::uint64_t>(v->as_integer()) <= most;
    if (!is_one) refuse_type(*v, key, fmt::format("a whole number from {} to {}", least, most));
    target = static_cast<std::uint64_t>(v->as_integer());
  }

  void number(const std::string& key, double& target, double least, double most) {
    if (const Value* v = value(key)) target = number_of(*v, key, least, most);
  }

  void range(const std::string& key, Range& target, double least, double most) {
    const Value* v = value(key);
    if (v == nullptr) return;
    if (!v->is_array()) {
      target.low = target.high = number_of(*v, key, least, most);
      return;
    }
    const auto& ends = v->as_array();
    if (ends.size() != 2) refuse_type(*v, key, "a number or two numbers [low, high]");
    target = {number_of(ends[0], key, least, most), number_of(ends[1], key, least, most)};
    if (target.low > target.high) refuse(*v, key, "the first number is above the second");
  }

  void names(const std::string& key, std::vector<std::string>& target) {
    const Value* v = value(key);
    if (v == nullptr) return;
    if (!v->is_array()) refuse_type(*v, key, "an array of texts");
    target.clear();
    for (const Value& name : v->as_array()) target.push_back(toml_table::text_of(name, key));
  }

  /// The tables headed by [[key]].
  std::vector<Value> tables(const std::string& key) {
    const Value* v = value(key);
    if (v == nullptr) return {};
    if (!v->is_array()) refuse_type(*v, key, "tables headed by [[" + key + "]]");
    return v->as_array();
  }

  void end() const { toml_table::refuse_unknown_keys(table_, known_, where_); }

  const Value& table() const { return table_; }
  const std::string& where() const { return where_; }

 private:
  static double number_of(const Value& v, const std::string& key, double least, double most) {
    double number = std::numeric_limits<double>::quiet_NaN();
    if (v.is_floating()) number = v.as_floating();
    if (v.is_integer()) number = static_cast<double>(v.as_integer());
    if (!(number >= least && number <= most)) {
      refuse_type(v, key, fmt::format("a number from {} to {}", least, most));
    }
    return number;
  }

  const Value& table_;
  std::string where_;
  std::vector<std::string> known_;
};

constexpr double most_noise = 0.5;
constexpr std::uint64_t most_runs = 1000;
constexpr std::uint64_t most_repeats = 12;

void read_noise(const Value& table, const std::string& where, Noise& noise,
                std::map<std::string, Noise>* families) {
  Entries entries(table, where);
  entries.number("within", noise.within, 0, most_noise);
  entries.number("runs", noise.runs, 0, most_noise);
  entries.number("devices", noise.devices, 0, most_noise);
  if (families != nullptr) {
    for (const auto& [family, value] : table.as_table()) {
      if (!value.is_table()) continue;
      const auto [entry, is_new] = families->try_emplace(family, noise);
      read_noise(*entries.value(family), where + '.' + family, entry->second, nullptr);
    }
  }
  entries.end();
}

void read_tails(Entries& entries, std::uint64_t& tails) {
  entries.whole("tails", tails, 0, 1000);
  if (tails == 1 || tails == 2) {
    refuse(*entries.value("tails"), "tails",
           fmt::format("found {}, expected 0 (normal) or at least 3 degrees of freedom: with fewer "
                       "there is no variance",
                       tails));
  }
}

void read_network(const Value& table, Network& network) {
  Entries entries(table, "[network]");
  entries.yes_no("measured", network.is_measured);
  entries.number("sigma", network.sigma, 0, most_noise);
  entries.number("nodes", network.nodes, 0, most_noise);
  entries.number("rounds", network.rounds, 0, most_noise);
  entries.number("transients", network.transients, 0, 1);
  entries.range("transient_severity", network.transient_severity, 0, 0.99);
  entries.number("congested_leaves", network.congested_leaves, 0, 1);
  entries.range("congestion", network.congestion, 0, 0.99);
  entries.whole("rounds_within_leaves", network.within_leaves, 0, 100);
  entries.whole("rounds_across_leaves", network.across_leaves, 0, 100);
  entries.whole("tests_of_suspects", network.adaptive, 0, 16);
  read_tails(entries, network.tails);
  entries.end();
}

MadeMetrics read_made(const Value& table) {
  MadeMetrics made;
  Entries entries(table, "a [[metrics]]");
  made.name = toml_table::required_text(table, "name", "a [[metrics]]");
  toml_table::refuse_odd_name(table, "name", made.name);
  entries.value("name");
  entries.whole("count", made.count, 1, 10'000);
  if (made.count == 0) refuse(table, "count", "is missing in a [[metrics]]");
  entries.number("expected", made.expected, 1e-9, 1e15);
  if (entries.value("low") != nullptr) {
    made.low = 0;
    entries.number("low", *made.low, -0.99, 0);
  }
  entries.number("within", made.noise.within, 0, most_noise);
  entries.number("runs", made.noise.runs, 0, most_noise);
  entries.number("devices", made.noise.devices, 0, most_noise);
  entries.end();
  return made;
}

Cohort read_cohort(const Value& table) {
  Cohort cohort;
  Entries entries(table, "a [[cohort]]");
  cohort.name = toml_table::required_text(table, "name", "a [[cohort]]");
  entries.value("name");
  entries.number("share", cohort.share, 0, 1);
  entries.number("offset", cohort.offset, -0.9, 0.9);
  entries.text("metric", cohort.metric);
  entries.whole("from_run", cohort.from_run, 0, most_runs);
  if (const Value* context = entries.value("context")) {
    if (!context->is_table()) refuse_type(*context, "context", "a table of texts");
    for (const auto& [key, value] : context->as_table()) {
      cohort.context[key] = toml_table::text_of(value, key);
    }
  }
  entries.end();
  return cohort;
}

/// What a kind of fault cannot do without.
void check(const FaultRule& rule, const Value& table) {
  const auto needs = [&](const std::string& key, bool is_there) {
    if (is_there) return;
    refuse(table, key,
           fmt::format("is missing: a fault of kind {} needs it", fault_kind_names[rule.kind]));
  };
  needs("share or count", rule.share > 0 || rule.count.has_value());
  switch (rule.kind) {
    case FaultKind::slow:
    case FaultKind::harness:
      needs("metric", !rule.metric.empty());
      break;
    case FaultKind::fact:
      needs("metric", !rule.metric.empty());
      needs("value", !rule.value.empty());
      break;
    case FaultKind::fallback:
      needs("metric", !rule.metric.empty());
      needs("transport", !rule.transport.empty());
      break;
    case FaultKind::absent:
      needs("subject", !rule.subject.empty());
      break;
    default:
      break;
  }
  static const std::vector<std::string> classes = {"", "gpu", "nic", "numa", "nvme", "node"};
  if (std::find(classes.begin(), classes.end(), rule.subject) == classes.end()) {
    refuse(table, "subject",
           fmt::format("found \"{}\", expected gpu, nic, numa, nvme or node{}", rule.subject,
                       did_you_mean(rule.subject, classes)));
  }
  if (!parse_params(rule.params)) {
    refuse(table, "params",
           fmt::format("found \"{}\", expected key=value pairs joined by ';'", rule.params));
  }
}

FaultRule read_fault(const Value& table) {
  FaultRule rule;
  rule.line = table.location().line();
  Entries entries(table, "a [[fault]]");
  const std::string kind = toml_table::required_text(table, "kind", "a [[fault]]");
  const auto known = fault_kind_names.find(kind);
  if (!known) {
    refuse(*entries.value("kind"), "kind",
           fmt::format("found \"{}\", expected {}", kind, fault_kind_names.list()));
  }
  entries.value("kind");
  rule.kind = *known;
  entries.number("share", rule.share, 0, 1);
  if (entries.value("count") != nullptr) {
    rule.count = 0;
    entries.whole("count", *rule.count, 0, most_nodes);
  }
  entries.text("metric", rule.metric);
  entries.text("params", rule.params);
  entries.text("subject", rule.subject);
  entries.range("severity", rule.severity, 0, 0.99);
  entries.text("value", rule.value);
  entries.text("probe", rule.probe);
  entries.text("transport", rule.transport);
  entries.names("counted_by", rule.counted_by);
  entries.whole("from_run", rule.from_run, 0, most_runs);
  if (const Value* until = entries.value("until_run")) {
    rule.until_run = 0;
    entries.whole("until_run", *rule.until_run, 0, most_runs);
    if (*rule.until_run <= rule.from_run) {
      refuse(*until, "until_run",
             fmt::format("found {}, expected a run after from_run, which is {}", *rule.until_run,
                         rule.from_run));
    }
  }
  entries.whole("grows_over", rule.grows_over, 0, most_runs);
  entries.whole("moves_every", rule.moves_every, 0, most_runs);
  entries.end();
  check(rule, table);
  return rule;
}

void read_into(World& world, const fs::path& file, std::size_t depth) {
  constexpr std::size_t most_depth = 8;
  const Value root = toml_table::read_file(file, "a world");
  Entries entries(root, "a world");
  if (const Value* base = entries.value("based_on")) {
    if (depth == most_depth) {
      refuse(*base, "based_on", fmt::format("the worlds go {} deep: in a circle?", most_depth));
    }
    read_into(world, file.parent_path() / toml_table::text_of(*base, "based_on"), depth + 1);
  }
  world.file = file;
  if (find(root, "name") == nullptr) throw FileError(file.string(), 0, "name", "is missing");
  world.name = toml_table::required_text(root, "name", "the world");
  toml_table::refuse_odd_name(root, "name", world.name);
  entries.value("name");
  entries.text("purpose", world.purpose);
  entries.text("instance_type", world.instance_type);
  entries.whole("nodes", world.nodes, 1, most_nodes);
  entries.whole("nodes_per_leaf", world.nodes_per_leaf, 1, most_nodes);
  entries.whole("leaves_per_spine", world.leaves_per_spine, 1, most_nodes);
  entries.whole("runs", world.runs, 1, most_runs);
  entries.whole("repeats", world.repeats, 1, most_repeats);
  if (const Value* start = entries.value("start")) {
    const auto time = parse_time(toml_table::text_of(*start, "start"));
    if (!time) refuse_type(*start, "start", "a time like \"2026-11-24T10:33:35.123Z\"");
    world.start = *time;
  }
  if (const Value* baseline = entries.value("baseline")) {
    world.baseline = file.parent_path() / toml_table::text_of(*baseline, "baseline");
    if (!fs::exists(world.baseline)) {
      refuse(*baseline, "baseline", "there is no file " + world.baseline.string());
    }
  }
  entries.names("probes", world.probes);
  entries.whole("nics", world.nics, 0, 128);
  entries.yes_no("context_rows", world.context_rows);
  entries.yes_no("devices", world.devices);
  entries.number("headroom", world.headroom, 0, 0.9);
  entries.number("above_threshold", world.above_threshold, 0, 10);
  read_tails(entries, world.tails);
  if (const Value* noise = entries.value("noise")) {
    read_noise(*noise, "[noise]", world.noise, &world.families);
  }
  if (const Value* network = entries.value("network")) read_network(*network, world.network);
  for (const Value& table : entries.tables("metrics")) world.made.push_back(read_made(table));
  double shares = 0;
  for (const Value& table : entries.tables("cohort")) {
    world.cohorts.push_back(read_cohort(table));
    shares += world.cohorts.back().share;
    if (shares > 1 + 1e-9) {
      refuse(table, "share",
             fmt::format("the shares of the cohorts come to {:.6g}, expected at "
                         "most 1",
                         shares));
    }
  }
  for (const Value& table : entries.tables("fault")) world.faults.push_back(read_fault(table));
  entries.end();
}

}  // namespace

World read_world(const fs::path& file) {
  World world;
  world.start = *parse_time("2026-01-01T00:00:00.000Z");
  read_into(world, file, 0);
  if (world.instance_type.empty()) {
    throw FileError(file.string(), 0, "instance_type",
                    "is missing, here and in what it is based on");
  }
  return world;
}

fs::path find_world(const std::string& name_or_path, const fs::path& worlds) {
  if (name_or_path.ends_with(".toml") || name_or_path.find('/') != std::string::npos) {
    if (!fs::exists(name_or_path)) {
      throw FileError(name_or_path, 0, "", "there is no such world");
    }
    return name_or_path;
  }
  fs::path file = worlds / (name_or_path + ".toml");
  if (fs::exists(file)) return file;
  const auto names = suite_names(worlds);
  throw FileError(worlds.string(), 0, "",
                  "there is no world \"" + name_or_path + "\"" + did_you_mean(name_or_path, names) +
                      fmt::format(" (there are: {}; or give a path to a .toml)",
                                  names.empty() ? "none" : fmt::to_string(fmt::join(names, ", "))));
}

}  // namespace plumbline::simulation
