#include "probes/virtual_node/work_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace plumbline::virtual_node {
namespace {

constexpr double giga = 1e9, kilo = 1e3;

constexpr std::array numbers = {&Work::energy_j,
                                &Work::nvlink_sent_bytes,
                                &Work::nvlink_received_bytes,
                                &Work::pcie_bytes,
                                &Work::power_capped_ns,
                                &Work::software_thermal_ns,
                                &Work::hardware_thermal_ns,
                                &Work::hardware_power_brake_ns};

}  // namespace

double Work::amount(Per per) const {
  switch (per) {
    case Per::kilojoule:
      return energy_j / kilo;
    case Per::nvlink_gigabyte:
      return (nvlink_sent_bytes + nvlink_received_bytes) / giga;
    case Per::nvlink_sent_gigabyte:
      return nvlink_sent_bytes / giga;
    case Per::nvlink_received_gigabyte:
      return nvlink_received_bytes / giga;
    case Per::pcie_gigabyte:
      return pcie_bytes / giga;
  }
  return 0;
}

Work& Work::operator+=(const Work& more) {
  for (const auto number : numbers) this->*number += more.*number;
  return *this;
}

Work work_of(const GpuState& state) {
  return {state.energy_j,
          state.nvlink_sent,
          state.nvlink_received,
          state.pcie_sent + state.pcie_received,
          state.power_capped_ns,
          state.software_thermal_ns,
          state.hardware_thermal_ns,
          state.hardware_power_brake_ns};
}

WorkLog::WorkLog(const std::filesystem::path& machine_folder)
    : file_(machine_folder / "state" / "work") {}

std::vector<Work> WorkLog::read(std::size_t gpus) const {
  std::vector<Work> total(gpus);
  std::ifstream stream(file_);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::size_t gpu = 0;
    Work work;
    words >> gpu;
    for (const auto number : numbers) words >> work.*number;
    if (words && gpu < gpus) total[gpu] += work;
  }
  return total;
}

void WorkLog::append(const std::vector<Work>& work) const {
  std::error_code error;
  if (!std::filesystem::is_directory(file_.parent_path(), error)) return;
  std::string lines;
  for (std::size_t gpu = 0; gpu < work.size(); ++gpu) {
    lines += std::to_string(gpu);
    for (const auto number : numbers) {
      std::array<char, 40> text{};
      std::snprintf(text.data(), text.size(), " %.17g", work[gpu].*number);
      lines += text.data();
    }
    lines += '\n';
  }
  const int file = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return;
  // One write: the lines of two processes do not mix.
  if (::write(file, lines.data(), lines.size()) < 0) std::perror(file_.c_str());
  ::close(file);
}

}  // namespace plumbline::virtual_node
