#pragma once

#include <array>
#include <functional>
#include <vector>

#include "probes/harness/plan.h"
#include "probes/vendor/nvml.h"

namespace plumbline::health {

/// What is read of each GPU. The first ones are how it is set up and how it is now; the others
/// count what happened.
inline constexpr std::array gpu_metrics = {
    Metric{"health.ecc", "count", Better::exact, "1: the GPU's memory is protected by ECC"},
    Metric{"health.mig", "count", Better::exact,
           "1: the GPU is partitioned (MIG), now or after its next reset"},
    Metric{"health.persistence", "count", Better::exact,
           "1: the driver stays loaded when nothing uses the GPU, so counters do too"},
    Metric{"health.compute_mode", "text", Better::exact,
           "Who may use the GPU: default, exclusive_process or prohibited"},
    Metric{"health.other_processes", "count", Better::exact,
           "Processes that have a CUDA context on the GPU"},
    Metric{"health.recovery_action", "text", Better::exact,
           "What the driver asks for before the GPU is used again; none"},
    Metric{
        "health.fabric", "text", Better::exact,
        "ready: the GPU is registered with its NVSwitch fabric and that is healthy; else why not"},
    Metric{"health.power_limit", "W", Better::exact, "The enforced limit of the GPU's power"},
    Metric{"health.power_limit_ratio", "ratio", Better::exact,
           "The enforced limit of the GPU's power over the limit as it is sold"},
    Metric{"health.hardware_slowdown", "count", Better::exact,
           "1: hardware holds the clock down now: heat, or a power brake"},
    Metric{"health.temperature", "C", Better::exact, "Of the GPU, now"},
    Metric{"health.power", "W", Better::exact, "What the GPU draws now"},
    Metric{"health.remap_pending", "count", Better::exact,
           "1: rows of memory were replaced, and that takes effect with the next reset"},
    Metric{"health.remap_failed", "count", Better::exact,
           "1: a row of memory could not be replaced"},
    Metric{
        "health.retired_pages_pending", "count", Better::exact,
        "1: pages of memory are retired with the next reset (GPUs before Ampere, in the place of "
        "rows)"},
    Metric{"health.banks_without_spare_rows", "count", Better::exact,
           "Banks of memory that have no spare row left"},
    Metric{"health.sram_threshold", "count", Better::exact,
           "1: the GPU's SRAM had more uncorrectable errors than its maker accepts"},
    Metric{"health.nvlinks_up", "count", Better::exact, "NVLinks of the GPU that are active"},
    Metric{"health.pcie_generation", "count", Better::exact,
           "Of the link to the host, now; an idle GPU may have a slower one than under load"},
    Metric{"health.pcie_width", "count", Better::exact, "Lanes of the link to the host, now"},
    Metric{"health.max_pcie_generation", "count", Better::exact,
           "The highest that the GPU and its slot can do"},
    Metric{"health.max_pcie_width", "count", Better::exact,
           "The most lanes that the GPU and its slot can do"},
    Metric{"health.ecc_errors", "count", Better::exact,
           "Of all memories of the GPU; corrected or not, since the driver was loaded or ever"},
    Metric{"health.remapped_rows", "count", Better::exact,
           "Rows of memory that were replaced, because of corrected or uncorrected errors"},
    Metric{"health.nvlink_errors", "count", Better::exact,
           "Of all links of the GPU, by kind; the note names the links"},
    Metric{"health.pcie_replays", "count", Better::exact,
           "Packets that the link to the host had to send again"},
    Metric{"health.pcie_errors", "count", Better::exact, "Of the link to the host, by kind"},
    Metric{"health.xids", "count", Better::exact,
           "Errors of the driver (XID) in the kernel's log, of a program's making or not"},
    Metric{"health.throttled", "s", Better::exact,
           "Time for which the clock was held down, by reason, since the driver was loaded"},
};

/// One value of each GPU: one case for each.
struct GpuReading {
  const Metric* metric = nullptr;
  Params params;
  std::function<nvml::Reading<Fact>(const nvml::Gpu&)> read;
  bool counts = false;  ///< it only rises, and how much is told by a later look
  /// Kinds of GPUs tell either this or others that are marked so too.
  bool one_of_several = false;
};

/// All of them but those of the kernel's log. What a kind of GPU does not have is not in it.
std::vector<GpuReading> gpu_readings();

/// The one of that name. Throws std::logic_error.
const Metric& gpu_metric(std::string_view name);

}  // namespace plumbline::health
