#include "probes/gpu/pinned_on_node.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "probes/node/placement.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace plumbline {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

/// Makes every page real.
void populate(std::span<std::byte> memory) {
  if (::madvise(memory.data(), memory.size(), MADV_POPULATE_WRITE) == 0) return;
  if (errno != EINVAL) {
    throw std::system_error(errno, std::generic_category(),
                            fmt::format("cannot get {} bytes of memory", memory.size()));
  }
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (std::size_t at = 0; at < memory.size(); at += page) {
    *const_cast<volatile std::byte*>(&memory[at]) = std::byte{0};
  }
}

Mapping placed(std::size_t bytes, std::optional<unsigned> node) {
  Mapping mapping(bytes, huge_page, /*from_pool=*/false);
  const std::span<std::byte> memory = mapping.bytes();
  // Fewer pages to page-lock; where the kernel has no huge ones, as many as there are.
  ::madvise(memory.data(), memory.size(), MADV_HUGEPAGE);
  if (node) bind_to_node(memory, *node);
  populate(memory);
  if (node) check_placement(memory, *node);
  return mapping;
}

}  // namespace

PinnedOnNode::PinnedOnNode(std::shared_ptr<const Workbench> owner, std::size_t bytes,
                           std::optional<unsigned> node)
    : owner_(std::move(owner)),
      node_(node),
      mapping_(placed(bytes, node)),
      pinned_(owner_->context, mapping_.bytes()) {}

bool PinnedOnNode::usable() const {
  if (owner_->context.is_given_up()) return false;
  std::size_t free = 0, total = 0;
  return owner_->context.call().memory_info.status(&free, &total) == cuda::Status::success;
}

}  // namespace plumbline
