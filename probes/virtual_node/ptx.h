#pragma once

#include "probes/virtual_node/fatbin.h"

namespace plumbline::virtual_node {

/// What a program ships as PTX, for the driver to compile.
struct ShippedPtx {
  int cuda_version = 0;       ///< 12010: drivers before that refuse it
  unsigned architecture = 0;  ///< 80 of sm_80: GPUs before that cannot run it
  ShippedKernels kernels;
};

/// Reads PTX, a text that ends with a zero byte. Throws std::runtime_error for what is none.
ShippedPtx read_ptx(const char* text);

}  // namespace plumbline::virtual_node
