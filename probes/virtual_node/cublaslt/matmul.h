#pragma once

#include <cublasLt.h>

#include <vector>

#include "probes/virtual_node/cublaslt/objects.h"

namespace plumbline::virtual_node {

/// One product as a program described it.
struct MatmulCall {
  const MatmulDescription& matmul;
  const MatrixLayout &a, &b, &c, &d;
};

/// The name of a product's type in machine files; throws "not supported" for what cuBLASLt does not
/// multiply, or what the machine's GPUs cannot.
std::string type_of(const CublasLt& library, const MatmulCall& call);

/// Several algorithms, in the order of what the library believes: the first is not the fastest.
std::vector<cublasLtMatmulHeuristicResult_t> candidates(const CublasLt& library,
                                                        const MatmulCall& call,
                                                        const MatmulPreference& preference);

/// An attribute of one of them.
std::int32_t configuration(const cublasLtMatmulAlgo_t& algorithm,
                           cublasLtMatmulAlgoConfigAttributes_t attribute);

/// What is beside the descriptions in a call.
struct MatmulArguments {
  const void *alpha, *a, *b, *beta, *c;
  void* d;
  const cublasLtMatmulAlgo_t* algorithm;
  void* workspace;
  std::size_t workspace_bytes;
  void* stream;
};

/// Checks everything and queues the product in the stream.
void queue_matmul(CublasLt& library, const MatmulCall& call, const MatmulArguments& arguments);

}  // namespace plumbline::virtual_node
