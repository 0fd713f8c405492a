#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "probes/doctor/checks.h"
#include "probes/vendor/dynamic_library.h"

namespace plumbline {
namespace {

constexpr const char* library_group = "libraries";

// ---- Versions, from calls that need no device

/// CUDA_ERROR_STUB_LIBRARY: the answer of the toolkit's linking stub.
constexpr int cuda_stub_status = 34;

std::string cuda_version(const DynamicLibrary& library) {
  int version = 0;
  const int status = library.function<int(int*)>("cuDriverGetVersion")(&version);
  if (status == cuda_stub_status) throw LibraryMissing(library.path() + " is a linking stub");
  if (status != 0) throw LibraryMissing(fmt::format("cuDriverGetVersion returned {}", status));
  return fmt::format("CUDA {}.{}, driver {}", version / 1000, version % 1000 / 10,
                     file_version(library.path()));
}

std::string nvml_version(const DynamicLibrary& library) {
  library.symbol("nvmlInit_v2");
  return fmt::format("driver {}", file_version(library.path()));
}

/// 130100 is 13.1.0, 120805 is 12.8.5.
std::string cublaslt_version(const DynamicLibrary& library) {
  const std::size_t version = library.function<std::size_t()>("cublasLtGetVersion")();
  return fmt::format("{}.{}.{}", version / 10000, version % 10000 / 100, version % 100);
}

/// 22809 is 2.28.9; before 2.9 it was 2809 for 2.8.9.
std::string nccl_version(const DynamicLibrary& library) {
  int version = 0;
  const int status = library.function<int(int*)>("ncclGetVersion")(&version);
  if (status != 0) throw LibraryMissing(fmt::format("ncclGetVersion returned {}", status));
  const int major = version >= 10000 ? 10000 : 1000;
  return fmt::format("{}.{}.{}", version / major, version % major / 100, version % 100);
}

/// fi_version(3): the major number in the upper half, the minor in the lower.
std::string libfabric_version(const DynamicLibrary& library) {
  const std::uint32_t version = library.function<std::uint32_t()>("fi_version")();
  return fmt::format("API {}.{}", version >> 16, version & 0xffff);
}

/// hwloc_get_api_version(): 0x00020900 is 2.9.
std::string hwloc_version(const DynamicLibrary& library) {
  const unsigned version = library.function<unsigned()>("hwloc_get_api_version")();
  return fmt::format("API {}.{}.{}", version >> 16, version >> 8 & 0xff, version & 0xff);
}

// ---- What is looked for

enum class Need { always, with_gpus, with_efa };

struct Library {
  const char* name;
  std::vector<const char*> sonames;  ///< the first that can be opened is used
  std::vector<const char*> folders;  ///< beside those that the loader knows
  std::string (*version)(const DynamicLibrary&);
  Need need;
  const char* purpose;
  const char* remedy;
};

const std::vector<Library>& libraries() {
  static const std::vector<Library> list = {
      {"libhwloc",
       {"libhwloc.so.15"},
       {},
       hwloc_version,
       Need::always,
       "it reads the shape of the machine: topology and placement need it",
       "sudo apt-get install libhwloc15"},
      {"libcuda",
       {"libcuda.so.1"},
       {},
       cuda_version,
       Need::with_gpus,
       "every GPU probe calls it",
       "it comes with the NVIDIA driver; in a container: "
       "NVIDIA_DRIVER_CAPABILITIES=compute,utility"},
      {"libnvidia-ml",
       {"libnvidia-ml.so.1"},
       {},
       nvml_version,
       Need::with_gpus,
       "health, clocks, power and NVLink state are read through it",
       "it comes with the NVIDIA driver; in a container: "
       "NVIDIA_DRIVER_CAPABILITIES=compute,utility"},
      {"libcublasLt",
       {"libcublasLt.so.13", "libcublasLt.so.12"},
       {"usr/local/cuda/lib64"},
       cublaslt_version,
       Need::with_gpus,
       "matrix multiplication is measured with it",
       "sudo apt-get install libcublas-13-0 (NVIDIA's package repository; libcublas-12-8 for "
       "drivers before 580)"},
      {"libnccl",
       {"libnccl.so.2"},
       {"usr/local/cuda/lib64", "opt/nccl/build/lib"},
       nccl_version,
       Need::with_gpus,
       "collectives are measured with it",
       "sudo apt-get install libnccl2 (NVIDIA's package repository)"},
      {"libfabric",
       {"libfabric.so.1"},
       {"opt/amazon/efa/lib64", "opt/amazon/efa/lib"},
       libfabric_version,
       Need::with_efa,
       "traffic over EFA goes through it",
       "run the EFA installer: sudo ./efa_installer.sh -y"},
  };
  return list;
}

bool is_needed(Need need, const Host& host) {
  switch (need) {
    case Need::always:
      return true;
    case Need::with_gpus:
      return host.count(DeviceKind::gpu) != 0;
    case Need::with_efa:
      return host.count(DeviceKind::efa) != 0;
  }
  return true;
}

std::vector<std::string> candidates(const Host& host, const Library& library) {
  std::vector<std::string> candidates;
  if (host.is_this_machine()) {
    candidates.insert(candidates.end(), library.sonames.begin(), library.sonames.end());
  }
  std::vector<std::string> folders(library.folders.begin(), library.folders.end());
  if (!host.is_this_machine()) {
    folders.insert(folders.end(), {"usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu",
                                   "usr/lib64", "usr/lib"});
  }
  for (const std::string& folder : folders) {
    for (const char* soname : library.sonames) {
      const std::string file = folder + '/' + soname;
      if (host.exists(file)) candidates.push_back(host.path(file).string());
    }
  }
  return candidates;
}

Check library_check(const Host& host, const Library& library,
                    const std::map<std::string, std::string>& overrides) {
  const auto override = overrides.find(library.name);
  const bool needed = is_needed(library.need, host) || override != overrides.end();
  const std::vector<std::string> names = override == overrides.end()
                                             ? candidates(host, library)
                                             : std::vector<std::string>{override->second};
  Check check{library_group, library.sonames.front(), State::ok, "", "", ""};
  try {
    if (names.empty()) throw LibraryMissing("no file of that name");
    const DynamicLibrary found(names);
    if (found.is_stub()) throw LibraryMissing(found.path() + " is a linking stub");
    check.found = library.version(found) + ", " + found.path();
  } catch (const LibraryMissing& missing) {
    check.state = needed ? State::lacks : State::note;
    check.found = needed ? missing.what() : "not here, and nothing here needs it";
    if (needed) {
      check.why = library.purpose;
      check.mend = library.remedy;
    }
  }
  return check;
}

}  // namespace

Checks library_checks(const Host& host, const std::map<std::string, std::string>& overrides) {
  Checks checks;
  for (const Library& library : libraries()) {
    checks.push_back(library_check(host, library, overrides));
  }
  return checks;
}

}  // namespace plumbline
