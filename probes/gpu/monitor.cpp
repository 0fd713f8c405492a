#include "probes/gpu/monitor.h"

#include <fmt/format.h>

#include <utility>

#include "probes/vendor/stand_in.h"

namespace plumbline {

Monitor open_monitor(Plan& plan) {
  try {
    DynamicLibrary library = nvml::open_library(plan.option(libnvidia_ml_option.name));
    const auto described = stand_in(library);
    const std::string host = described ? described->host : "";
    const std::string planned = plan.described_host() ? plan.described_host()->host : "";
    if (host != planned) {
      const auto name = [](const std::string& machine) {
        return machine.empty() ? std::string("this machine") : machine;
      };
      return {nullptr,
              fmt::format("{} is of {}, and what is measured is of {}: name the file with "
                          "--{}",
                          library.path(), name(host), name(planned), libnvidia_ml_option.name)};
    }
    auto session = std::make_shared<const nvml::Session>(std::move(library));
    plan.context("nvml.library", session->library().path());
    if (const auto version = session->nvml_version()) plan.context("nvml.version", *version);
    if (const auto version = session->driver_version()) plan.context("driver.version", *version);
    return {std::move(session), ""};
  } catch (const nvml::Unavailable& unavailable) {
    return {nullptr, unavailable.what()};
  }
}

}  // namespace plumbline
