#include "probes/node/placement.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <system_error>

namespace plumbline {
namespace {

constexpr std::size_t most_samples = 32'768;
constexpr std::size_t sample_step = std::size_t{2} << 20;

// From linux/mempolicy.h, which libc headers do not bring along.
constexpr int mpol_bind = 2;

[[noreturn]] void fail(const char* call, const std::string& what) {
  const int reason = errno;
  const char* const remedy =
      reason == EPERM ? " (a container must be given CAP_SYS_NICE for it)" : "";
  throw std::system_error(reason, std::generic_category(),
                          fmt::format("{} {}{}", call, what, remedy));
}

/// "10 on numa0, 2 not there".
std::string describe(const std::map<int, std::size_t>& counts) {
  std::string text;
  for (const auto& [node, count] : counts) {
    if (!text.empty()) text += ", ";
    text += node >= 0
                ? fmt::format("{} on numa{}", count, node)
                : fmt::format("{} unknown ({})", count, std::generic_category().message(-node));
  }
  return text;
}

}  // namespace

std::vector<int> page_nodes(std::span<void* const> pages) {
  std::vector<int> nodes(pages.size());
  if (::syscall(SYS_move_pages, 0, pages.size(), pages.data(), nullptr, nodes.data(), 0) < 0) {
    fail("move_pages", "cannot tell where pages lie");
  }
  return nodes;
}

void bind_to_node(std::span<std::byte> memory, unsigned node) {
  constexpr unsigned word_bits = sizeof(unsigned long) * CHAR_BIT;
  std::vector<unsigned long> mask(node / word_bits + 1);
  mask[node / word_bits] |= 1UL << node % word_bits;
  // The kernel takes the number of bits less one.
  const unsigned long bits = mask.size() * word_bits + 1;
  if (::syscall(SYS_mbind, memory.data(), memory.size(), mpol_bind, mask.data(), bits, 0) != 0) {
    fail("mbind", fmt::format("cannot bind {} bytes to numa{}", memory.size(), node));
  }
}

void check_placement(std::span<std::byte> memory, unsigned node, const PageNodes& where) {
  const std::size_t step =
      std::max(sample_step, memory.size() / most_samples / sample_step * sample_step);
  std::vector<void*> pages;
  for (std::size_t at = 0; at < memory.size(); at += step) pages.push_back(&memory[at]);
  if (!memory.empty()) pages.push_back(&memory.back());

  std::map<int, std::size_t> elsewhere;
  std::size_t misplaced = 0;
  for (const int found : where(pages)) {
    if (found == static_cast<int>(node)) continue;
    ++elsewhere[found];
    ++misplaced;
  }
  if (misplaced != 0) {
    throw std::runtime_error(fmt::format("{} of {} sampled pages do not lie on numa{}: {}",
                                         misplaced, pages.size(), node, describe(elsewhere)));
  }
}

}  // namespace plumbline
