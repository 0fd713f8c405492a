#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "probes/gpu/monitor.h"
#include "probes/harness/probe.h"
#include "probes/harness/skip.h"
#include "probes/health/earlier_rows.h"
#include "probes/health/kernel_log.h"
#include "probes/health/readings.h"
#include "probes/node/discover.h"
#include "probes/vendor/stand_in.h"
#include "results/schema/run_directory.h"

namespace plumbline::health {
namespace {

constexpr std::array node_metrics = {
    Metric{"health.gpus", "count", Better::exact, "GPUs on the bus that answer NVML"},
    Metric{"health.distinct", "count", Better::exact,
           "How many different values the GPUs of the node have: of their product, VBIOS, GSP "
           "firmware, infoROM and board; the note names those that differ from most"},
};
constexpr const Metric& gpus_metric = node_metrics[0];
constexpr const Metric& distinct_metric = node_metrics[1];

constexpr std::array growth_metrics = {
    Metric{"health.growth", "count", Better::exact,
           "By how much a counter rose since the probe's last look in this run; params name it"},
    Metric{"health.throttled_growth", "s", Better::exact,
           "For how long the clock was held down since the probe's last look in this run"},
};

template <std::size_t... Sizes>
constexpr auto joined(const std::array<Metric, Sizes>&... parts) {
  std::array<Metric, (Sizes + ...)> all{};
  std::size_t at = 0;
  const auto add = [&](const auto& part) {
    for (const Metric& metric : part) all[at++] = metric;
  };
  (add(parts), ...);
  return all;
}
constexpr auto metrics = joined(node_metrics, gpu_metrics, growth_metrics);

constexpr ProbeOption before{
    "before",
    "Compare counters with the last rows of this run folder or measurements.csv instead "
    "of those in --out",
    ""};
constexpr std::array options = {libnvidia_ml_option, before};

/// The subject and the address of every GPU on the bus.
struct BusGpu {
  std::string subject;
  std::string pci_address;
};

/// What all cases share: NVML, and the kernel's log.
struct Bench {
  std::shared_ptr<const nvml::Session> session;
  bool is_described = false;

  nvml::Reading<std::string> kernel_log() const {
    if (!is_described) return read_kernel_log();
    return stand_in(session->library())->kernel_log;
  }
  nvml::Gpu gpu(const BusGpu& bus_gpu) const {
    const auto found = session->at(bus_gpu.pci_address);
    if (!found) {
      throw std::runtime_error(fmt::format("{} at {} does not answer: {}", bus_gpu.subject,
                                           bus_gpu.pci_address, found.reason()));
    }
    return *found;
  }
};

/// A fact, or how its absence stands in the row: a fault of the GPU fails it, a feature that is not
/// there skips it.
Fact told(const nvml::Reading<Fact>& reading) {
  if (reading) return *reading;
  if (reading.is_fault()) throw std::runtime_error(reading.reason());
  throw Skip(reading.reason());
}

double number_of(const Fact& fact) { return std::get<double>(fact.value); }

std::vector<BusGpu> gpus_on(const std::vector<std::string>& addresses) {
  std::vector<std::string> sorted = addresses;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<BusGpu> gpus;
  for (const std::string& address : sorted) {
    gpus.push_back({fmt::format("gpu{}", gpus.size()), address});
  }
  return gpus;
}

/// XIDs of one GPU in the kernel's log.
nvml::Reading<Fact> xids(const Bench& bench, const std::string& pci_address, bool of_a_program) {
  return bench.kernel_log().then([&](const std::string& log) {
    std::map<unsigned, unsigned> counts;
    std::string last;
    for (const Xid& xid : xids_in(log)) {
      if (xid.pci_address != pci_address || is_of_a_program(xid.number) != of_a_program) continue;
      ++counts[xid.number];
      last = xid.text;
    }
    double sum = 0;
    std::string note;
    for (const auto& [number, count] : counts) {
      sum += count;
      note += fmt::format("{}XID {}: {}", note.empty() ? "" : ", ", number, count);
    }
    if (!last.empty()) note += "; the last: " + last;
    return Fact(sum, note);
  });
}

/// A counter's growth: "counter=ecc_errors;kind=corrected;since=made".
Work growth_work(const std::string& subject, const Metric& metric, Params params) {
  params.set("counter", std::string(metric.name).substr(std::string("health.").size()));
  return {.subject = subject, .params = std::move(params)};
}

void plan_growth(Plan& plan, const EarlierRows& earlier, const Metric& metric, const Work& work,
                 std::function<Fact()> read) {
  if (earlier.empty()) return;  // the first look of a run
  const bool is_time = std::string_view(metric.unit) == "s";
  const Metric& grown = growth_metrics[is_time ? 1 : 0];
  const Work what = growth_work(work.subject, metric, work.params);
  const Measurement* row = earlier.find(metric, work);
  if (row == nullptr) return plan.skip(grown, what, "no earlier look of this run read it");
  plan.fact(grown, what, [read = std::move(read), row = *row] {
    const Fact now = read();
    return growth(row, number_of(now), now.note);
  });
}

/// What this GPU is asked: of readings of which each kind of GPU has some, those that it has. If it
/// has none of them, or does not answer, all stay: what is not told is then said.
std::vector<GpuReading> readings_of(const Bench& bench, const BusGpu& bus_gpu) {
  std::vector<GpuReading> readings = gpu_readings();
  const auto gpu = bench.session->at(bus_gpu.pci_address);
  if (!gpu) return readings;
  const auto lacks = [&](const GpuReading& reading) {
    return reading.one_of_several && reading.read(*gpu).status() == nvml::Status::not_supported;
  };
  std::vector<GpuReading> told;
  std::copy_if(readings.begin(), readings.end(), std::back_inserter(told), std::not_fn(lacks));
  const auto is_one = [](const GpuReading& reading) { return reading.one_of_several; };
  return std::any_of(told.begin(), told.end(), is_one) ? told : readings;
}

void plan_gpu(Plan& plan, const std::shared_ptr<const Bench>& bench, const BusGpu& gpu,
              const EarlierRows& earlier) {
  const auto add = [&](const Metric& metric, const Params& params, bool counts,
                       const std::function<nvml::Reading<Fact>(const nvml::Gpu&)>& read) {
    const Work work{.subject = gpu.subject, .params = params};
    const auto fact = [bench, gpu, read] { return told(read(bench->gpu(gpu))); };
    plan.fact(metric, work, fact);
    if (counts) plan_growth(plan, earlier, metric, work, fact);
  };
  for (const GpuReading& reading : readings_of(*bench, gpu)) {
    add(*reading.metric, reading.params, reading.counts, reading.read);
  }
  // A GPU that fell off the bus answers nothing, and it is then that its XIDs are wanted.
  for (const bool of_a_program : {false, true}) {
    const Work work{.subject = gpu.subject,
                    .params = {{"cause", of_a_program ? "program" : "hardware"}}};
    const Metric& metric = gpu_metric("health.xids");
    const auto fact = [bench, gpu, of_a_program] {
      return told(xids(*bench, gpu.pci_address, of_a_program));
    };
    plan.fact(metric, work, fact);
    plan_growth(plan, earlier, metric, work, fact);
  }
}

/// How many different texts the GPUs tell, and who tells another one than most.
Fact distinct(const Bench& bench, const std::vector<BusGpu>& gpus,
              nvml::Reading<std::string> (nvml::Gpu::*read)() const) {
  std::map<std::string, std::vector<std::string>> subjects;
  for (const BusGpu& gpu : gpus) {
    const auto found = bench.session->at(gpu.pci_address);
    if (!found) continue;  // it has rows of its own that say so
    const auto text = ((*found).*read)();
    if (!text) throw Skip(text.reason());
    subjects[*text].push_back(gpu.subject);
  }
  if (subjects.empty()) throw std::runtime_error("no GPU answers");
  const auto most = std::max_element(
      subjects.begin(), subjects.end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  std::string note = most->first;
  for (const auto& [text, who] : subjects) {
    if (text == most->first) continue;
    note += fmt::format("; {}: {}", fmt::join(who, ", "), text);
  }
  return Fact(static_cast<double>(subjects.size()), note);
}

void plan_node(Plan& plan, const std::shared_ptr<const Bench>& bench,
               const std::vector<BusGpu>& gpus) {
  plan.fact(gpus_metric, {}, [bench, gpus] {
    double answering = 0;
    std::string silent;
    for (const BusGpu& gpu : gpus) {
      const auto found = bench->session->at(gpu.pci_address);
      if (found) {
        ++answering;
      } else {
        silent += fmt::format("; {} at {}: {}", gpu.subject, gpu.pci_address, found.reason());
      }
    }
    return Fact(answering, fmt::format("of {} on the bus{}", gpus.size(), silent));
  });
  using Read = nvml::Reading<std::string> (nvml::Gpu::*)() const;
  constexpr std::array<std::pair<const char*, Read>, 5> texts = {{{"board", &nvml::Gpu::board_part},
                                                                  {"gsp", &nvml::Gpu::gsp_firmware},
                                                                  {"inforom", &nvml::Gpu::inforom},
                                                                  {"name", &nvml::Gpu::name},
                                                                  {"vbios", &nvml::Gpu::vbios}}};
  for (const auto& [what, read] : texts) {
    plan.fact(distinct_metric, {.params = {{"of", what}}},
              [bench, gpus, read = read] { return distinct(*bench, gpus, read); });
  }
}

EarlierRows earlier_rows(const Plan& plan) {
  const std::string& named = plan.option(before.name);
  if (!named.empty()) return EarlierRows(named, "");
  const auto& folder = plan.folder();
  if (folder.empty() || !std::filesystem::exists(RunDirectory::at(folder).measurements()))
    return {};
  return EarlierRows(folder, plan.task());
}

void plan(Plan& plan) {
  std::vector<std::string> addresses;
  auto bench = std::make_shared<Bench>();
  std::string reason;
  try {
    DynamicLibrary library = nvml::open_library(plan.option(libnvidia_ml_option.name));
    const auto described = stand_in(library);
    bench->is_described = described.has_value();
    if (described) {
      plan.describes(described->host, described->instance_type);
      addresses = described->gpu_addresses;
    }
  } catch (const nvml::Unavailable&) {
    // open_monitor() below says it.
  }
  if (!bench->is_described) {
    const Node node = discover();
    for (const PciDevice* gpu : node.devices_of(DeviceKind::gpu)) {
      addresses.push_back(to_string(gpu->address));
    }
  }
  Monitor monitor = open_monitor(plan);
  if (monitor.session) {
    for (const nvml::Gpu& gpu : monitor.session->gpus()) addresses.push_back(gpu.pci_address());
  }
  const std::vector<BusGpu> gpus = gpus_on(addresses);
  if (gpus.empty() || !monitor.session) {
    reason = monitor.session ? "there is no GPU" : monitor.reason;
    plan.skip(gpus_metric, {}, reason);
    for (const BusGpu& gpu : gpus) {
      for (const GpuReading& reading : gpu_readings()) {
        plan.skip(*reading.metric, {.subject = gpu.subject, .params = reading.params}, reason);
      }
    }
    return;
  }
  bench->session = monitor.session;
  for (const BusGpu& gpu : gpus) {
    if (const auto found = monitor.session->at(gpu.pci_address)) {
      const auto text = [](const nvml::Reading<std::string>& reading) {
        return reading ? *reading : std::string();
      };
      plan.device({"", gpu.subject, "gpu", text(found->name()), text(found->uuid()),
                   text(found->serial()), gpu.pci_address, std::nullopt});
      for (const auto& [key, value] : {std::pair{"vbios", text(found->vbios())},
                                       std::pair{"gsp_firmware", text(found->gsp_firmware())}}) {
        if (!value.empty()) plan.context(fmt::format("{}.{}", gpu.subject, key), value);
      }
    }
  }
  const EarlierRows earlier = earlier_rows(plan);
  plan_node(plan, bench, gpus);
  for (const BusGpu& gpu : gpus) plan_gpu(plan, bench, gpu, earlier);
}

}  // namespace
}  // namespace plumbline::health

int main(int argc, char** argv) {
  using namespace plumbline::health;
  return plumbline::run_probe({"health",
                               "How each GPU is, and by how much its counters of errors rose since "
                               "the last look of the run",
                               metrics, options, plan},
                              argc, argv);
}
