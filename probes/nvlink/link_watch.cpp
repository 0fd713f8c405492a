#include "probes/nvlink/link_watch.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "probes/harness/skip.h"

namespace plumbline::nvlink {
namespace {

constexpr std::array counters = {
    std::pair{nvml::NvLinkError::replay, "replay"},
    std::pair{nvml::NvLinkError::recovery, "recovery"},
    std::pair{nvml::NvLinkError::crc_flit, "crc"},
};

/// The same of NVLink 5, which has other counters.
constexpr std::array fields = {
    std::pair{nvml::field::nvlink_receive_errors, "receive"},
    std::pair{nvml::field::nvlink_link_recoveries, "link recovery"},
    std::pair{nvml::field::nvlink_effective_errors, "effective"},
};

template <class T>
const T& value_of(const nvml::Reading<T>& reading) {
  if (reading) return *reading;
  if (reading.is_fault()) throw std::runtime_error(reading.reason());
  throw Skip(reading.reason());
}

}  // namespace

LinkWatch::LinkWatch(Monitor monitor, const std::vector<CudaGpu>& gpus)
    : monitor_(std::move(monitor)) {
  if (monitor_.session == nullptr) return;
  for (const CudaGpu& gpu : gpus) {
    if (const auto found = monitor_.session->at(gpu.device.pci_address)) {
      before_[gpu.subject] = count(*found);
    }
  }
}

nvml::Gpu LinkWatch::at(const CudaGpu& gpu) const {
  if (monitor_.session == nullptr) throw Skip(monitor_.reason);
  return value_of(monitor_.session->at(gpu.device.pci_address));
}

bool LinkWatch::has_links(const CudaGpu& gpu) const {
  if (monitor_.session == nullptr) return false;
  const auto found = monitor_.session->at(gpu.device.pci_address);
  if (!found) return false;
  const auto links = found->nvlinks();
  for (unsigned link = 0; links && link < *links; ++link) {
    const auto up = found->nvlink_is_up(link);
    if (up && *up) return true;
  }
  return false;
}

Fact LinkWatch::links_up(const CudaGpu& gpu) const {
  const nvml::Gpu found = at(gpu);
  const unsigned links = value_of(found.nvlinks());
  double up = 0;
  std::string down;
  for (unsigned link = 0; link < links; ++link) {
    if (value_of(found.nvlink_is_up(link))) {
      ++up;
    } else {
      down += fmt::format("{}{}", down.empty() ? "down: " : ", ", link);
    }
  }
  return Fact(up, down);
}

Fact LinkWatch::fabric(const CudaGpu& gpu) const {
  const auto fabric = value_of(at(gpu).fabric());
  if (fabric.state == nvml::FabricState::not_supported) throw Skip("this GPU is in no fabric");
  const std::string complaint = nvml::fabric_complaint(fabric);
  return Fact(complaint.empty() ? std::string("ready") : complaint,
              fmt::format("clique {}, cluster {}", fabric.clique, fabric.cluster));
}

LinkWatch::Counts LinkWatch::count(const nvml::Gpu& gpu) const {
  Counts counts;
  const auto links = gpu.nvlinks();
  for (unsigned link = 0; links && link < *links; ++link) {
    for (const auto& [error, name] : counters) {
      if (const auto number = gpu.nvlink_errors(link, error)) {
        counts[fmt::format("link {} {}", link, name)] = *number;
      }
    }
    for (const auto& [field, name] : fields) {
      if (const auto number = gpu.field(field, link)) {
        counts[fmt::format("link {} {}", link, name)] = *number;
      }
    }
  }
  return counts;
}

Fact LinkWatch::errors(const CudaGpu& gpu) const {
  const Counts now = count(at(gpu));
  const auto before = before_.find(gpu.subject);
  if (now.empty() || before == before_.end()) {
    throw Skip("NVML tells no error counters of this GPU's links");
  }
  double total = 0;
  std::string note;
  for (const auto& [name, number] : now) {
    const auto first = before->second.find(name);
    if (first == before->second.end() || number <= first->second) continue;
    const std::uint64_t came = number - first->second;
    total += static_cast<double>(came);
    note += fmt::format("{}{}: {}", note.empty() ? "" : ", ", name, came);
  }
  return Fact(total, note);
}

}  // namespace plumbline::nvlink
