#pragma once

#include <cstddef>
#include <span>

namespace plumbline {

/// The device code of transfer.cu, for a workbench of a probe that moves data; empty where this was
/// built without a compiler for it.
std::span<const std::byte> transfer_code();

}  // namespace plumbline
