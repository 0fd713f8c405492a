// What the other libraries of the virtual node ask this one: no name of NVIDIA's.

#include "probes/virtual_node/cuda/driver.h"
#include "probes/virtual_node/gpu_state.h"
#include "probes/virtual_node/queued_work.h"

using plumbline::virtual_node::CallFailed;
using plumbline::virtual_node::CudaDriver;
using plumbline::virtual_node::driver_mutex;
using plumbline::virtual_node::explain;
using plumbline::virtual_node::GpuState;
using plumbline::virtual_node::guarded;
using plumbline::virtual_node::HostTime;
using plumbline::virtual_node::QueuedWork;
using plumbline::virtual_node::the_driver;

VIRTUAL_NODE_EXPORT int plumbline_gpu_state(int gpu, GpuState* state) {
  const std::lock_guard lock(driver_mutex());
  try {
    CudaDriver& driver = the_driver();
    if (gpu < 0 || static_cast<std::size_t>(gpu) >= driver.machine.gpus.size()) return 1;
    HostTime::begin_at(driver.simulation.now());
    HostTime::spend(driver.machine.costs.query_host);
    driver.advance_to(HostTime::now());
    *state = driver.state(gpu);
    return 0;
  } catch (const std::exception& error) {
    explain("plumbline_gpu_state", CallFailed(CUDA_ERROR_UNKNOWN, error.what()));
    return 1;
  }
}

VIRTUAL_NODE_EXPORT CUresult plumbline_queue_work(CUstream stream, const QueuedWork* work) {
  return guarded("plumbline_queue_work",
                 [&](CudaDriver& driver) { driver.queue_work(driver.stream(stream), *work); });
}

VIRTUAL_NODE_EXPORT int plumbline_gpu_of(CUstream stream) {
  int gpu = -1;
  guarded("plumbline_gpu_of",
          [&](CudaDriver& driver) { gpu = driver.stream(stream).context->gpu; });
  return gpu;
}
