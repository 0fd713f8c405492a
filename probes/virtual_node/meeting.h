#pragma once

#include <cstddef>
#include <cstdint>

namespace plumbline::virtual_node {

/// What work of several GPUs takes of one of them while it is under way, in all.
struct MeetingLoad {
  int gpu;
  double link_out_bytes, link_in_bytes;
  double memory_seconds, compute_seconds;
};

/// Memory that it reads or writes: must lie in one allocation of that GPU.
struct MeetingAccess {
  int gpu;
  const void* address;
  std::size_t bytes;
  bool write;
};

/// Work that several GPUs do together (a collective of NCCL's): it begins when the stream of each
/// has come to it, and ends for all at once. Other libraries of the virtual node queue it by the C
/// functions that the virtual libcuda.so.1 exports, found by linking against it:
///
///   std::uint64_t plumbline_meeting_open(unsigned parties);
///     `parties` streams of this process will join.
///   int plumbline_meeting_join(std::uint64_t meeting, int gpu, CUstream stream);
///     Queues a part; 0, or a CUresult if the stream is none of that GPU.
///   void plumbline_meeting_describe(std::uint64_t meeting, const MeetingWork* work);
///     What it is, once all that takes part is known; at the latest before the last one joins.
///   void plumbline_meeting_cancel(std::uint64_t meeting);
///     Whoever waits goes on, and nothing is done.
///   void plumbline_spend(double nanoseconds);
///     Of the time of this thread of the host.
///   int plumbline_gpu_hangs(int gpu);
///     1 if work on that GPU never ends, so that nothing that waits for it does.
///   int plumbline_current_gpu(int* device);
///     Whose context is current on this thread, or -1; and as which device the driver counts it.
struct MeetingWork {
  double latency_ns;
  double bytes;        ///< flow from then on ...
  double bytes_per_s;  ///< ... at most so fast
  const MeetingLoad* loads;
  std::size_t load_count;
  const MeetingAccess* accesses;
  std::size_t access_count;
  /// Work with the same key, between writes to what it accesses, is done once and only timed;
  /// nothing: always done.
  const void* key;
  std::size_t key_bytes;
  int hangs;     ///< never ends, until it is cancelled
  int lost_gpu;  ///< where it hangs: the GPU whose context it ends, with `status`; or -1
  int status;
  /// Null: all who take part are in this process. Asked again and again, in real time, from when
  /// those of this process have come (at `arrived_ns`): the virtual time at which the last of all
  /// came, or less than 0 as long as that is not known.
  double (*others)(void* data, double arrived_ns);
  void (*act)(void* data);    ///< moves the data, at its end
  void (*ended)(void* data);  ///< always at its end, after act
  void (*drop)(void* data);   ///< ends `data`; the last of all, also where it was cancelled
  void* data;
};

}  // namespace plumbline::virtual_node
