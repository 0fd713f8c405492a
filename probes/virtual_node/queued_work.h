#pragma once

#include <cstddef>

#include "probes/virtual_node/simt/kernel_table.h"

namespace plumbline::virtual_node {

/// A kernel of another library of the virtual node (cuBLASLt's), to be queued in a stream of the
/// virtual libcuda.so.1. That exports, found by dlsym:
///
///   CUresult plumbline_queue_work(CUstream stream, const QueuedWork* work);
///   int plumbline_gpu_of(CUstream stream);
///
/// The second says which GPU of the machine file a stream belongs to, and -1 where the stream is
/// none, or of a context that is not current.
struct QueuedWork {
  const char* name;  ///< for messages
  /// What it reads and writes: checked when it runs, and decisive for how long it takes at least.
  const Access* accesses;
  std::size_t access_count;
  double compute_seconds;  ///< at the highest clock, with all multiprocessors to itself
  double core_watts;       ///< drawn meanwhile
  /// Work with the same key, between writes to what it accesses, is done once and only timed.
  const void* key;
  std::size_t key_bytes;
  /// Does it, at its end in the stream; then `drop` (also where it is never done) ends `data`.
  void (*act)(void* data);
  void (*drop)(void* data);
  void* data;
};

}  // namespace plumbline::virtual_node
