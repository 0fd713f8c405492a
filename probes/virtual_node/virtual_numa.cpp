// The part of the library that is loaded first which lets a machine have more NUMA nodes than this
// host: where the kernel refuses to bind memory to a node, it is taken as bound, and whoever asks
// where its pages lie is told that node. What the kernel can do, it does.

#include <dlfcn.h>
#include <sys/syscall.h>

#include <array>
#include <climits>
#include <cstdarg>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

namespace {

using Syscall = long(long, ...);
using Arguments = std::array<long, 6>;

long real(long number, const Arguments& a) {
  static auto* call = reinterpret_cast<Syscall*>(::dlsym(RTLD_NEXT, "syscall"));
  return call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

struct Bound {
  std::uintptr_t end;
  int node;
};

std::mutex mutex;
std::map<std::uintptr_t, Bound>& bound() {
  static std::map<std::uintptr_t, Bound> ranges;  // by where they begin
  return ranges;
}

std::optional<int> first_node(const unsigned long* mask, unsigned long bits) {
  constexpr unsigned word_bits = sizeof(unsigned long) * CHAR_BIT;
  for (unsigned long bit = 0; mask != nullptr && bit + 1 < bits; ++bit) {
    if ((mask[bit / word_bits] >> bit % word_bits & 1) != 0) return static_cast<int>(bit);
  }
  return std::nullopt;
}

/// mbind(address, bytes, mode, mask, bits, flags)
long bind(const Arguments& a) {
  const auto from = static_cast<std::uintptr_t>(a[0]);
  const auto bytes = static_cast<std::uintptr_t>(a[1]);
  const std::lock_guard lock(mutex);
  auto& ranges = bound();
  const auto after = ranges.lower_bound(from + bytes);
  auto first = ranges.upper_bound(from);
  if (first != ranges.begin() && std::prev(first)->second.end > from) --first;
  ranges.erase(first, after);
  const long status = real(SYS_mbind, a);
  if (status == 0) return 0;
  const auto node =
      first_node(reinterpret_cast<const unsigned long*>(a[3]), static_cast<unsigned long>(a[4]));
  if (!node) return status;
  ranges[from] = {from + bytes, *node};
  return 0;
}

/// move_pages(process, count, pages, nodes, status, flags): without nodes it says where pages lie.
long pages(const Arguments& a) {
  const auto count = static_cast<std::size_t>(a[1]);
  void* const* page = reinterpret_cast<void* const*>(a[2]);
  int* status = reinterpret_cast<int*>(a[4]);
  if (a[3] != 0) return real(SYS_move_pages, a);
  const std::lock_guard lock(mutex);
  for (std::size_t i = 0; i < count; ++i) {
    const auto address = reinterpret_cast<std::uintptr_t>(page[i]);
    auto range = bound().upper_bound(address);
    if (range == bound().begin() || std::prev(range)->second.end <= address) {
      return real(SYS_move_pages, a);  // no memory of ours
    }
    status[i] = std::prev(range)->second.node;
  }
  return 0;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) long syscall(long number, ...) noexcept {
  Arguments arguments{};
  va_list list;
  va_start(list, number);
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  if (number == SYS_mbind) return bind(arguments);
  if (number == SYS_move_pages) return pages(arguments);
  return real(number, arguments);
}
