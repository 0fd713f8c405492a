#include "probes/vendor/cublaslt.h"

#include <utility>

namespace plumbline::cublaslt {
namespace {

using StatusText = const char*(Status);

ReadStatus status_reader(const DynamicLibrary& library) {
  auto* name = reinterpret_cast<StatusText*>(library.find("cublasLtGetStatusName"));
  auto* text = reinterpret_cast<StatusText*>(library.find("cublasLtGetStatusString"));
  return [name, text](int code) {
    const auto ask = [&](StatusText* function) {
      const char* answer = function != nullptr ? function(static_cast<Status>(code)) : nullptr;
      return std::string(answer != nullptr ? answer : "");
    };
    StatusWords words{ask(name), ask(text)};
    if (words.name.empty()) words.name = "unknown status";
    return words;
  };
}

constexpr const char* how_to_mend =
    "Install cuBLAS of the CUDA toolkit (package libcublas-13-x or libcublas-12-x), or name its "
    "file with --libcublaslt";

/// The library's major is that of the CUDA that it is made for; drivers run older ones.
std::vector<std::string> candidates(const cuda::Driver& driver, const std::string& path) {
  if (!path.empty()) return {path};
  if (driver.version() >= 13000) return {"libcublasLt.so.13", "libcublasLt.so.12"};
  return {"libcublasLt.so.12"};
}

DynamicLibrary open(const cuda::Driver& driver, const std::string& path) {
  try {
    return DynamicLibrary(candidates(driver, path));
  } catch (const LibraryMissing& missing) {
    throw Unavailable(std::string("cuBLASLt ") + missing.what() + ". " + how_to_mend);
  }
}

template <class GiveBack>
void quietly(GiveBack&& give_back) noexcept {
  try {
    give_back();
  } catch (...) {
  }
}

}  // namespace

Symbols::Symbols(const DynamicLibrary& library)
    : library_(library), read_status_(status_reader(library)) {}

Binding Symbols::operator()(const char* name) const {
  void* address = library_.find(name);
  asked_.emplace_back(name);
  if (address == nullptr) missing_.emplace_back(name);
  return {name, address, library_.path(), &read_status_};
}

Library::Library(const cuda::Driver& driver, const std::string& path)
    : library_(open(driver, path)), symbols_(library_), functions_{symbols_} {
  if (library_.find("cublasLtGetVersion") == nullptr) {
    throw Unavailable(library_.path() + " has no cublasLtGetVersion: it is no cuBLASLt. " +
                      how_to_mend);
  }
  version_ = library_.function<std::size_t()>("cublasLtGetVersion")();
  // Before the functions: a library that does not fit lacks some of them for that reason.
  const auto made_for = static_cast<int>(version_ / 10000);
  if (driver.version() / 1000 < made_for) {
    throw Unavailable(library_.path() + " is cuBLASLt " + version() + ", made for CUDA " +
                      std::to_string(made_for) + "; this driver is one of CUDA " +
                      cuda::version_text(driver.version()) +
                      ": update the driver, or install libcublasLt.so." +
                      std::to_string(driver.version() / 1000));
  }
  for (const std::string& name : symbols_.missing()) {
    throw Unavailable(library_.path() + " (cuBLASLt " + version() + ") has no function " + name +
                      ". " + how_to_mend);
  }
}

std::string Library::version() const {
  return std::to_string(version_ / 10000) + '.' + std::to_string(version_ / 100 % 100) + '.' +
         std::to_string(version_ % 100);
}

std::span<const char* const> cublaslt_environment() {
  static constexpr const char* names[] = {
      "CUBLAS_EMULATE_DOUBLE_PRECISION",
      "CUBLAS_EMULATE_SINGLE_PRECISION",
      "CUBLAS_EMULATION_STRATEGY",
      "CUBLAS_WORKSPACE_CONFIG",
      "CUBLASLT_HEURISTICS_CACHE_CAPACITY",
      "CUBLASLT_HEURISTICS_LUT_FILE",
      "CUBLASLT_WORKSPACE_SIZE",
  };
  return names;
}

Handle::Handle(const Library& library, const cuda::Context& context)
    : library_(library), context_(context) {
  call().create(&handle_);
}

Handle::~Handle() {
  quietly([&] { call().destroy.status(handle_); });
}

const Functions& Handle::call() const {
  context_.call();
  return library_.call();
}

Matmul::Matmul(const Library& library, Compute compute, DataType scale) : library_(library) {
  library_.call().matmul_create(&handle_, compute, scale);
}

Matmul::~Matmul() {
  quietly([&] { library_.call().matmul_destroy.status(handle_); });
}

Layout::Layout(const Library& library, DataType type, std::uint64_t rows, std::uint64_t columns)
    : library_(library) {
  library_.call().layout_create(&handle_, type, rows, columns, static_cast<std::int64_t>(rows));
}

Layout::~Layout() {
  quietly([&] { library_.call().layout_destroy.status(handle_); });
}

Preference::Preference(const Library& library) : library_(library) {
  library_.call().preference_create(&handle_);
}

Preference::~Preference() {
  quietly([&] { library_.call().preference_destroy.status(handle_); });
}

}  // namespace plumbline::cublaslt
