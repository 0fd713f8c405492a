#include "probes/vendor/nccl.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace plumbline::nccl {
namespace {

const char* name_of(Result result) {
  switch (result) {
    case Result::success:
      return "ncclSuccess";
    case Result::unhandled_cuda_error:
      return "ncclUnhandledCudaError";
    case Result::system_error:
      return "ncclSystemError";
    case Result::internal_error:
      return "ncclInternalError";
    case Result::invalid_argument:
      return "ncclInvalidArgument";
    case Result::invalid_usage:
      return "ncclInvalidUsage";
    case Result::remote_error:
      return "ncclRemoteError";
    case Result::in_progress:
      return "ncclInProgress";
  }
  return "unknown result";
}

ReadStatus status_reader(const DynamicLibrary& library) {
  using ErrorString = const char*(Result);
  using LastError = const char*(CommHandle);
  auto* text = reinterpret_cast<ErrorString*>(library.find("ncclGetErrorString"));
  auto* last = reinterpret_cast<LastError*>(library.find("ncclGetLastError"));
  return [text, last](int code) {
    const auto result = static_cast<Result>(code);
    StatusWords words{name_of(result), ""};
    if (text != nullptr) {
      if (const char* said = text(result)) words.text = said;
    }
    if (last != nullptr) {
      const char* said = last(nullptr);
      if (said != nullptr && *said != '\0') words.text += std::string("; ") + said;
    }
    while (!words.text.empty() && words.text.back() == '\n') words.text.pop_back();
    return words;
  };
}

DynamicLibrary open(const std::string& path) {
  try {
    return DynamicLibrary(path.empty() ? "libnccl.so.2" : path);
  } catch (const LibraryMissing& missing) {
    throw Unavailable("NCCL's library " + std::string(missing.what()) +
                      ". Install libnccl2, or name its file with --libnccl");
  }
}

/// Which interfaces and plugins a site's network needs: without them several nodes may not find
/// each other, and they change nothing within a node.
constexpr const char* kept_variables[] = {
    "NCCL_IB_HCA",        "NCCL_NET_PLUGIN",   "NCCL_SOCKET_FAMILY",
    "NCCL_SOCKET_IFNAME", "NCCL_TUNER_PLUGIN",
};

/// Variables whose values are no secret of anyone's.
constexpr const char* shown_variables[] = {
    "NCCL_ALGO",         "NCCL_BUFFSIZE",       "NCCL_CHECK_POINTERS", "NCCL_CROSS_NIC",
    "NCCL_CUMEM_ENABLE", "NCCL_DEBUG",          "NCCL_DEBUG_SUBSYS",   "NCCL_IB_DISABLE",
    "NCCL_LAUNCH_MODE",  "NCCL_LOCAL_REGISTER", "NCCL_MAX_CTAS",       "NCCL_MAX_NCHANNELS",
    "NCCL_MIN_CTAS",     "NCCL_MIN_NCHANNELS",  "NCCL_NET_GDR_LEVEL",  "NCCL_NTHREADS",
    "NCCL_NVLS_ENABLE",  "NCCL_NVLS_NCHANNELS", "NCCL_P2P_DISABLE",    "NCCL_P2P_LEVEL",
    "NCCL_PROTO",        "NCCL_SHM_DISABLE",
};

bool among(std::span<const char* const> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Symbols::Symbols(const DynamicLibrary& library)
    : library_(library), read_status_(status_reader(library)) {}

Binding Symbols::find(const char* name) const {
  asked_.push_back(name);
  return {name, library_.find(name), library_.path(), &read_status_};
}

Binding Symbols::needed(const char* name) const {
  Binding binding = find(name);
  if (binding.address == nullptr) missing_.push_back(name);
  return binding;
}

Binding Symbols::optional(const char* name) const { return find(name); }

Library::Library(const std::string& path)
    : library_(open(path)), symbols_(library_), functions_{symbols_} {
  if (!functions_.version) {
    throw Unavailable(library_.path() + " has no ncclGetVersion: it is no library of NCCL's");
  }
  functions_.version(&version_);
  if (version_ < oldest_version) {
    throw Unavailable(library_.path() + " is NCCL " + version_text(version_) + ", expected " +
                      version_text(oldest_version) +
                      " or newer, which can be stopped when a rank does not come. Install a newer "
                      "libnccl2, or name its file with --libnccl");
  }
  if (!symbols_.missing().empty()) {
    std::string names;
    for (const char* name : symbols_.missing()) {
      names += std::string(names.empty() ? "" : ", ") + name;
    }
    throw Unavailable(library_.path() + " is NCCL " + version_text(version_) + " and lacks " +
                      names + ": install NVIDIA's own libnccl2");
  }
}

std::string Library::why_not_registered() const {
  if (functions_.memory_allocate && functions_.memory_free && functions_.register_buffer &&
      functions_.deregister_buffer) {
    return "";
  }
  return library_.path() + " is NCCL " + version_text(version_) +
         "; ncclMemAlloc and ncclCommRegister came with 2.19";
}

std::string version_text(int version) {
  const int major = version >= 10000 ? version / 10000 : version / 1000;
  const int rest = version >= 10000 ? version % 10000 : version % 1000;
  return std::to_string(major) + '.' + std::to_string(rest / 100) + '.' +
         std::to_string(rest % 100);
}

std::vector<Setting> scrub_environment() {
  constexpr std::string_view prefix = "NCCL_";
  std::vector<Setting> found;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (!text.starts_with(prefix) || equals == std::string_view::npos) continue;
    Setting setting{std::string(text.substr(0, equals)), "", false};
    setting.kept = among(kept_variables, setting.name);
    if (setting.kept || among(shown_variables, setting.name)) {
      setting.value = text.substr(equals + 1);
    }
    found.push_back(std::move(setting));
  }
  std::sort(found.begin(), found.end(),
            [](const Setting& a, const Setting& b) { return a.name < b.name; });
  for (const Setting& setting : found) {
    if (!setting.kept) ::unsetenv(setting.name.c_str());
  }
  return found;
}

std::vector<std::string> configuration_files() {
  std::vector<std::string> files;
  const auto add = [&](const std::string& file) {
    if (::access(file.c_str(), R_OK) == 0) files.push_back(file);
  };
  add("/etc/nccl.conf");
  if (const char* home = std::getenv("HOME")) add(std::string(home) + "/.nccl.conf");
  return files;
}

}  // namespace plumbline::nccl
