#include "probes/vendor/nvml.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace plumbline::nvml {
namespace {

/// What a status means to whoever can mend it; the library's own words are shorter and need it to
/// be there.
StatusWords words_of(Status status) {
  switch (status) {
    case Status::success:
      return {"success", ""};
    case Status::uninitialized:
      return {"uninitialized", "nvmlInit_v2 was not called or did not succeed"};
    case Status::invalid_argument:
      return {"invalid argument", ""};
    case Status::not_supported:
      return {"not supported", "this GPU or driver does not tell"};
    case Status::no_permission:
      return {"no permission", "ask as root, or have this user given access to /dev/nvidia*"};
    case Status::not_found:
      return {"not found", ""};
    case Status::driver_not_loaded:
      return {"driver not loaded", "load the kernel module: modprobe nvidia"};
    case Status::timeout:
      return {"timeout", ""};
    case Status::interrupt_issue:
      return {"interrupt problem", "the kernel cannot hear this GPU: dmesg"};
    case Status::library_not_found:
      return {"library not found", "the driver is not installed whole: install it again"};
    case Status::function_not_found:
      return {"function not found", "the driver is older than this reading: install a newer one"};
    case Status::corrupted_inforom:
      return {"corrupted infoROM", "the GPU's own record is damaged: have it replaced"};
    case Status::gpu_is_lost:
      return {"GPU is lost",
              "it fell off the bus: dmesg | grep -i xid, then reboot; if it comes back lost, have "
              "it replaced"};
    case Status::reset_required:
      return {"reset required", "nvidia-smi --gpu-reset, with nothing running on it"};
    case Status::operating_system:
      return {"blocked by the operating system", "a cgroup or container keeps the GPU away"};
    case Status::version_mismatch:
      return {"driver and library differ",
              "library and kernel module are of different drivers: reboot after the update"};
    case Status::in_use:
      return {"in use", ""};
    case Status::no_data:
      return {"no data", ""};
    case Status::argument_version_mismatch:
      return {"structure of another version", "the driver knows no structure that is known here"};
    case Status::not_ready:
      return {"not ready", ""};
    case Status::gpu_not_found:
      return {"no GPU found", ""};
    default:
      return {"unknown status", ""};
  }
}

std::string describe(const std::string& function, Status status) {
  const StatusWords words = words_of(status);
  return function + ": " + words.name + " (" + std::to_string(static_cast<int>(status)) + ")" +
         (words.text.empty() ? "" : "; " + words.text);
}

Unavailable reason_for(Status status, const DynamicLibrary& library) {
  const std::string message = library.path() + ": " + describe("nvmlInit_v2", status);
  switch (status) {
    case Status::driver_not_loaded:
      return {Problem::driver_not_loaded, message};
    case Status::no_permission:
    case Status::operating_system:
      return {Problem::no_permission, message};
    case Status::version_mismatch:
      return {Problem::version_mismatch, message};
    case Status::gpu_is_lost:
      return {Problem::gpu_lost, message};
    default:
      return {Problem::start_failed, message};
  }
}

std::string address_text(const PciInfo& info) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04x:%02x:%02x.0", info.domain, info.bus, info.device);
  return text.data();
}

/// A value of any of NVML's types as the number that all fields asked for here are: a count.
Reading<std::uint64_t> count_of(const FieldValue& field, const std::string& asked) {
  switch (field.type) {
    case ValueType::unsigned_int:
      return std::uint64_t{field.value.unsigned_int};
    case ValueType::unsigned_long:
      return std::uint64_t{field.value.unsigned_long};
    case ValueType::unsigned_long_long:
      return std::uint64_t{field.value.unsigned_long_long};
    case ValueType::unsigned_short:
      return std::uint64_t{field.value.unsigned_short};
    case ValueType::signed_long_long:
      if (field.value.signed_long_long >= 0) {
        return static_cast<std::uint64_t>(field.value.signed_long_long);
      }
      break;
    case ValueType::signed_int:
      if (field.value.signed_int >= 0) return static_cast<std::uint64_t>(field.value.signed_int);
      break;
    case ValueType::floating:
      break;
  }
  return {Status::no_data, asked + ": the value is no count (type " +
                               std::to_string(static_cast<int>(field.type)) + ")"};
}

/// Room for any text that NVML gives: its longest buffer has 96 bytes.
constexpr unsigned text_bytes = 256;

}  // namespace

std::string fabric_complaint(const Fabric& fabric) {
  switch (fabric.state) {
    case FabricState::not_supported:
      return {};
    case FabricState::not_started:
      return "its registration with the fabric has not started: nvidia-fabricmanager (on Blackwell "
             "nvlsm too) must run";
    case FabricState::in_progress:
      return "its registration with the fabric is still going on: nvidia-fabricmanager's log says "
             "what it waits for";
    case FabricState::completed:
      break;
  }
  if (fabric.status != Status::success) {
    return "its registration with the fabric ended with \"" + words_of(fabric.status).name +
           "\" (" + std::to_string(static_cast<int>(fabric.status)) + ")";
  }
  std::string complaint;
  const auto add = [&](const char* what) {
    complaint += std::string(complaint.empty() ? "" : ", ") + what;
  };
  // Two bits each: 0 not told, 1 true, 2 false; so 0xaa is four times "no".
  const unsigned mask = fabric.health_mask.value_or(0);
  if ((mask & 3) == 1) add("bandwidth is degraded");
  if ((mask >> 2 & 3) == 1) add("a route is being recovered");
  if ((mask >> 4 & 3) == 1) add("a route is unhealthy");
  if ((mask >> 6 & 3) == 1) add("an access timeout is being recovered");
  // Four bits where 1 is the good one.
  constexpr std::array configurations = {
      "its system GUID is wrong",       "its chassis serial number is wrong",
      "it belongs to no partition",     "it has too few NVLinks",
      "its firmware does not fit",      "its location is wrong",
      "its state does not let it join",
  };
  const unsigned configuration = mask >> 8 & 15;
  if (configuration >= 2) {
    add(configuration - 2 < configurations.size() ? configurations[configuration - 2]
                                                  : "its configuration is wrong");
  }
  if ((mask >> 12 & 3) == 2) add("no partition is assigned");
  if (complaint.empty() && fabric.health_summary.value_or(0) >= 2) {
    add(*fabric.health_summary == 3 ? "its capacity is limited" : "it is unhealthy");
  }
  return complaint;
}

std::string recovery_action_text(unsigned action) {
  switch (static_cast<RecoveryAction>(action)) {
    case RecoveryAction::none:
      return "none";
    case RecoveryAction::reset:
      return "reset the GPU";
    case RecoveryAction::reboot:
      return "reboot the node";
    case RecoveryAction::drain_peers:
      return "drain work between GPUs";
    case RecoveryAction::drain_and_reset:
      return "drain work, then reset the GPU";
    case RecoveryAction::recover_imex_domain:
      return "recover the IMEX domain";
  }
  return "action " + std::to_string(action);
}

std::string clock_reasons_text(unsigned long long reasons) {
  constexpr std::array<std::pair<unsigned long long, const char*>, 9> bits = {{
      {clock_reason::idle, "idle"},
      {clock_reason::application_clocks, "application clocks"},
      {clock_reason::software_power_cap, "power cap"},
      {clock_reason::hardware_slowdown, "hardware slowdown"},
      {clock_reason::sync_boost, "sync boost"},
      {clock_reason::software_thermal, "thermal slowdown (software)"},
      {clock_reason::hardware_thermal, "thermal slowdown (hardware)"},
      {clock_reason::hardware_power_brake, "power brake"},
      {clock_reason::display_clock, "display clock"},
  }};
  std::string text;
  for (const auto& [bit, name] : bits) {
    if ((reasons & bit) != 0) text += std::string(text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "none" : text;
}

Exports::Exports(const DynamicLibrary& library)
    : library_(library),
      read_status_([](int code) { return words_of(static_cast<Status>(code)); }) {}

Binding Exports::operator()(std::initializer_list<const char*> names) const {
  for (const char* name : names) {
    if (void* address = library_.find(name)) {
      return {name, address, library_.path(), &read_status_};
    }
  }
  return {*names.begin(), nullptr, library_.path(), &read_status_};
}

DynamicLibrary open_library(const std::string& path) {
  const std::string candidate = path.empty() ? "libnvidia-ml.so.1" : path;
  try {
    return DynamicLibrary(candidate);
  } catch (const LibraryMissing& missing) {
    throw Unavailable(Problem::library_missing,
                      "NVIDIA's management library " + std::string(missing.what()) +
                          ". It comes with the driver: install that, start the container with its "
                          "utility capability, or name the file with --libnvidia-ml");
  }
}

Session::Session(DynamicLibrary library)
    : library_(std::move(library)), exports_(library_), functions_{exports_} {
  if (!functions_.init || !functions_.shutdown || !functions_.count || !functions_.by_index) {
    throw Unavailable(Problem::library_missing,
                      library_.path() + " has no nvmlInit_v2: it is no NVML of this decade");
  }
  const Status status = functions_.init.status();
  if (status != Status::success) throw reason_for(status, library_);
}

Session::~Session() { call(functions_.shutdown); }

std::string Session::reason(const std::string& function, Status status) const {
  return describe(function, status);
}

Reading<std::string> Session::driver_version() const {
  std::array<char, text_bytes> text{};
  const Status status = call(functions_.driver_version, text.data(), text_bytes);
  if (status == Status::success) return std::string(text.data());
  return {status, reason(functions_.driver_version.name(), status)};
}

Reading<std::string> Session::nvml_version() const {
  std::array<char, text_bytes> text{};
  const Status status = call(functions_.nvml_version, text.data(), text_bytes);
  if (status == Status::success) return std::string(text.data());
  return {status, reason(functions_.nvml_version.name(), status)};
}

std::vector<Gpu> Session::gpus() const {
  std::vector<Gpu> gpus;
  const auto count = ask<unsigned>(functions_.count);
  for (unsigned index = 0; count && index < *count; ++index) {
    // One that cannot be reached is found missing by whoever knows the bus.
    const auto handle = ask<DeviceHandle>(functions_.by_index, index);
    if (!handle) continue;
    const auto info = ask<PciInfo>(functions_.pci_info, *handle);
    if (info) gpus.emplace_back(*this, *handle, address_text(*info));
  }
  std::sort(gpus.begin(), gpus.end(),
            [](const Gpu& a, const Gpu& b) { return a.pci_address() < b.pci_address(); });
  return gpus;
}

Reading<Gpu> Session::at(const std::string& pci_address) const {
  return ask<DeviceHandle>(functions_.by_address, pci_address.c_str())
      .then([&](DeviceHandle handle) { return Gpu(*this, handle, pci_address); });
}

Reading<std::string> Gpu::text(const Functions::GetText& function) const {
  std::array<char, text_bytes> text{};
  const Status status = session_->call(function, handle_, text.data(), text_bytes);
  if (status == Status::success) return std::string(text.data());
  return {status, session_->reason(function.name(), status)};
}

Reading<double> Gpu::milli(const Functions::Get<unsigned>& function) const {
  return ask<unsigned>(function).then([](unsigned value) { return value / 1000.0; });
}

Reading<std::string> Gpu::gsp_firmware() const {
  std::array<char, text_bytes> text{};
  const Status status = session_->call(call().gsp_firmware, handle_, text.data());
  if (status == Status::success) return std::string(text.data());
  return {status, session_->reason(call().gsp_firmware.name(), status)};
}

Reading<MemoryInfo> Gpu::memory() const {
  MemoryInfo info{};
  info.version = struct_version<MemoryInfo>(2);
  const Status status = session_->call(call().memory, handle_, &info);
  if (status == Status::success) return info;
  return {status, session_->reason(call().memory.name(), status)};
}

Reading<bool> Gpu::persistence() const {
  return ask<Enabled>(call().persistence).then([](Enabled mode) { return mode == Enabled::yes; });
}

Reading<Mode> Gpu::mig() const {
  unsigned now = 0, later = 0;
  const Status status = session_->call(call().mig_mode, handle_, &now, &later);
  if (status == Status::success) return Mode{now != 0, later != 0};
  return {status, session_->reason(call().mig_mode.name(), status)};
}

Reading<Mode> Gpu::ecc() const {
  Enabled now{}, later{};
  const Status status = session_->call(call().ecc_mode, handle_, &now, &later);
  if (status == Status::success) return Mode{now == Enabled::yes, later == Enabled::yes};
  return {status, session_->reason(call().ecc_mode.name(), status)};
}

Reading<std::vector<ProcessInfo>> Gpu::processes() const {
  // Processes come and go between the call that counts and the call that lists.
  std::vector<ProcessInfo> list(64);
  Status status = Status::insufficient_size;
  for (int attempt = 0; attempt < 4 && status == Status::insufficient_size; ++attempt) {
    auto count = static_cast<unsigned>(list.size());
    status = session_->call(call().processes, handle_, &count, list.data());
    list.resize(status == Status::insufficient_size ? count + 16 : count);
  }
  if (status == Status::success) return list;
  return {status, session_->reason(call().processes.name(), status)};
}

Reading<std::uint64_t> Gpu::ecc_errors(EccError error, EccCounter counter) const {
  return ask<unsigned long long>(call().ecc_errors, error, counter)
      .then([](unsigned long long count) { return std::uint64_t{count}; });
}

Reading<SramErrors> Gpu::sram_errors() const {
  SramErrors errors{};
  errors.version = struct_version<SramErrors>(1);
  const Status status = session_->call(call().sram_errors, handle_, &errors);
  if (status == Status::success) return errors;
  return {status, session_->reason(call().sram_errors.name(), status)};
}

Reading<RemappedRows> Gpu::remapped_rows() const {
  unsigned corrected = 0, uncorrected = 0, pending = 0, failed = 0;
  const Status status =
      session_->call(call().remapped_rows, handle_, &corrected, &uncorrected, &pending, &failed);
  if (status == Status::success) {
    return RemappedRows{corrected, uncorrected, pending != 0, failed != 0};
  }
  return {status, session_->reason(call().remapped_rows.name(), status)};
}

Reading<bool> Gpu::retired_pages_pending() const {
  return ask<Enabled>(call().retired_pages_pending).then([](Enabled pending) {
    return pending == Enabled::yes;
  });
}

Reading<double> Gpu::clock_mhz(Clock clock) const {
  return ask<unsigned>(call().clock, clock).then([](unsigned mhz) { return double{1} * mhz; });
}

Reading<double> Gpu::max_clock_mhz(Clock clock) const {
  return ask<unsigned>(call().max_clock, clock).then([](unsigned mhz) { return double{1} * mhz; });
}

Reading<std::uint64_t> Gpu::clock_reasons() const {
  return ask<unsigned long long>(call().clock_reasons).then([](unsigned long long bits) {
    return std::uint64_t{bits};
  });
}

Reading<double> Gpu::energy_j() const {
  return ask<unsigned long long>(call().energy_mj).then([](unsigned long long mj) {
    return static_cast<double>(mj) / 1000;
  });
}

Reading<double> Gpu::temperature_c() const {
  return ask<unsigned>(call().temperature, Sensor::gpu).then([](unsigned celsius) {
    return double{1} * celsius;
  });
}

Reading<std::uint64_t> Gpu::pcie_replays() const {
  return ask<unsigned>(call().pcie_replays).then([](unsigned count) {
    return std::uint64_t{count};
  });
}

Reading<unsigned> Gpu::nvlinks() const {
  if (const auto count = field(field::nvlink_count)) return static_cast<unsigned>(*count);
  // Drivers without that field answer for the links that exist and refuse the others.
  unsigned count = 0;
  while (count < max_nvlinks && ask<Enabled>(call().nvlink_state, count)) ++count;
  if (count != 0) return count;
  const auto first = ask<Enabled>(call().nvlink_state, 0U);
  return {first.status(), first.reason()};
}

Reading<bool> Gpu::nvlink_is_up(unsigned link) const {
  return ask<Enabled>(call().nvlink_state, link).then([](Enabled state) {
    return state == Enabled::yes;
  });
}

Reading<std::uint64_t> Gpu::nvlink_errors(unsigned link, NvLinkError error) const {
  return ask<unsigned long long>(call().nvlink_errors, link, error)
      .then([](unsigned long long count) { return std::uint64_t{count}; });
}

Reading<Fabric> Gpu::fabric() const {
  FabricInfo info{};
  info.version = struct_version<FabricInfo>(3);
  Status status = session_->call(call().fabric, handle_, &info);
  const bool has_summary = status == Status::success;
  if (status == Status::argument_version_mismatch) {
    FabricInfo2 older{};
    older.version = struct_version<FabricInfo2>(2);
    // It is called by its address alone: the structure says by its version what it is.
    const auto& function = call().fabric;
    status = session_->call(function, handle_, reinterpret_cast<FabricInfo*>(&older));
    std::memcpy(&info, &older, offsetof(FabricInfo2, health_mask) + sizeof older.health_mask);
  }
  if (status != Status::success) return {status, session_->reason(call().fabric.name(), status)};
  Fabric fabric;
  fabric.state = info.state;
  fabric.status = info.status;
  fabric.clique = info.clique;
  for (const unsigned char byte : info.cluster) {
    constexpr const char* digits = "0123456789abcdef";
    fabric.cluster += digits[byte >> 4];
    fabric.cluster += digits[byte & 15];
  }
  fabric.health_mask = info.health_mask;
  if (has_summary && info.health_summary != 0) fabric.health_summary = info.health_summary;
  return fabric;
}

Reading<std::uint64_t> Gpu::field(unsigned id, unsigned scope) const {
  return fields({{id, scope}}).front();
}

std::vector<Reading<std::uint64_t>> Gpu::fields(const std::vector<FieldOf>& asked) const {
  std::vector<FieldValue> values(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    values[i].field = asked[i].id;
    values[i].scope = asked[i].scope;
  }
  const Status status =
      session_->call(call().fields, handle_, static_cast<int>(values.size()), values.data());
  std::vector<Reading<std::uint64_t>> answers;
  for (const FieldValue& value : values) {
    const std::string name = "field " + std::to_string(value.field);
    if (status != Status::success) {
      answers.push_back({status, session_->reason(call().fields.name(), status)});
    } else if (value.status != Status::success) {
      // The call succeeds when it could be asked; each value has a status of its own.
      answers.push_back({value.status, session_->reason(name, value.status)});
    } else {
      answers.push_back(count_of(value, name));
    }
  }
  return answers;
}

EventSet::EventSet(const Session& session, const std::vector<Gpu>& gpus) : session_(session) {
  const Functions& call = session.functions();
  const auto created = session.ask<EventSetHandle>(call.event_set_create);
  if (!created) throw call.event_set_create.error(created.status());
  handle_ = *created;
  constexpr unsigned long long wanted = event_type::double_bit_ecc | event_type::xid |
                                        event_type::gpu_unavailable | event_type::recovery_action;
  Status last = Status::not_supported;
  bool registered = false;
  for (const Gpu& gpu : gpus) {
    const auto known = session.ask<unsigned long long>(call.event_types, gpu.handle());
    const unsigned long long types = known ? wanted & *known : 0;
    if (types == 0) continue;
    last = session.call(call.register_events, gpu.handle(), types, handle_);
    registered = registered || last == Status::success;
  }
  if (!registered) {
    session_.call(call.event_set_free, handle_);
    throw call.register_events.error(last);
  }
}

EventSet::~EventSet() { session_.call(session_.functions().event_set_free, handle_); }

std::vector<Event> EventSet::heard() const {
  std::vector<Event> events;
  EventData data{};
  // A set that keeps answering must not keep its caller: no GPU has so much to say at once.
  while (events.size() < 1000 &&
         session_.call(session_.functions().event_wait, handle_, &data, 0U) == Status::success) {
    events.push_back({data.device, data.type, data.data});
  }
  return events;
}

}  // namespace plumbline::nvml
