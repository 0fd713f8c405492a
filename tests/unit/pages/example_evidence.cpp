#include "tests/unit/pages/example_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <span>

#include "reports/judging/value_collector.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr const char* host = "ip-10-1-7-3";
constexpr const char* type = "p5.48xlarge";
constexpr const char* run_name = "20261124T103335Z_acceptance";
constexpr const char* shipped = "shipped with plumbline 0.1.0";

WallTime at(int seconds) {
  return *parse_time("2026-11-24T10:33:35.000Z") + std::chrono::seconds{seconds};
}

/// Noise that is the same everywhere: about normal, sigma 1.
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : state_(seed) {}
  double operator()() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }

 private:
  double uniform() {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<double>(state_ >> 8) / 16777216.0;
  }
  std::uint32_t state_;
};

struct Quantity {
  std::string metric;
  std::string subject;
  std::string peer;
  std::uint64_t bytes = 0;
  std::string unit = "GB/s";
  Better better = Better::higher;
  double expected = 0;  ///< 0: nothing is expected
  double ratio = 1;     ///< measured by expected
  double tolerance = 0.05;
  std::size_t runs = 1;
  std::optional<double> ceiling;
};

/// Builds the evidence of one host finding by finding.
class Builder {
 public:
  explicit Builder(std::string name = host, std::uint32_t seed = 2026)
      : host_(std::move(name)), noise_(seed) {}

  JudgedFinding& quantity(const Quantity& q, double level) {
    JudgedFinding judged;
    Finding& f = judged.finding;
    describe(f, q.metric, q.subject, q.peer, q.bytes, q.unit, q.better);
    const double truth = level * q.ratio;
    std::vector<double> medians;
    for (std::size_t r = 0; r < q.runs; ++r) {
      Measurement row = row_of(f, 40 + 61 * static_cast<int>(r));
      row.median = truth * (1 + 0.004 * noise_());
      row.ci_low = *row.median * 0.9972;
      row.ci_high = *row.median * 1.0031;
      row.min = *row.median * 0.968;
      row.max = *row.median * 1.012;
      row.spread = 0.0061;
      row.samples = 120 + 17 * r;
      row.attempt = r + 1;
      if (r > 0) row.flags.push_back("remeasured");
      medians.push_back(*row.median);
      judged.rows.push_back(std::move(row));
    }
    std::ranges::sort(medians);
    f.runs = q.runs;
    f.value = medians[medians.size() / 2];
    const double h = 0.019 / std::sqrt(static_cast<double>(q.runs));
    f.ci_low = *f.value * (1 - h);
    f.ci_high = *f.value * (1 + h);
    judged.ceiling = q.ceiling;
    if (q.expected > 0) expect(judged, q, h);
    all.push_back(std::move(judged));
    return all.back();
  }

  JudgedFinding& fact(const std::string& metric, const std::string& subject,
                      const std::string& found, const std::string& wanted) {
    JudgedFinding judged;
    Finding& f = judged.finding;
    const bool number = parse_number(found).has_value();
    describe(f, metric, subject, "", 0, number ? "count" : "text", Better::exact);
    if (number) {
      f.value = parse_number(found);
    } else {
      f.text = found;
    }
    f.runs = 1;
    Measurement row = row_of(f, 3);
    row.median = f.value;
    row.text = f.text;
    judged.rows.push_back(std::move(row));
    if (!wanted.empty()) {
      f.expected = wanted;
      f.verdict = found == wanted ? Verdict::pass : Verdict::fail;
      f.rule = "exact";
      f.sentence = found == wanted
                       ? fmt::format("{} {} is {}", subject, metric, found)
                       : fmt::format("{} {} is {}, expected {}", subject, metric, found, wanted);
      source(judged, "spec", "EC2 DescribeInstanceTypes, 2026-11");
    } else {
      f.sentence = fmt::format("{} {} is {}; nothing is expected of it", subject, metric, found);
      f.rule = "nothing expected";
    }
    all.push_back(std::move(judged));
    return all.back();
  }

  JudgedFinding& missing(const std::string& metric, const std::string& subject,
                         const std::string& wanted, const std::string& why) {
    JudgedFinding judged;
    Finding& f = judged.finding;
    describe(f, metric, subject, "", 0, "GB/s", Better::higher);
    f.verdict = Verdict::missing;
    f.expected = wanted;
    f.sentence = fmt::format("{} {} was not measured: {}", subject, metric, why);
    f.rule = "expected subject";
    source(judged, "spec", "EC2 DescribeInstanceTypes, 2026-11");
    all.push_back(std::move(judged));
    return all.back();
  }

  std::vector<JudgedFinding> all;

 private:
  void describe(Finding& f, const std::string& metric, const std::string& subject,
                const std::string& peer, std::uint64_t bytes, const std::string& unit,
                Better better) {
    f.metric = metric;
    f.probe = metric.substr(0, metric.find('.'));
    f.subject = subject;
    f.peer = peer;
    f.bytes = bytes;
    f.unit = unit;
    f.better = better;
    f.host = host_;
    f.instance_type = type;
    f.case_name = metric + '/' + subject + (peer.empty() ? "" : '>' + peer);
    if (bytes != 0) f.case_name += '/' + std::to_string(bytes);
    f.id = fmt::format("{:08x}", 0x9e3779b1U * static_cast<unsigned>(all.size() + 1));
  }

  Measurement row_of(const Finding& f, int seconds) const {
    Measurement row;
    row.run = run_name;
    row.time = at(seconds);
    row.host = host_;
    row.instance_type = type;
    row.probe = f.probe;
    row.case_name = f.case_name;
    row.metric = f.metric;
    row.subject = f.subject;
    row.peer = f.peer;
    row.bytes = f.bytes;
    row.unit = f.unit;
    row.better = f.better;
    row.samples = 1;
    return row;
  }

  static void source(JudgedFinding& judged, const char* basis, const char* origin) {
    judged.finding.basis = basis;
    judged.finding.source = origin;
    judged.use = Use::gate;
    judged.command = fmt::format("plumbline probe {} --case '{}'", judged.finding.probe,
                                 judged.finding.case_name);
  }

  static void expect(JudgedFinding& judged, const Quantity& q, double h) {
    Finding& f = judged.finding;
    const bool lower = q.better == Better::lower;
    const double off = *f.value / q.expected - 1;
    const double deficit = lower ? 1 - q.expected / *f.value : -off;
    f.expected = format_number(q.expected);
    (lower ? f.high : f.low) = q.expected * (lower ? 1 + q.tolerance : 1 - q.tolerance);
    f.deficit = deficit;
    f.resolution = 0.013;
    f.remeasure = std::abs(deficit - q.tolerance) < h;
    f.verdict = deficit - h > q.tolerance             ? Verdict::fail
                : std::abs(deficit - q.tolerance) < h ? Verdict::inconclusive
                : deficit - h > 0.6 * q.tolerance     ? Verdict::warn
                                                      : Verdict::pass;
    f.rule = "timed";
    const std::string path = q.peer.empty() ? q.subject : q.subject + '>' + q.peer;
    f.sentence =
        fmt::format("{} {} {:.4g} {} is {:.1f} % {} {:.4g} {}", path, q.metric, *f.value, q.unit,
                    100 * std::abs(off), off < 0 ? "below" : "above", q.expected, q.unit);
    source(judged, "measured", "median of 12 nodes of this type, 3 runs each, 2026-10");
  }

  std::string host_;
  Noise noise_;
};

double nominal(const std::string& metric) {
  const std::pair<const char*, double> levels[] = {
      {"host_memory.read", 252},    {"host_memory.write", 118},   {"host_memory.write_nt", 205},
      {"host_memory.copy", 178},    {"host_memory.copy_nt", 214}, {"host_memory.triad", 186},
      {"host_memory.triad_nt", 221}};
  for (const auto& [name, level] : levels) {
    if (metric == name) return level;
  }
  return 1;
}

/// A curve from the first cache to memory.
double latency_at(double bytes) {
  const double levels[][2] = {{32 << 10, 1.6}, {2 << 20, 5.1}, {40 << 20, 31}, {1e18, 118}};
  double value = 1.6;
  for (std::size_t i = 0; i + 1 < std::size(levels); ++i) {
    const double share = 1 / (1 + std::pow(levels[i][0] / bytes, 3));
    value += share * (levels[i + 1][1] - levels[i][1]);
  }
  return value;
}

void memory(Builder& b, bool expectations, double slow_ratio) {
  for (const char* metric :
       {"host_memory.read", "host_memory.write", "host_memory.write_nt", "host_memory.copy",
        "host_memory.copy_nt", "host_memory.triad", "host_memory.triad_nt"}) {
    for (int cpu = 0; cpu < 2; ++cpu) {
      for (int node = 0; node < 2; ++node) {
        Quantity q;
        q.metric = metric;
        q.subject = fmt::format("numa{}", cpu);
        q.peer = fmt::format("numa{}", node);
        q.bytes = std::uint64_t{1} << 30;
        const double level = nominal(metric) * (cpu == node ? 1 : 0.46);
        const bool slow = slow_ratio < 1 && node == 1;
        q.expected = expectations ? level : 0;
        q.ratio = slow ? slow_ratio + (cpu == node ? 0 : 0.08) : 1;
        q.runs = slow ? 3 : 1;
        if (cpu == node) q.ceiling = 307.2;
        b.quantity(q, level);
      }
    }
  }
  for (int cpu = 0; cpu < 2; ++cpu) {
    for (int node = 0; node < 2; ++node) {
      const double level = cpu == node ? 112 : 187;
      Quantity q{.metric = "host_memory.latency",
                 .subject = fmt::format("numa{}", cpu),
                 .peer = fmt::format("numa{}", node),
                 .bytes = std::uint64_t{1} << 30,
                 .unit = "ns",
                 .better = Better::lower,
                 .expected = expectations ? level : 0,
                 .tolerance = 0.08};
      b.quantity(q, level);
    }
    for (std::uint64_t bytes = 8 << 10; bytes <= std::uint64_t{1} << 30; bytes *= 2) {
      Quantity q{.metric = "host_memory.latency_curve",
                 .subject = fmt::format("numa{}", cpu),
                 .bytes = bytes,
                 .unit = "ns",
                 .better = Better::lower};
      const double level = latency_at(static_cast<double>(bytes)) * (1 + 0.06 * cpu);
      b.quantity(q, level);
      b.all.back().finding.sentence =
          fmt::format("{} {:.3g} ns; nothing is expected of it", q.metric, level);
      b.all.back().finding.rule = "nothing expected";
    }
  }
}

void shape(Builder& b, bool expectations, int gpus) {
  const auto wanted = [&](const char* text) { return std::string(expectations ? text : ""); };
  b.fact("topology.cpu.packages", "node", "2", wanted("2"));
  b.fact("topology.cpu.cores", "node", "96", wanted("96"));
  b.fact("topology.numa.count", "node", "2", wanted("2"));
  b.fact("topology.gpu.count", "node", std::to_string(gpus), wanted("8"));
  b.fact("topology.efa.count", "node", "32", wanted("32"));
  b.fact("topology.memory.total", "node", "2047.9", "");
  for (int g = 0; g < gpus; ++g) {
    const std::string gpu = fmt::format("gpu{}", g);
    b.fact("topology.gpu.pci_id", gpu, "10de:2330", wanted("10de:2330"));
    b.fact("topology.gpu.numa_node", gpu, g < 4 ? "0" : "1", wanted(g < 4 ? "0" : "1"));
    b.fact("topology.gpu.nearest_cpus", gpu, g < 4 ? "0-47,96-143" : "48-95,144-191", "");
  }
}

void devices(Evidence& e, const std::string& name, int gpus) {
  for (std::uint64_t n = 0; n < 2; ++n) {
    e.devices.push_back(
        {name, fmt::format("package{}", n), "package", "Intel Xeon Platinum 8488C", "", "", "", n});
    e.devices.push_back({name, fmt::format("numa{}", n), "numa", "1 TiB", "", "", "", n});
  }
  for (int g = 0; g < gpus; ++g) {
    e.devices.push_back(
        {name, fmt::format("gpu{}", g), "gpu", "NVIDIA H100 80GB HBM3",
         fmt::format("GPU-6f2e{:04x}-0d1c-4b7a-9f60-2f6a1b3c{:04x}", 17 * g, 31 * g),
         fmt::format("16502230{:05}", 4711 * (g + 1)),
         fmt::format("0000:{:02x}:00.0", 0x53 + 0x11 * g), static_cast<std::uint64_t>(g / 4)});
  }
}

/// A host more that says `value`.
void setting(Evidence& e, const std::string& name, const std::string& key,
             const std::string& value) {
  auto found = std::ranges::find(e.software, key, &Setting::key);
  if (found == e.software.end()) {
    e.software.push_back({key, {}, 0});
    found = std::prev(e.software.end());
  }
  auto same = std::ranges::find(found->values, value, &Setting::Value::value);
  if (same == found->values.end()) {
    found->values.push_back({value, 0, {}});
    same = std::prev(found->values.end());
  }
  ++same->hosts;
  if (same != found->values.begin()) same->named.push_back(name);
  found->different = found->values.size();
}

void context(Evidence& e, const std::string& name, const char* kernel) {
  ++e.software_hosts;
  for (const auto& [key, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"kernel", kernel},
           {"os", "Debian GNU/Linux 12 (bookworm)"},
           {"cpu_model", "Intel(R) Xeon(R) Platinum 8488C"},
           {"cpu_governor", "performance"},
           {"transparent_hugepage", "madvise"},
           {"numa_balancing", "0"},
           {"hwloc", "2.9.0"},
           {"env.OMP_NUM_THREADS", ""}}) {
    setting(e, name, key, value);
  }
}

NodeVerdict verdict_of(const std::string& name, std::span<const JudgedFinding> findings,
                       bool baseline) {
  NodeVerdict node;
  node.host = name;
  node.instance_type = type;
  const Finding* worst = nullptr;
  for (const JudgedFinding& judged : findings) {
    const Finding& f = judged.finding;
    std::uint64_t* const counters[] = {&node.pass,         &node.unjudged, &node.warn,
                                       &node.inconclusive, &node.missing,  &node.fail};
    ++*counters[static_cast<std::size_t>(f.verdict)];
    if (worst == nullptr || f.verdict > worst->verdict) worst = &f;
  }
  node.outcome = node.fail != 0 ? NodeOutcome::reject
                 : node.missing != 0 || node.inconclusive != 0 || !baseline
                     ? NodeOutcome::incomplete
                     : NodeOutcome::accept;
  if (node.outcome != NodeOutcome::accept && worst != nullptr) node.reason = worst->sentence;
  if (!baseline) node.reason = fmt::format("no baseline for {}", type);
  return node;
}

void frame(Evidence& e) {
  e.version = "0.1.0";
  e.made = at(311);
  e.command = fmt::format("plumbline report results/runs/{}", run_name);
  ReportedRun run;
  run.name = run_name;
  run.suite = "acceptance";
  run.command = "plumbline accept";
  run.started = at(0);
  run.ended = at(305);
  e.runs.push_back(std::move(run));
  e.left_out_in = "findings.csv";
  e.manifest_source = "this host";
  e.baselines.push_back({"share/plumbline/baselines/p5.48xlarge.csv", type, 214, false, shipped});
  e.metrics = {{"host_memory.read", "GB/s", Better::higher,
                "Loads: 8 bytes per element, one array summed by all cores of the CPU node"},
               {"host_memory.triad_nt", "GB/s", Better::higher,
                "STREAM triad a = b + s * c with non-temporal stores: 24 bytes per element"},
               {"host_memory.latency", "ns", Better::lower,
                "One load whose address the load before gives, from a random place of a buffer "
                "that is far larger than the caches; one core, nothing else running"}};
}

void tasks(Evidence& e, bool crash) {
  int begun = 1;
  for (const auto& [name, seconds] :
       std::initializer_list<std::pair<const char*, double>>{{"topology", 1.3},
                                                             {"host_memory", 96.2},
                                                             {"host_memory#2", 94.8},
                                                             {"host_memory#3", 95.5}}) {
    TaskRecord task;
    task.run = run_name;
    task.host = e.manifest.front().host;
    task.task = name;
    task.probe = std::string(name).substr(0, std::string(name).find('#'));
    task.started = at(begun);
    task.seconds = seconds;
    task.outcome = "ok";
    task.command = "plumbline-probe-" + task.probe + " --out results/runs/" + run_name;
    begun += static_cast<int>(seconds) + 1;
    if (crash && task.task == "host_memory#2") {
      task.outcome = "failed";
      task.reason = "killed by signal 11 (SIGSEGV) after 94.8 s; see logs/host_memory#2.log";
    }
    ++e.task_totals.tasks;
    e.task_totals.seconds += *task.seconds;
    if (task.outcome != "ok") ++e.task_totals.not_well;
    e.tasks.push_back(std::move(task));
  }
}

/// A measurement without a value, as it is counted and as it is listed.
void trouble(Evidence& e, Outcome outcome, const std::string& metric, const std::string& path,
             const std::string& work, const std::string& note) {
  e.troubles.push_back({outcome_names[outcome], metric, note, 1, 1});
  TroubledSeries series;
  series.host = host;
  series.metric = metric;
  series.path = path;
  series.work = work;
  series.what = outcome_names[outcome];
  series.rows = 1;
  series.note = note;
  e.troubled.push_back(std::move(series));
  ++e.all_troubled;
}

void finish(Evidence& e, Builder& builder, const std::string& name, bool baseline) {
  e.manifest.push_back(
      {name, type, "i-0ab4c1d2e3f405162", "use1-az4", "nn-1", "nn-22", "nn-187", ""});
  e.nodes.push_back(verdict_of(name, builder.all, baseline));
  std::uint64_t rows = 0;
  for (const JudgedFinding& judged : builder.all) rows += judged.rows.size();
  e.runs.front().rows = rows;
  e.findings = std::move(builder.all);
  const NodeVerdict& node = e.nodes.front();
  e.verdict = node.outcome == NodeOutcome::accept   ? FleetVerdict::accept
              : node.outcome == NodeOutcome::reject ? FleetVerdict::reject
                                                    : FleetVerdict::incomplete;
  e.reason = node.reason.empty()
                 ? fmt::format("{}: all {} judged values are as good as they should be", name,
                               node.pass + node.warn)
                 : fmt::format("{}: {}", name, node.reason);
}

/// What a node with eight GPUs and 32 NICs measures, the first `most` of it.
std::vector<Quantity> quantities_of_a_node(std::size_t most) {
  std::vector<Quantity> all;
  constexpr std::uint64_t gib = std::uint64_t{1} << 30;
  const auto add = [&](const std::string& metric, const std::string& subject,
                       const std::string& peer, std::uint64_t bytes, double expected) {
    if (all.size() < most) {
      all.push_back({.metric = metric,
                     .subject = subject,
                     .peer = peer,
                     .bytes = bytes,
                     .expected = expected});
    }
  };
  for (int g = 0; g < 8; ++g) {
    for (const auto& [name, level] : std::initializer_list<std::pair<const char*, double>>{
             {"read", 3090}, {"write", 3010}, {"copy", 2870}, {"triad", 3080}, {"scale", 2870}}) {
      add(fmt::format("gpu_memory.{}", name), fmt::format("gpu{}", g), "", gib, level);
    }
  }
  for (const char* metric : {"host_link.h2d", "host_link.d2h"}) {
    for (int g = 0; g < 8; ++g) add(metric, fmt::format("gpu{}", g), "", 64 << 20, 55.3);
  }
  for (const char* metric : {"nvlink.write", "nvlink.read"}) {
    for (int from = 0; from < 8; ++from) {
      for (int to = 0; to < 8; ++to) {
        if (from == to) continue;
        add(metric, fmt::format("gpu{}", from), fmt::format("gpu{}", to), 256 << 20, 409);
      }
    }
  }
  for (int n = 0; n < 32; ++n)
    add("efa.bandwidth", fmt::format("rdmap{}s0", 79 + n), "", 8 << 20, 11.9);
  for (int op = 0; op < 9; ++op) {
    for (int size = 0; size < 22; ++size) {
      add(fmt::format("collectives.busbw{}", op), "node", "", std::uint64_t{8192} << size,
          470 / (1 + 2e7 / static_cast<double>(std::uint64_t{8192} << size)));
    }
  }
  for (int k = 0; all.size() < most; ++k)
    add("example.metric", fmt::format("part{}", k), "", 0, 100);
  return all;
}

/// How much of what it should be thing `k` of node `n` is: a few nodes have a slow GPU memory, one
/// of a hundred a slow NIC or link.
double fault_of(std::size_t n, std::size_t k) {
  if (n % 97 == 5 && k >= 5 && k < 10) return 0.55;
  if (n % 113 == 17 && k == 3) return 0.81;
  if (n % 131 == 40 && k >= 40 && k < 48) return 0.952;
  if (n % 151 == 60 && k == 47) return 0.5;
  return 1;
}

const std::string attacks[] = {"<script>alert(1)</script>",
                               "\"><img src=x onerror=alert(1)>",
                               "' onmouseover='alert(1)",
                               "</style><script>alert(1)</script>",
                               "</title><svg onload=alert(1)>",
                               "<!--",
                               "]]>",
                               "&lt;b&gt;",
                               "javascript:alert(1)",
                               "\xE2\x80\xAEtxt.exe",
                               "\xFF\xFE broken utf-8 \xC0\xAF",
                               std::string("nul\0byte", 8),
                               "{{constructor.constructor('alert(1)')()}}",
                               "=cmd|'/C calc'!A0",
                               "tab\tand\nline end"};

}  // namespace

Evidence accepting_evidence() {
  Evidence e;
  frame(e);
  Builder b;
  memory(b, true, 1);
  shape(b, true, 8);
  devices(e, host, 8);
  context(e, host, "6.1.0-28-cloud-amd64");
  finish(e, b, host, true);
  tasks(e, false);
  return e;
}

Evidence rejecting_evidence() {
  Evidence e;
  frame(e);
  Builder b;
  memory(b, true, 0.82);
  shape(b, true, 7);
  b.missing("host_link.h2d", "gpu7", "55.3", "no GPU with index 7 on this host (found 7 of 8)");
  b.quantity({.metric = "host_link.h2d",
              .subject = "gpu2",
              .bytes = 64 << 20,
              .expected = 55.3,
              .ratio = 0.948,
              .runs = 12},
             55.3);
  b.quantity({.metric = "host_link.h2d",
              .subject = "gpu3",
              .bytes = 64 << 20,
              .expected = 55.3,
              .ratio = 0.966,
              .tolerance = 0.05,
              .runs = 12},
             55.3);
  b.all.back().finding.verdict = Verdict::warn;
  devices(e, host, 7);
  context(e, host, "6.1.0-28-cloud-amd64");
  finish(e, b, host, true);
  tasks(e, false);
  trouble(e, Outcome::skipped, "host_link.h2d", "gpu7", "",
          "no GPU with index 7 on this host (found 7 of 8)");
  return e;
}

Evidence incomplete_evidence() {
  Evidence e;
  frame(e);
  Builder b;
  memory(b, false, 1);
  shape(b, false, 8);
  devices(e, host, 8);
  context(e, host, "6.1.0-28-cloud-amd64");
  finish(e, b, host, false);
  tasks(e, true);
  e.baselines.clear();
  e.types_without_baseline.push_back(type);
  trouble(e, Outcome::failed, "runner.task", "node", "repeat=2, step=host_memory",
          "killed by signal 11 (SIGSEGV) after 94.8 s");
  e.torn_lines.push_back("measurements.csv: 1,20261124T103335Z_acceptance,2026-11-24T10:36:4");
  e.bad_rows.push_back(
      "measurements.csv:118: median: found \"nan\", expected a number or an empty cell");
  return e;
}

Evidence simulated_evidence() {
  Evidence e = accepting_evidence();
  e.simulated = true;
  for (JudgedFinding& judged : e.findings) {
    judged.finding.provenance = Provenance::simulated;
    for (Measurement& row : judged.rows) row.provenance = Provenance::simulated;
  }
  return e;
}

std::string in_params(std::string attack) {
  std::erase_if(attack, [](char c) { return c == '=' || c == ';'; });
  return attack;
}

Evidence hostile_evidence() {
  std::size_t next = 0;
  const auto attack = [&] { return attacks[next++ % std::size(attacks)]; };
  Evidence e = rejecting_evidence();
  const std::string name = "<script>alert('host')</script>";
  e.version = attack();
  e.command = attack();
  e.reason = attack();
  e.manifest_source = attack();
  e.types_without_baseline = {attack(), attack()};
  for (ReportedRun& run : e.runs) run.name = attack(), run.suite = attack(), run.command = attack();
  for (ManifestEntry& entry : e.manifest)
    entry.host = name, entry.az = attack(), entry.instance_id = attack();
  for (NodeVerdict& node : e.nodes)
    node.host = name, node.instance_type = attack(), node.reason = attack();
  for (JudgedFinding& judged : e.findings) {
    Finding& f = judged.finding;
    f.host = name;
    f.id = attack(), f.metric = attack(), f.subject = attack(), f.peer = attack(),
    f.unit = attack();
    f.params = {{in_params(attack()), in_params(attack())}};
    f.sentence = attack(), f.rule = attack(), f.basis = attack(), f.source = attack();
    f.case_name = attack(), f.probe = attack(), f.text = attack();
    judged.command = attack();
    for (Measurement& row : judged.rows) {
      row.note = attack(), row.transport = attack(), row.flags = {attack()}, row.text = attack();
    }
  }
  for (Device& device : e.devices)
    device = {name, attack(), attack(), attack(), attack(), attack(), attack(), 0};
  for (Setting& one : e.software) {
    one.key = attack();
    for (Setting::Value& value : one.values) value.value = attack();
  }
  for (BaselineFile& file : e.baselines)
    file.file = attack(), file.origin = attack(), file.instance_type = attack();
  for (TaskRecord& task : e.tasks)
    task.task = attack(), task.host = name, task.reason = attack(), task.command = attack(),
    task.outcome = attack();
  for (Trouble& one : e.troubles) one.note = attack(), one.metric = attack();
  for (TroubledSeries& one : e.troubled) {
    one.host = name;
    one.metric = attack(), one.path = attack(), one.work = attack(), one.note = attack();
  }
  for (MetricMeaning& metric : e.metrics) metric.metric = attack(), metric.meaning = attack();
  e.bad_rows = {attack(), attack()};
  e.torn_lines = {attack(), attack()};
  return e;
}

Evidence fleet_evidence(std::size_t nodes, std::size_t findings_each) {
  Evidence e;
  frame(e);
  e.manifest_source = "fleet.csv";
  const std::vector<Quantity> quantities = quantities_of_a_node(findings_each);
  ValueCollector values;
  std::uint64_t rejected = 0;
  constexpr std::size_t absent = 11;
  for (std::size_t n = 0; n < nodes; ++n) {
    const std::string name = fmt::format("ip-10-{}-{}-{}", 1 + n / 65536, n / 256 % 256, n % 256);
    e.manifest.push_back({name, type, fmt::format("i-{:017x}", 0x9e3779b97f4a7c15U * (n + 1) >> 8),
                          "use1-az4", "nn-1", fmt::format("nn-{}", n / 512),
                          fmt::format("nn-{}", n / 16), ""});
    if (n == absent) {
      e.nodes.push_back({.host = name,
                         .instance_type = type,
                         .reason = "in the manifest, and nothing was measured"});
      values.add(e.nodes.back(), {});
      continue;
    }
    Builder b(name, static_cast<std::uint32_t>(n + 1));
    std::vector<JudgedFinding> worth_a_look;
    for (std::size_t k = 0; k < quantities.size(); ++k) {
      Quantity q = quantities[k];
      q.ratio = fault_of(n, k);
      b.quantity(q, q.expected);
      Finding& f = b.all.back().finding;
      f.id = fmt::format("{:08x}", 0x9e3779b1U * static_cast<unsigned>(n * 1000 + k + 1));
      if (f.verdict == Verdict::fail) f.action = "Measure it again; if it repeats, replace it.";
    }
    e.nodes.push_back(verdict_of(name, b.all, true));
    std::vector<Finding> findings;
    for (const JudgedFinding& judged : b.all) findings.push_back(judged.finding);
    values.add(e.nodes.back(), findings);
    if (e.nodes.back().outcome == NodeOutcome::reject) ++rejected;
    context(e, name, n % 50 == 7 ? "6.1.0-25-cloud-amd64" : "6.1.0-28-cloud-amd64");
    bool any = false;
    for (JudgedFinding& judged : b.all) {
      const Verdict verdict = judged.finding.verdict;
      // As `plumbline report` does: of many nodes what is as it should be stands in no list.
      if (nodes > 16 && (verdict == Verdict::pass || verdict == Verdict::unjudged)) continue;
      any |= verdict != Verdict::pass;
      e.findings.push_back(std::move(judged));
    }
    if (any) devices(e, name, 8);
    e.runs.front().rows += quantities.size();
  }
  e.values = values.finish();
  std::ranges::stable_sort(e.findings, [](const JudgedFinding& x, const JudgedFinding& y) {
    return x.finding.verdict > y.finding.verdict;
  });
  e.troubles.push_back({"unsteady", "gpu_memory.read", "", nodes / 20 + 1, nodes / 40 + 1});
  for (std::size_t n = 0; n < nodes; n += 20) {
    TroubledSeries series;
    series.host = e.manifest[n].host;
    series.metric = "gpu_memory.read";
    series.path = "gpu3";
    series.work = "1 GiB";
    series.verdict = Verdict::pass;
    series.what = "unsteady";
    series.rows = 2;
    e.troubled.push_back(std::move(series));
    ++e.all_troubled;
  }
  e.verdict = FleetVerdict::reject;
  e.reason = fmt::format("{} of {} nodes are rejected, 1 was never measured", rejected, nodes);
  return e;
}

Evidence hostile_fleet_evidence() {
  Evidence e = fleet_evidence(60, 60);
  std::size_t next = 0;
  const auto attack = [&] { return attacks[next++ % std::size(attacks)]; };
  std::map<std::string, std::string> hosts;
  for (ManifestEntry& entry : e.manifest) {
    const std::string name = fmt::format("{} {}", attack(), hosts.size());
    hosts[entry.host] = name;
    entry.host = name;
    entry.az = attack(), entry.instance_id = attack(), entry.network_node_3 = attack();
  }
  e.reason = attack();
  for (NodeVerdict& node : e.nodes) {
    node.host = hosts[node.host];
    node.instance_type = attack(), node.reason = attack();
  }
  for (JudgedFinding& judged : e.findings) {
    Finding& f = judged.finding;
    f.host = hosts[f.host];
    f.metric = attack(), f.subject = attack(), f.unit = attack();
    f.sentence = attack(), f.action = attack(), f.source = attack();
    judged.command = attack();
    for (Measurement& row : judged.rows) row.note = attack(), row.flags = {attack()};
  }
  for (Device& device : e.devices) {
    device = {hosts[device.host], attack(), attack(), attack(), attack(), attack(), attack(), 0};
  }
  for (ValueSeries& series : e.values.series) series.metric = attack(), series.unit = attack();
  for (TroubledSeries& series : e.troubled) {
    series.host = hosts[series.host];
    series.metric = attack(), series.note = attack(), series.what = attack();
  }
  for (Setting& setting : e.software) {
    for (Setting::Value& value : setting.values) {
      value.value = attack();
      for (std::string& host : value.named) host = hosts[host];
    }
  }
  return e;
}

}  // namespace plumbline
