#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace plumbline::virtual_node {

/// The sizes in bytes of a kernel's parameters, in order.
using ParameterSizes = std::vector<unsigned>;

/// The kernels of an image, by name.
using ShippedKernels = std::map<std::string, ParameterSizes>;

/// What an image shipped by a program holds for one architecture (90 for sm_90): the names of its
/// kernels and the sizes of their parameters, read from the cubin in the fatbin that the driver of
/// such a GPU, made for `cuda_version` (12040), would take: the newest of the same generation that
/// is not newer than the GPU and was made for its CUDA or an older one. Nothing if there is none.
/// The layout is not documented; it was read from the output of nvcc 13.0, and it is that of images
/// stored plain (--compress-mode=none). Throws std::runtime_error for an image that is no fatbin.
std::optional<ShippedKernels> read_fatbin(const void* image, unsigned architecture,
                                          int cuda_version);

/// Whether an image begins like a fatbin.
bool is_fatbin(const void* image);

}  // namespace plumbline::virtual_node
