#include "probes/virtual_node/fault_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace plumbline::virtual_node {
namespace {

constexpr std::array forms = {
    FaultForm{"gpuN", "hbm", "FACTOR", "factor", false, "what = \"slow_memory\"",
              "its memory reaches that share of its rate"},
    FaultForm{"gpuN", "stuck_bit", "OFFSET", "offset", false, "what = \"stuck_bit\"\nbit = 3",
              "bit 3 of the byte there in its memory is always one"},
    FaultForm{"gpuN", "memory_taken", "BYTES", "bytes", false, "what = \"memory_taken\"",
              "so much of its memory is not to be had"},
    FaultForm{"gpuN", "missing", "", "", false, "what = \"missing_gpu\"",
              "it is on the PCI bus, but the driver does not show it"},
    FaultForm{"gpuN", "lost", "", "", false, "what = \"lost_gpu\"", "it fell off the bus"},
    FaultForm{"gpuN", "exclusive", "", "", false, "what = \"exclusive_elsewhere\"",
              "another process holds it, in exclusive mode"},
    FaultForm{"gpuN", "partitioned", "", "", false, "what = \"partitioned\"", "MIG is on"},

    FaultForm{"gpuN", "gemm", "FACTOR", "factor", false, "what = \"slow_compute\"",
              "its matrix products reach that share of their rate"},
    FaultForm{"gpuN", "gemm_flip", "CALL", "from_call", false, "what = \"gemm_flip\"",
              "from that call on a bit of each product is wrong"},
    FaultForm{"gpuN", "product_hangs", "CALL", "after", false,
              "what = \"kernel_hangs\"\nkernel = \"cublasLtMatmul\"",
              "so many matrix products are done, the next never ends"},
    FaultForm{"gpuN", "power_cap", "WATTS", "watts", false, "what = \"power_cap\"",
              "somebody lowered its power limit"},
    FaultForm{"gpuN", "cooling", "FACTOR", "factor", false, "what = \"poor_cooling\"",
              "it grows warmer than it should, so many times"},
    FaultForm{"gpuN", "slowdown", "SHARE", "clock", false, "what = \"hardware_slowdown\"",
              "the hardware holds its clock at that share"},

    FaultForm{"gpuN", "power_brake", "SHARE", "clock", false,
              "what = \"hardware_slowdown\"\npower_brake = true",
              "the power brake of its board holds its clock at that share"},

    FaultForm{"gpuN", "nvlink", "FACTOR", "factor", false,
              "what = \"slow_nvlink\"\ndirection = \"both\"", "its NVLinks are so slow"},
    FaultForm{"gpuN", "nvlink_out", "FACTOR", "factor", false,
              "what = \"slow_nvlink\"\ndirection = \"out\"", "one way only: out of it"},
    FaultForm{"gpuN", "nvlink_in", "FACTOR", "factor", false,
              "what = \"slow_nvlink\"\ndirection = \"in\"", "one way only: into it"},
    FaultForm{"gpuN", "dead_nvlink", "LINK", "link", false, "what = \"dead_nvlink\"",
              "that link of it is down"},
    FaultForm{"gpuN", "dying_nvlink", "LINK", "link", false,
              "what = \"dying_nvlink\"\nper = \"nvlink_GB\"\nafter = 100",
              "that link of it goes down once it has sent and received 100 GB"},
    FaultForm{"gpuN", "nvlinks", "COUNT", "count", false, "what = \"nvlink_count\"",
              "it has only so many links"},
    FaultForm{"gpuN>gpuM", "nvlink", "FACTOR", "factor", false, "what = \"slow_path\"",
              "that one way is so slow; also nvlink.gpuN>gpuM=FACTOR"},
    FaultForm{"gpuN>gpuM", "dropped", "", "", false, "what = \"dropped_writes\"",
              "what is written that way does not arrive; an end may be host"},
    FaultForm{"gpuN>gpuM", "flip", "OFFSET", "offset", false, "what = \"flipped_bit\"\nbit = 3",
              "a bit of what goes that way is wrong; an end may be host"},
    FaultForm{"gpuN>gpuM", "by_host", "", "", false, "what = \"peer_by_host\"",
              "what is written that way goes by way of the host, peer access or not"},
    FaultForm{"gpuN", "pcie_width", "LANES", "width", false, "what = \"pcie_link\"",
              "its link to the host has only so many lanes"},
    FaultForm{"gpuN", "pcie_generation", "GEN", "generation", false, "what = \"pcie_link\"",
              "its link to the host is only of that generation"},

    FaultForm{"gpuN", "collective_hangs", "", "", false, "what = \"stuck_collective\"",
              "collectives never end on it"},
    FaultForm{"gpuN", "collective_fails", "CODE", "status", false, "what = \"stuck_collective\"",
              "a collective ends on it with this CUresult, and the context with it: 214"},
    FaultForm{"gpuN", "collective_wrong", "OPERATION", "operation", true,
              "what = \"wrong_collective\"\noffset = 6\nbit = 2",
              "a bit of its result is wrong: all_reduce"},
    FaultForm{"gpuN", "collective_greed", "SHARE", "share", false, "what = \"greedy_collectives\"",
              "collectives take that share of its multiprocessors from other work"},
    FaultForm{"gpuN", "kernel_hangs", "", "", false, "what = \"kernel_hangs\"",
              "a kernel never ends on it"},
    FaultForm{"gpuN", "copy_hangs", "", "", false, "what = \"copy_hangs\"",
              "a copy never ends on it"},
    FaultForm{"gpuN", "kernel_fails", "CODE", "status", false, "what = \"kernel_fails\"",
              "a kernel ends with this CUresult, and the context with it: 700"},

    FaultForm{"gpuN", "drift", "PER_SECOND", "per_second", false, "what = \"drifting\"",
              "what it does takes longer and longer, by that share with each second: 0.05"},
    FaultForm{"gpuN", "bimodal", "FACTOR", "factor", false, "what = \"bimodal\"\nshare = 0.4",
              "for two fifths of the time all takes so many times as long: 1.2"},

    FaultForm{"gpuN", "ecc", "COUNT", "value", false,
              "what = \"reading\"\nreading = \"ecc_uncorrected\"",
              "it has seen so many uncorrected errors of memory"},
    FaultForm{"gpuN", "ecc_growing", "PER_KJ", "rate", false,
              "what = \"growing\"\nreading = \"ecc_uncorrected\"\nper = \"kJ\"",
              "so many uncorrected errors of memory for each kilojoule of work"},
    FaultForm{"gpuN", "xid", "NUMBER", "number", false, "what = \"xid\"\nper = \"kJ\"\nafter = 0.1",
              "the driver reports this error in the middle of the run: 94"},

    FaultForm{"gpuN", "process", "PID", "pid", false,
              "what = \"other_process\"\nmemory_bytes = 1_073_741_824", "someone else works on it"},

    FaultForm{"driver", "status", "CODE", "status", false, "what = \"start_fails\"",
              "cuInit ends with this CUresult: 802 is a fabric that is not ready"},
    FaultForm{"driver", "hangs", "", "", false, "what = \"start_hangs\"", "cuInit never returns"},
    FaultForm{"driver", "version", "VERSION", "cuda_version", false, "what = \"driver_version\"",
              "it is made for this version of CUDA: 11080 is 11.8"},
    FaultForm{"driver", "without", "FUNCTION", "function", true, "what = \"missing_function\"",
              "it lacks this function: cuMemAlloc"},
    FaultForm{"driver", "multicast_fails", "CODE", "status", false, "what = \"multicast_fails\"",
              "memory cannot be bound to a multicast object, with this CUresult: 802"},
    FaultForm{"cublaslt", "without", "TYPE", "type", true, "what = \"missing_gemm\"",
              "cuBLASLt has no product of that type: fp8_e4m3"},
    FaultForm{"nccl", "version", "VERSION", "version", false, "what = \"nccl_version\"",
              "NCCL is of that version: 21212 is 2.12.12"},
    FaultForm{"nccl", "no_multicast", "", "", false, "what = \"no_multicast\"",
              "NVSwitch does not reduce and copy (NVLS)"},
    FaultForm{"nccl", "network", "FACTOR", "factor", false, "what = \"slow_network\"",
              "its way to other nodes has that share of its rate"},
    FaultForm{"nccl", "sockets", "", "", false, "what = \"nccl_sockets\"",
              "its plugin for EFA is not found, and it goes by TCP"},
};

std::optional<unsigned> number_of(std::string_view digits) {
  unsigned number = 0;
  const auto end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::optional<unsigned> gpu_of(std::string_view name) {
  if (!name.starts_with("gpu")) return std::nullopt;
  return number_of(name.substr(3));
}

/// The keys that say which part of the machine is meant; nothing if `subject` is not of that form.
std::optional<std::string> subject_keys(const FaultForm& form, std::string_view subject) {
  const std::string_view kind = form.subject;
  if (kind == "gpuN") {
    const auto gpu = gpu_of(subject);
    if (!gpu) return std::nullopt;
    return fmt::format("gpu = {}\n", *gpu);
  }
  if (kind == "gpuN>gpuM") {
    const std::size_t arrow = subject.find('>');
    if (arrow == std::string_view::npos) return std::nullopt;
    const std::string_view from = subject.substr(0, arrow), to = subject.substr(arrow + 1);
    const auto is_end = [](std::string_view end) { return end == "host" || gpu_of(end); };
    if (!is_end(from) || !is_end(to)) return std::nullopt;
    return fmt::format("from = \"{}\"\nto = \"{}\"\n", from, to);
  }
  return subject == kind ? std::optional<std::string>("") : std::nullopt;
}

/// A number as TOML spells it (".5" is none there); nothing if it is none.
std::optional<std::string> toml_number(std::string_view text) {
  std::uint64_t whole = 0;
  double value = 0;
  const char* const end = text.data() + text.size();
  if (!text.empty() && std::from_chars(text.data(), end, whole).ptr == end) {
    return fmt::to_string(whole);
  }
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value)) return std::nullopt;
  return fmt::format("{:#}", value);  // always with a point
}

std::string quoted(std::string_view text) {
  if (text.find_first_of("\"\\\n") != std::string_view::npos) {
    throw std::invalid_argument(
        fmt::format("\"{}\" holds a quote, a backslash or a line end", text));
  }
  return fmt::format("\"{}\"", text);
}

/// "slow_memory:gpu=3,factor=0.8"
std::string spelled_out(std::string_view typed) {
  const std::size_t colon = typed.find(':');
  std::string table = "[[fault]]\nwhat = " + quoted(typed.substr(0, colon)) + '\n';
  std::string_view rest = typed.substr(colon + 1);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view pair = rest.substr(0, comma);
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_';
    });
    if (equals == std::string_view::npos || !plain) {
      throw std::invalid_argument(
          fmt::format("--fault {}: found \"{}\", expected key=value", typed, pair));
    }
    const std::string_view value = pair.substr(equals + 1);
    const auto number = toml_number(value);
    const bool is_bool = value == "true" || value == "false";
    table += fmt::format("{} = {}\n", key,
                         number    ? *number
                         : is_bool ? std::string(value)
                                   : quoted(value));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return table;
}

}  // namespace

std::span<const FaultForm> fault_forms() { return forms; }

std::string spelling(const FaultForm& form) {
  return fmt::format("{}.{}{}{}", form.subject, form.property, *form.value == '\0' ? "" : "=",
                     form.value);
}

std::string fault_table(std::string_view typed) {
  const std::size_t equals = typed.find('=');
  const std::string_view head = typed.substr(0, equals);
  if (head.find(':') != std::string_view::npos) return spelled_out(typed);
  if (head.starts_with("nvlink.gpu")) {  // the same, the other way about
    return fault_table(
        fmt::format("{}.nvlink{}", head.substr(7), typed.substr(std::min(equals, typed.size()))));
  }
  const std::size_t dot = head.rfind('.');
  std::string near;  // forms of that property, or of that subject
  for (const FaultForm& form : forms) {
    if (dot == std::string_view::npos || head.substr(dot + 1) != form.property) continue;
    near += (near.empty() ? "" : " or ") + spelling(form);
    const auto subject = subject_keys(form, head.substr(0, dot));
    const bool has_value = equals != std::string_view::npos;
    if (!subject || has_value != (*form.value != '\0')) continue;
    std::string table = fmt::format("[[fault]]\n{}\n{}", form.fault, *subject);
    if (has_value) {
      const std::string_view value = typed.substr(equals + 1);
      const auto number = toml_number(value);
      if (!form.is_text && !number) continue;
      table += fmt::format("{} = {}\n", form.key, form.is_text ? quoted(value) : *number);
    }
    return table;
  }
  throw std::invalid_argument(fmt::format("there is no fault \"{}\"{}; --list-faults shows all",
                                          typed, near.empty() ? "" : ", expected " + near));
}

}  // namespace plumbline::virtual_node
