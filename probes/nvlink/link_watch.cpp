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

LinkChange change(const LinkLook& before, const LinkLook& after) {
  LinkChange found;
  const auto add = [](std::string& list, const std::string& item) {
    list += (list.empty() ? "" : ", ") + item;
  };
  bool untold = false;
  for (const auto& [name, first] : before.errors) {
    const auto now = after.errors.find(name);
    if (now == after.errors.end()) {
      untold = true;
    } else if (now->second > first) {
      found.errors += now->second - first;
      add(found.errors_text, fmt::format("{} {}", name, now->second - first));
    }
  }
  for (std::size_t link = 0; link < before.up.size(); ++link) {
    if (!before.up[link]) continue;
    const std::optional<bool> now = link < after.up.size() ? after.up[link] : std::nullopt;
    if (!now) {
      untold = true;
    } else if (*before.up[link] && !*now) {
      add(found.went_down, fmt::format("link {}", link));
    }
  }
  if (untold) found.unread = after.refused;
  return found;
}

LinkWatch::LinkWatch(Monitor monitor, const std::vector<CudaGpu>& gpus)
    : monitor_(std::move(monitor)) {
  if (monitor_.session == nullptr) return;
  for (const CudaGpu& gpu : gpus) begin(gpu);
}

void LinkWatch::begin(const CudaGpu& gpu) {
  const auto found = monitor_.session->at(gpu.device.pci_address);
  const auto links =
      found ? found->nvlinks() : nvml::Reading<unsigned>(found.status(), found.reason());
  Watched watched;
  std::string reason = links ? "it has no link" : links.reason();
  if (links) {
    watched.gpu = *found;
    watched.links = *links;
    // Once: each kind of GPU has counters that it does not tell.
    const auto told_by_any = [&](auto&& ask) {
      for (unsigned link = 0; link < watched.links; ++link) {
        const auto answer = ask(link);
        if (answer) return true;
        reason = answer.reason();
      }
      return false;
    };
    for (const auto& counter : counters) {
      const auto ask = [&](unsigned link) { return found->nvlink_errors(link, counter.first); };
      if (told_by_any(ask)) watched.counters.push_back(counter);
    }
    for (const auto& field : fields) {
      const auto ask = [&](unsigned link) { return found->field(field.first, link); };
      if (told_by_any(ask)) watched.fields.push_back(field);
    }
  }
  if (watched.counters.empty() && watched.fields.empty()) {
    unwatched_ += fmt::format("{}{}: {}", unwatched_.empty() ? "" : "; ", gpu.subject, reason);
  }
  if (!links) return;
  watched.first = look(watched);
  watched_.emplace(gpu.subject, std::move(watched));
}

std::string LinkWatch::extent() const {
  if (monitor_.session == nullptr) return "not read: " + monitor_.reason;
  const std::string usual = "read before and after each test";
  return unwatched_.empty() ? usual : fmt::format("{}, but not of {}", usual, unwatched_);
}

LinkLook LinkWatch::look(const std::string& subject) const {
  const auto watched = watched_.find(subject);
  return watched == watched_.end() ? LinkLook{} : look(watched->second);
}

LinkLook LinkWatch::look(const Watched& watched) {
  LinkLook found;
  const auto note = [&](const auto& reading) {
    if (!reading && found.refused.empty()) found.refused = reading.reason();
    return static_cast<bool>(reading);
  };
  for (unsigned link = 0; link < watched.links; ++link) {
    const auto up = watched.gpu.nvlink_is_up(link);
    found.up.push_back(note(up) ? std::optional(*up) : std::nullopt);
    for (const auto& [error, name] : watched.counters) {
      const auto number = watched.gpu.nvlink_errors(link, error);
      if (note(number)) found.errors[fmt::format("link {} {}", link, name)] = *number;
    }
  }
  if (watched.fields.empty()) return found;
  std::vector<nvml::Gpu::FieldOf> asked;
  for (unsigned link = 0; link < watched.links; ++link) {
    for (const auto& [field, name] : watched.fields) asked.push_back({field, link});
  }
  const auto numbers = watched.gpu.fields(asked);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const char* name = watched.fields[i % watched.fields.size()].second;
    if (note(numbers[i])) {
      found.errors[fmt::format("link {} {}", asked[i].scope, name)] = *numbers[i];
    }
  }
  return found;
}

void LinkWatch::remember(const std::string& subject, const std::string& test) {
  watched_.at(subject).tests.push_back(test);
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

Fact LinkWatch::errors(const CudaGpu& gpu) const {
  at(gpu);
  const auto watched = watched_.find(gpu.subject);
  if (watched == watched_.end() || watched->second.first.errors.empty()) {
    throw Skip("NVML tells no error counters of this GPU's links");
  }
  const auto& [subject, of_gpu] = *watched;
  const LinkChange found = change(of_gpu.first, look(of_gpu));
  if (!found.unread.empty()) throw std::runtime_error(found.unread);
  std::string note = found.errors_text;
  if (!found.went_down.empty()) {
    note += fmt::format("{}{} went down", note.empty() ? "" : "; ", found.went_down);
  }
  if (!of_gpu.tests.empty()) {
    note += fmt::format("; they came in {} of the tests, first in {}", of_gpu.tests.size(),
                        of_gpu.tests.front());
  }
  return Fact(static_cast<double>(found.errors), note);
}

}  // namespace plumbline::nvlink
