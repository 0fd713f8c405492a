#pragma once

#include <memory>
#include <string>

#include "probes/harness/probe.h"
#include "probes/vendor/nvml.h"

namespace plumbline {

/// The option of every probe that reads NVML.
inline constexpr ProbeOption libnvidia_ml_option{
    "libnvidia-ml", "Open this file as NVIDIA's management library instead of libnvidia-ml.so.1",
    ""};

/// NVML as a probe has it: a session, or the reason why there is none. What a probe measures itself
/// does not depend on it.
struct Monitor {
  std::shared_ptr<const nvml::Session> session;  ///< null: cannot be used
  std::string reason;
};

/// Opens NVML and tells the plan its versions. Call it after find_gpus(): a library that is of
/// another machine than the plan is about is not used.
Monitor open_monitor(Plan& plan);

}  // namespace plumbline
