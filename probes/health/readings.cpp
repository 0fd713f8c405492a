#include "probes/health/readings.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace plumbline::health {
namespace {

using nvml::EccCounter;
using nvml::EccError;
using nvml::Gpu;
using nvml::NvLinkError;
using nvml::Reading;
using nvml::Status;

/// A reading that is a number as a fact.
template <class Number>
Reading<Fact> number(const Reading<Number>& reading) {
  return reading.then([](const Number& value) { return Fact(static_cast<double>(value)); });
}

Reading<Fact> mode(const Reading<nvml::Mode>& reading) {
  return reading.then([](const nvml::Mode& mode) {
    return Fact(mode.now ? 1.0 : 0.0,
                mode.after_reset == mode.now
                    ? std::string()
                    : fmt::format("{} after the next reset", mode.after_reset ? "on" : "off"));
  });
}

Reading<Fact> partitioned(const Gpu& gpu) {
  return gpu.mig().then(
      [](const nvml::Mode& mode) { return Fact(mode.now || mode.after_reset ? 1.0 : 0.0); });
}

Reading<Fact> compute_mode(const Gpu& gpu) {
  return gpu.compute_mode().then([](nvml::ComputeMode mode) {
    switch (mode) {
      case nvml::ComputeMode::shared:
        return Fact("default");
      case nvml::ComputeMode::prohibited:
        return Fact("prohibited");
      case nvml::ComputeMode::exclusive_thread:
      case nvml::ComputeMode::exclusive_process:
        return Fact("exclusive_process");
    }
    return Fact(fmt::format("mode {}", static_cast<int>(mode)));
  });
}

Reading<Fact> other_processes(const Gpu& gpu) {
  return gpu.processes().then([](const std::vector<nvml::ProcessInfo>& processes) {
    std::string note;
    for (const nvml::ProcessInfo& process : processes) {
      note += fmt::format("{}pid {}", note.empty() ? "" : ", ", process.pid);
    }
    return Fact(static_cast<double>(processes.size()), note);
  });
}

Reading<Fact> recovery_action(const Gpu& gpu) {
  return gpu.field(nvml::field::recovery_action).then([](std::uint64_t action) {
    return Fact(nvml::recovery_action_text(static_cast<unsigned>(action)));
  });
}

Reading<Fact> fabric(const Gpu& gpu) {
  const auto reading = gpu.fabric();
  if (reading && reading->state == nvml::FabricState::not_supported) {
    return {Status::not_supported, "this GPU is on no NVSwitch fabric"};
  }
  return reading.then([](const nvml::Fabric& found) {
    const std::string complaint = nvml::fabric_complaint(found);
    return Fact(complaint.empty() ? "ready" : complaint,
                fmt::format("state {}, status {}, clique {}, cluster {}, health mask {:#x}",
                            static_cast<int>(found.state), static_cast<int>(found.status),
                            found.clique, found.cluster, found.health_mask.value_or(0)));
  });
}

Reading<Fact> power_limit_ratio(const Gpu& gpu) {
  const auto limit = gpu.power_limit_w(), sold = gpu.default_power_limit_w();
  if (!limit) return {limit.status(), limit.reason()};
  if (!sold) return {sold.status(), sold.reason()};
  if (*sold <= 0) return {Status::no_data, "the limit as sold is told as 0 W"};
  return Fact(*limit / *sold, fmt::format("{:.0f} of {:.0f} W", *limit, *sold));
}

Reading<Fact> hardware_slowdown(const Gpu& gpu) {
  return gpu.clock_reasons().then([](std::uint64_t reasons) {
    namespace bit = nvml::clock_reason;
    constexpr std::uint64_t hardware =
        bit::hardware_slowdown | bit::hardware_thermal | bit::hardware_power_brake;
    return Fact((reasons & hardware) != 0 ? 1.0 : 0.0, nvml::clock_reasons_text(reasons));
  });
}

Reading<Fact> remap(const Gpu& gpu, bool nvml::RemappedRows::*which) {
  return gpu.remapped_rows().then(
      [&](const nvml::RemappedRows& rows) { return Fact(rows.*which ? 1.0 : 0.0); });
}

Reading<Fact> remapped(const Gpu& gpu, unsigned nvml::RemappedRows::*which) {
  return gpu.remapped_rows().then(
      [&](const nvml::RemappedRows& rows) { return Fact(static_cast<double>(rows.*which)); });
}

Reading<Fact> banks_without_spare_rows(const Gpu& gpu) {
  return gpu.row_histogram().then([](const nvml::RowHistogram& banks) {
    return Fact(static_cast<double>(banks.none),
                fmt::format("spare rows of banks: {} all, {} most, {} some, {} few, {} none",
                            banks.all, banks.most, banks.some, banks.few, banks.none));
  });
}

Reading<Fact> sram_threshold(const Gpu& gpu) {
  return gpu.sram_errors().then([](const nvml::SramErrors& errors) {
    return Fact(errors.threshold_exceeded != 0 ? 1.0 : 0.0);
  });
}

Reading<Fact> nvlinks_up(const Gpu& gpu) {
  const auto count = gpu.nvlinks();
  if (!count) return {count.status(), count.reason()};
  double up = 0;
  std::string down;
  for (unsigned link = 0; link < *count; ++link) {
    const auto is_up = gpu.nvlink_is_up(link);
    if (!is_up) return {is_up.status(), is_up.reason()};
    if (*is_up) {
      ++up;
    } else {
      down += fmt::format("{}{}", down.empty() ? "" : ", ", link);
    }
  }
  return Fact(up, fmt::format("of {}{}{}", *count, down.empty() ? "" : "; down: link ", down));
}

/// The sum over all links, with the links that have any.
Reading<Fact> over_links(const Gpu& gpu,
                         const std::function<Reading<std::uint64_t>(unsigned link)>& errors_of) {
  const auto count = gpu.nvlinks();
  if (!count) return {count.status(), count.reason()};
  double sum = 0;
  std::string note;
  for (unsigned link = 0; link < *count; ++link) {
    const auto errors = errors_of(link);
    if (!errors) return {errors.status(), errors.reason()};
    if (*errors != 0) {
      note += fmt::format("{}link {}: {}", note.empty() ? "" : ", ", link, *errors);
    }
    sum += static_cast<double>(*errors);
  }
  if (*count == 0) return {Status::not_supported, "this GPU has no NVLink"};
  return Fact(sum, note);
}

GpuReading of_links(const char* kind, NvLinkError error) {
  return {&gpu_metric("health.nvlink_errors"),
          {{"kind", kind}},
          [error](const Gpu& gpu) {
            return over_links(gpu, [&](unsigned link) { return gpu.nvlink_errors(link, error); });
          },
          true,
          true};
}

GpuReading of_link_fields(const char* kind, unsigned field) {
  return {&gpu_metric("health.nvlink_errors"),
          {{"kind", kind}},
          [field](const Gpu& gpu) {
            return over_links(gpu, [&](unsigned link) { return gpu.field(field, link); });
          },
          true,
          true};
}

GpuReading ecc_errors(const char* kind, EccError error, const char* since, EccCounter counter) {
  return {&gpu_metric("health.ecc_errors"),
          {{"kind", kind}, {"since", since}},
          [error, counter](const Gpu& gpu) { return number(gpu.ecc_errors(error, counter)); },
          true};
}

GpuReading pcie_errors(const char* kind, unsigned field) {
  return {&gpu_metric("health.pcie_errors"),
          {{"kind", kind}},
          [field](const Gpu& gpu) { return number(gpu.field(field)); },
          true};
}

GpuReading throttled(const char* reason, unsigned field) {
  return {&gpu_metric("health.throttled"),
          {{"reason", reason}},
          [field](const Gpu& gpu) {
            return gpu.field(field).then(
                [](std::uint64_t ns) { return Fact(static_cast<double>(ns) / 1e9); });
          },
          true};
}

}  // namespace

const Metric& gpu_metric(std::string_view name) {
  const auto found = std::find_if(gpu_metrics.begin(), gpu_metrics.end(),
                                  [&](const Metric& metric) { return metric.name == name; });
  if (found == gpu_metrics.end()) throw std::logic_error("no metric " + std::string(name));
  return *found;
}

std::vector<GpuReading> gpu_readings() {
  const auto plain = [](const char* name, auto read) {
    return GpuReading{&gpu_metric(name), {}, read, false};
  };
  namespace field = nvml::field;
  std::vector<GpuReading> readings = {
      plain("health.ecc", [](const Gpu& gpu) { return mode(gpu.ecc()); }),
      plain("health.mig", partitioned),
      plain("health.persistence", [](const Gpu& gpu) { return number(gpu.persistence()); }),
      plain("health.compute_mode", compute_mode),
      plain("health.other_processes", other_processes),
      plain("health.recovery_action", recovery_action),
      plain("health.fabric", fabric),
      plain("health.power_limit", [](const Gpu& gpu) { return number(gpu.power_limit_w()); }),
      plain("health.power_limit_ratio", power_limit_ratio),
      plain("health.hardware_slowdown", hardware_slowdown),
      plain("health.temperature", [](const Gpu& gpu) { return number(gpu.temperature_c()); }),
      plain("health.power", [](const Gpu& gpu) { return number(gpu.power_w()); }),
      plain("health.remap_pending",
            [](const Gpu& gpu) { return remap(gpu, &nvml::RemappedRows::pending); }),
      plain("health.remap_failed",
            [](const Gpu& gpu) { return remap(gpu, &nvml::RemappedRows::failed); }),
      {&gpu_metric("health.retired_pages_pending"),
       {},
       [](const Gpu& gpu) { return number(gpu.retired_pages_pending()); },
       false,
       true},
      plain("health.banks_without_spare_rows", banks_without_spare_rows),
      plain("health.sram_threshold", sram_threshold),
      plain("health.nvlinks_up", nvlinks_up),
      plain("health.pcie_generation", [](const Gpu& gpu) { return number(gpu.pcie_generation()); }),
      plain("health.pcie_width", [](const Gpu& gpu) { return number(gpu.pcie_width()); }),
      plain("health.max_pcie_generation",
            [](const Gpu& gpu) { return number(gpu.max_pcie_generation()); }),
      plain("health.max_pcie_width", [](const Gpu& gpu) { return number(gpu.max_pcie_width()); }),
      ecc_errors("corrected", EccError::corrected, "driver_load", EccCounter::since_driver_load),
      ecc_errors("uncorrected", EccError::uncorrected, "driver_load",
                 EccCounter::since_driver_load),
      ecc_errors("corrected", EccError::corrected, "made", EccCounter::lifetime),
      ecc_errors("uncorrected", EccError::uncorrected, "made", EccCounter::lifetime),
      {&gpu_metric("health.remapped_rows"),
       {{"because", "corrected"}},
       [](const Gpu& gpu) { return remapped(gpu, &nvml::RemappedRows::by_corrected); },
       true},
      {&gpu_metric("health.remapped_rows"),
       {{"because", "uncorrected"}},
       [](const Gpu& gpu) { return remapped(gpu, &nvml::RemappedRows::by_uncorrected); },
       true},
      of_links("replay", NvLinkError::replay),
      of_links("recovery", NvLinkError::recovery),
      of_links("crc_flit", NvLinkError::crc_flit),
      of_links("crc_data", NvLinkError::crc_data),
      of_link_fields("receive", field::nvlink_receive_errors),
      of_link_fields("link_recovery", field::nvlink_link_recoveries),
      of_link_fields("effective", field::nvlink_effective_errors),
      {&gpu_metric("health.pcie_replays"),
       {},
       [](const Gpu& gpu) { return number(gpu.pcie_replays()); },
       true},
      pcie_errors("correctable", field::pcie_correctable),
      pcie_errors("non_fatal", field::pcie_non_fatal),
      pcie_errors("fatal", field::pcie_fatal),
      throttled("power_cap", field::power_capped_ns),
      throttled("software_thermal", field::software_thermal_ns),
      throttled("hardware_thermal", field::hardware_thermal_ns),
      throttled("hardware_power_brake", field::hardware_power_brake_ns),
  };
  return readings;
}

}  // namespace plumbline::health
