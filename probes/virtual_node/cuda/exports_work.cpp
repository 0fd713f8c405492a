// Streams, events, modules and launches.

#include "probes/virtual_node/cuda/driver.h"
#include "probes/virtual_node/ptx.h"

// cuda.h makes this name another one; drivers export both.
#undef cuEventElapsedTime

using plumbline::virtual_node::CallFailed;
using plumbline::virtual_node::CudaDriver;
using plumbline::virtual_node::Event;
using plumbline::virtual_node::Extent;
using plumbline::virtual_node::Function;
using plumbline::virtual_node::guarded;
using plumbline::virtual_node::host_kernel;
using plumbline::virtual_node::HostKernel;
using plumbline::virtual_node::HostTime;
using plumbline::virtual_node::Module;
using plumbline::virtual_node::Moment;
using plumbline::virtual_node::ShippedKernels;
using plumbline::virtual_node::Stream;

VIRTUAL_NODE_EXPORT CUresult cuStreamCreate(CUstream* handle, unsigned flags) {
  return guarded("cuStreamCreate", [&](CudaDriver& driver) {
    if ((flags & CU_STREAM_NON_BLOCKING) == 0) {
      throw CallFailed(CUDA_ERROR_NOT_SUPPORTED,
                       "a stream that waits for the default stream is not modelled");
    }
    *handle = driver.streams.add({&driver.current(), &driver.simulation.add_queue()});
  });
}

VIRTUAL_NODE_EXPORT CUresult cuStreamDestroy_v2(CUstream handle) {
  return guarded("cuStreamDestroy", [&](CudaDriver& driver) {
    Stream& stream = driver.stream(handle);
    driver.drain(stream);
    driver.simulation.remove(*stream.queue);
    driver.streams.remove(handle);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuStreamSynchronize(CUstream handle) {
  return guarded("cuStreamSynchronize",
                 [&](CudaDriver& driver) { driver.drain(driver.stream(handle)); });
}

VIRTUAL_NODE_EXPORT CUresult cuStreamQuery(CUstream handle) {
  return guarded("cuStreamQuery", [&](CudaDriver& driver) {
    const Stream& stream = driver.stream(handle);
    if (!driver.poll(stream.queue, [&] { return stream.queue->empty(); })) {
      throw CallFailed(CUDA_ERROR_NOT_READY);
    }
  });
}

VIRTUAL_NODE_EXPORT CUresult cuStreamWaitEvent(CUstream handle, CUevent event, unsigned) {
  return guarded("cuStreamWaitEvent", [&](CudaDriver& driver) {
    driver.wait_event(driver.stream(handle), driver.events.at(event));
  });
}

VIRTUAL_NODE_EXPORT CUresult cuEventCreate(CUevent* handle, unsigned) {
  return guarded("cuEventCreate", [&](CudaDriver& driver) {
    *handle = driver.events.add({&driver.current(), nullptr});
  });
}

VIRTUAL_NODE_EXPORT CUresult cuEventDestroy_v2(CUevent handle) {
  return guarded("cuEventDestroy", [&](CudaDriver& driver) { driver.events.remove(handle); });
}

VIRTUAL_NODE_EXPORT CUresult cuEventRecord(CUevent handle, CUstream stream) {
  return guarded("cuEventRecord", [&](CudaDriver& driver) {
    driver.record(driver.stream(stream), driver.events.at(handle));
  });
}

VIRTUAL_NODE_EXPORT CUresult cuEventQuery(CUevent handle) {
  return guarded("cuEventQuery", [&](CudaDriver& driver) {
    const Event& event = driver.events.at(handle);
    const Moment* moment = event.recorded.get();
    if (!driver.poll(moment, [&] { return moment == nullptr || moment->reached; })) {
      throw CallFailed(CUDA_ERROR_NOT_READY);
    }
  });
}

VIRTUAL_NODE_EXPORT CUresult cuEventSynchronize(CUevent handle) {
  return guarded("cuEventSynchronize", [&](CudaDriver& driver) {
    const Event& event = driver.events.at(handle);
    driver.current();
    if (event.recorded) driver.wait_for(*event.context, *event.recorded);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  return guarded("cuEventElapsedTime", [&](CudaDriver& driver) {
    const Event& from = driver.events.at(start);
    const Event& to = driver.events.at(end);
    driver.current();
    if (from.context != to.context || !from.recorded || !to.recorded) {
      throw CallFailed(CUDA_ERROR_INVALID_HANDLE,
                       "both events must be of one context and recorded");
    }
    if (!from.recorded->reached || !to.recorded->reached) throw CallFailed(CUDA_ERROR_NOT_READY);
    *milliseconds = static_cast<float>((to.recorded->at - from.recorded->at) * 1e-6);
  });
}

namespace {

/// The kernels of an image, a fatbin or PTX, that a driver of this machine takes.
ShippedKernels kernels_of(const void* image, const plumbline::virtual_node::Machine& machine) {
  namespace node = plumbline::virtual_node;
  const std::string version = std::to_string(machine.cuda_version);
  try {
    if (node::is_fatbin(image)) {
      auto kernels = node::read_fatbin(image, machine.model.capability, machine.cuda_version);
      if (kernels) return std::move(*kernels);
      throw CallFailed(CUDA_ERROR_NO_BINARY_FOR_GPU, "the image has no plain cubin for sm_" +
                                                         std::to_string(machine.model.capability) +
                                                         " of CUDA " + version + " or older");
    }
    node::ShippedPtx ptx = node::read_ptx(static_cast<const char*>(image));
    if (ptx.cuda_version > machine.cuda_version) {
      throw CallFailed(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the PTX is of CUDA " +
                                                               std::to_string(ptx.cuda_version) +
                                                               ", the driver of CUDA " + version);
    }
    if (ptx.architecture > machine.model.capability) {
      throw CallFailed(CUDA_ERROR_NO_BINARY_FOR_GPU,
                       "the PTX is for sm_" + std::to_string(ptx.architecture));
    }
    return std::move(ptx.kernels);
  } catch (const std::runtime_error& error) {
    throw CallFailed(CUDA_ERROR_INVALID_IMAGE, error.what());
  }
}

}  // namespace

VIRTUAL_NODE_EXPORT CUresult cuModuleLoadDataEx(CUmodule* handle, const void* image, unsigned,
                                                CUjit_option*, void**) {
  return guarded("cuModuleLoadDataEx", [&](CudaDriver& driver) {
    auto& context = driver.current();
    *handle = driver.modules.add({&context, kernels_of(image, driver.machine), {}});
  });
}

VIRTUAL_NODE_EXPORT CUresult cuModuleLoadData(CUmodule* handle, const void* image) {
  return cuModuleLoadDataEx(handle, image, 0, nullptr, nullptr);
}

VIRTUAL_NODE_EXPORT CUresult cuModuleUnload(CUmodule handle) {
  return guarded("cuModuleUnload", [&](CudaDriver& driver) {
    const Module& module = driver.modules.at(handle);
    driver.drain(*module.context);
    driver.modules.remove(handle);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuModuleGetFunction(CUfunction* handle, CUmodule module_handle,
                                                 const char* name) {
  return guarded("cuModuleGetFunction", [&](CudaDriver& driver) {
    Module& module = driver.modules.at(module_handle);
    const auto shipped = module.kernels.find(name);
    if (shipped == module.kernels.end()) {
      throw CallFailed(CUDA_ERROR_NOT_FOUND, std::string("the image has no kernel ") + name);
    }
    const HostKernel& kernel = host_kernel(name);
    if (kernel.run == nullptr || kernel.declare == nullptr) {
      throw CallFailed(CUDA_ERROR_NOT_FOUND, kernel.name +
                                                 " lacks its KERNEL or TRAFFIC here: is "
                                                 "its source a part of this library?");
    }
    if (kernel.parameter_sizes != shipped->second) {
      throw CallFailed(CUDA_ERROR_INVALID_IMAGE,
                       "the parameters of " + kernel.name +
                           " in the image and in its source here differ in size or number");
    }
    auto& function = module.functions[name];
    if (!function) function = std::make_unique<Function>(Function{&module, &kernel});
    *handle = reinterpret_cast<CUfunction>(function.get());
  });
}

VIRTUAL_NODE_EXPORT CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y,
                                            unsigned grid_z, unsigned block_x, unsigned block_y,
                                            unsigned block_z, unsigned shared_bytes,
                                            CUstream stream, void** parameters, void** extra) {
  return guarded("cuLaunchKernel", [&](CudaDriver& driver) {
    if (shared_bytes != 0 || extra != nullptr) {
      throw CallFailed(CUDA_ERROR_NOT_SUPPORTED,
                       "dynamic shared memory and packed parameters are not modelled");
    }
    driver.launch(driver.stream(stream), driver.function(function), {grid_x, grid_y, grid_z},
                  {block_x, block_y, block_z}, parameters);
  });
}
