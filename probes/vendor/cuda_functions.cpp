#include "probes/vendor/cuda_functions.h"

namespace plumbline::cuda {

const char* remedy_of(Status status) {
  switch (status) {
    case Status::device_unavailable:
      return "another process holds this GPU, or its compute mode forbids it: end that process, or "
             "nvidia-smi --compute-mode=DEFAULT";
    case Status::ecc_uncorrectable:
    case Status::nvlink_uncorrectable:
    case Status::contained:
      return "the GPU is lost to this process; nvidia-smi --query says which recovery it needs";
    case Status::illegal_address:
    case Status::misaligned_address:
    case Status::launch_failed:
    case Status::launch_timeout:
      return "the GPU is lost to this process: what follows on it fails too";
    case Status::illegal_state:
      return "what sets NVSwitch up does not run any more: nvidia-fabricmanager (on Blackwell "
             "nvlsm too)";
    case Status::invalid_image:
    case Status::no_binary_for_gpu:
    case Status::unsupported_ptx_version:
      return "the device code of this build has nothing for this GPU with this driver, not even "
             "PTX "
             "that it could compile: install a newer driver";
    default:
      return nullptr;
  }
}

namespace {

using StatusText = Status(Status, const char**);

ReadStatus status_reader(const DynamicLibrary& library) {
  auto* name = reinterpret_cast<StatusText*>(library.find("cuGetErrorName"));
  auto* text = reinterpret_cast<StatusText*>(library.find("cuGetErrorString"));
  return [name, text](int code) {
    const auto status = static_cast<Status>(code);
    const auto ask = [&](StatusText* function) {
      const char* answer = nullptr;
      const bool known = function != nullptr && function(status, &answer) == Status::success;
      return std::string(known && answer != nullptr ? answer : "");
    };
    StatusWords words{ask(name), ask(text)};
    if (words.name.empty()) words.name = "unknown status";
    if (const char* what = remedy_of(status)) words.text += std::string("; ") + what;
    return words;
  };
}

}  // namespace

Symbols::Symbols(const DynamicLibrary& library, Way way)
    : library_(library), read_status_(status_reader(library)) {
  if (way == Way::exports_only) return;
  get_proc_address_ = reinterpret_cast<GetProcAddress*>(library.find("cuGetProcAddress_v2"));
  // A stub has it and answers nothing.
  if (find({"cuInit", 2000, "cuInit"}) == nullptr) get_proc_address_ = nullptr;
}

void* Symbols::find(const Symbol& symbol) const {
  if (get_proc_address_ == nullptr) return library_.find(symbol.export_name);
  void* address = nullptr;
  Lookup result = Lookup::not_found;
  const Status status =
      get_proc_address_(symbol.base, &address, symbol.version, /*flags=*/0, &result);
  return status == Status::success && result == Lookup::found ? address : nullptr;
}

Binding Symbols::bind(const Symbol& symbol, bool must_be_there) const {
  void* address = find(symbol);
  asked_.push_back(symbol);
  if (address == nullptr && must_be_there) missing_.push_back(symbol);
  return {symbol.base, address, library_.path(), &read_status_};
}

Binding Symbols::operator()(const char* base, int version, const char* export_name) const {
  return bind({base, version, export_name}, true);
}

Binding Symbols::optional(const char* base, int version, const char* export_name) const {
  return bind({base, version, export_name}, false);
}

}  // namespace plumbline::cuda
