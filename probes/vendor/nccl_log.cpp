#include "probes/vendor/nccl_log.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <system_error>

namespace plumbline::nccl {

Log::Log() : file_(::memfd_create("nccl log", MFD_CLOEXEC)) {
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  const std::string name = "/proc/self/fd/" + std::to_string(file_);
  ::setenv("NCCL_DEBUG", "INFO", 1);
  ::setenv("NCCL_DEBUG_SUBSYS", "INIT", 1);
  ::setenv("NCCL_DEBUG_FILE", name.c_str(), 1);
}

Log::~Log() { ::close(file_); }

std::size_t Log::bytes() const {
  using Status = struct stat;
  Status status{};
  if (::fstat(file_, &status) != 0)
    throw std::system_error(errno, std::generic_category(), "fstat");
  return static_cast<std::size_t>(status.st_size);
}

std::string Log::text(std::size_t from) const {
  std::string text;
  std::array<char, 65536> part{};
  for (auto at = static_cast<off_t>(from);;) {
    const ssize_t got = ::pread(file_, part.data(), part.size(), at);
    if (got <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

namespace {

/// What stands behind `mark` in the last line that has it, up to one of `ends`.
std::string behind(const std::string& log, const std::string& mark, const char* ends) {
  const std::size_t at = log.rfind(mark);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + mark.size();
  return log.substr(begin, log.find_first_of(ends, begin) - begin);
}

}  // namespace

std::string network(const std::string& log) {
  // NCCL 2.4 to 2.32 say this of every communicator; what it is called is up to the plugin.
  const std::string name = behind(log, "Using network ", "\r\n");
  if (name == "Socket") return "tcp";
  if (name == "IB") return "ib";
  if (name.find("Libfabric") == std::string::npos) return name;
  // aws-ofi-nccl: "Selected provider is efa, fabric is efa-direct (found 32 nics)"; before 1.8
  // "Selected Provider is efa (found 4 nics)".
  std::string provider = behind(log, "elected provider is ", " ,(\r\n");
  if (provider.empty()) provider = behind(log, "elected Provider is ", " ,(\r\n");
  if (provider.empty()) return "libfabric";
  const std::string fabric = behind(log, ", fabric is ", " ,(\r\n");
  return fabric.empty() ? provider : provider + '/' + fabric;
}

int multicast_ranks(const std::string& log) {
  int said = 0, available = 0;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("NVLS multicast support is ") == std::string::npos) continue;
    ++said;
    if (line.find("NVLS multicast support is available") != std::string::npos) ++available;
  }
  return said == 0 ? -1 : available;
}

}  // namespace plumbline::nccl
