#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace plumbline {

/// The NUMA node that each page lies on, or a negative errno (-ENOENT: it lies nowhere yet). Pages
/// are given by an address in each.
using PageNodes = std::function<std::vector<int>(std::span<void* const> pages)>;

/// Asks the kernel (move_pages). Throws std::system_error, for example where a container forbids
/// it.
std::vector<int> page_nodes(std::span<void* const> pages);

/// Pages of `memory` that are touched from now on come from `node` and from nowhere else (mbind).
/// Throws std::system_error.
void bind_to_node(std::span<std::byte> memory, unsigned node);

/// Looks up where pages lie, evenly spaced and at least one in every 2 MiB up to 64 GiB. Throws
/// std::runtime_error that says how many lie where, if any lies elsewhere than on `node`.
void check_placement(std::span<std::byte> memory, unsigned node,
                     const PageNodes& where = page_nodes);

}  // namespace plumbline
