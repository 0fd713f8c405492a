// How other libraries of the virtual node let GPUs work together: no name of NVIDIA's.

#include <algorithm>

#include "probes/virtual_node/cuda/driver.h"
#include "probes/virtual_node/meeting.h"

using plumbline::virtual_node::CallFailed;
using plumbline::virtual_node::CudaDriver;
using plumbline::virtual_node::driver_mutex;
using plumbline::virtual_node::guarded;
using plumbline::virtual_node::HostTime;
using plumbline::virtual_node::MeetingWork;
using plumbline::virtual_node::Stream;

VIRTUAL_NODE_EXPORT std::uint64_t plumbline_meeting_open(unsigned parties) {
  std::uint64_t id = 0;
  guarded("plumbline_meeting_open",
          [&](CudaDriver& driver) { id = driver.meetings.open(parties); });
  return id;
}

VIRTUAL_NODE_EXPORT int plumbline_meeting_join(std::uint64_t meeting, int gpu, CUstream handle) {
  return guarded("plumbline_meeting_join", [&](CudaDriver& driver) {
    Stream& stream = driver.streams.at(handle);
    if (stream.context->gpu != gpu) {
      throw CallFailed(CUDA_ERROR_INVALID_CONTEXT,
                       "the stream is of gpu" + std::to_string(stream.context->gpu) +
                           ", the rank works on gpu" + std::to_string(gpu));
    }
    if (stream.context->lost) throw CallFailed(stream.context->lost->status);
    driver.meetings.join(meeting, *stream.queue);
  });
}

VIRTUAL_NODE_EXPORT void plumbline_meeting_describe(std::uint64_t meeting,
                                                    const MeetingWork* work) {
  guarded("plumbline_meeting_describe",
          [&](CudaDriver& driver) { driver.meetings.describe(meeting, *work); });
}

VIRTUAL_NODE_EXPORT void plumbline_meeting_cancel(std::uint64_t meeting) {
  guarded("plumbline_meeting_cancel", [&](CudaDriver& driver) { driver.meetings.cancel(meeting); });
}

VIRTUAL_NODE_EXPORT void plumbline_spend(double nanoseconds) {
  guarded("plumbline_spend", [&](CudaDriver&) { HostTime::spend(nanoseconds); });
}

VIRTUAL_NODE_EXPORT int plumbline_gpu_hangs(int gpu) {
  int hangs = 0;
  guarded("plumbline_gpu_hangs", [&](CudaDriver& driver) { hangs = driver.hangs(gpu) ? 1 : 0; });
  return hangs;
}

VIRTUAL_NODE_EXPORT int plumbline_current_gpu(int* device) {
  int gpu = -1;
  guarded("plumbline_current_gpu", [&](CudaDriver& driver) {
    gpu = driver.current().gpu;
    const auto& visible = driver.visible();
    *device = static_cast<int>(std::find(visible.begin(), visible.end(), gpu) - visible.begin());
  });
  return gpu;
}
