#include "probes/vendor/dynamic_library.h"

#include <dlfcn.h>
#include <link.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace plumbline {
namespace {

/// The loader's words about its last failure.
std::string loader_error() {
  const char* text = dlerror();
  return text != nullptr ? text : "no reason given";
}

std::string mapped_file(void* handle, const std::string& name) {
  link_map* map = nullptr;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) return name;
  std::error_code error;
  const auto path = std::filesystem::canonical(map->l_name, error);
  return error ? std::string(map->l_name) : path.string();
}

}  // namespace

DynamicLibrary::DynamicLibrary(std::span<const std::string> candidates) {
  std::string tried;
  for (const std::string& candidate : candidates) {
    handle_ = dlopen(candidate.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (handle_ != nullptr) {
      name_ = candidate;
      path_ = mapped_file(handle_, candidate);
      return;
    }
    if (!tried.empty()) tried += "; ";
    tried += candidate + " (" + loader_error() + ')';
  }
  throw LibraryMissing(tried.empty() ? "no library to open was named"
                                     : "cannot be opened: " + tried);
}

DynamicLibrary::DynamicLibrary(DynamicLibrary&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      name_(std::move(other.name_)),
      path_(std::move(other.path_)) {}

DynamicLibrary& DynamicLibrary::operator=(DynamicLibrary&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(name_, other.name_);
  std::swap(path_, other.path_);
  return *this;
}

DynamicLibrary::~DynamicLibrary() {
  if (handle_ != nullptr) dlclose(handle_);
}

bool DynamicLibrary::is_stub() const {
  return std::filesystem::path(path_).parent_path().filename() == "stubs";
}

void* DynamicLibrary::find(const char* symbol) const noexcept {
  return handle_ != nullptr ? dlsym(handle_, symbol) : nullptr;
}

void* DynamicLibrary::symbol(const char* symbol) const {
  void* address = find(symbol);
  if (address == nullptr) throw LibraryMissing(path_ + " has no function " + symbol);
  return address;
}

std::string_view file_version(std::string_view path) {
  constexpr std::string_view mark = ".so.";
  const std::size_t at = path.rfind(mark);
  return at == std::string_view::npos ? std::string_view() : path.substr(at + mark.size());
}

}  // namespace plumbline
