#pragma once

#include "probes/gpu/workbench.h"

namespace plumbline {

/// Holds up a stream while the host queues what shall run without a gap: a kernel of one thread
/// that looks at a word of the host's memory until the host sets it.
///
/// While a gate is closed nothing may be done that waits for the GPU: no memory given back, no
/// kernel launched that was not launched before (its code would be loaded then, which waits), and
/// no more queued than the driver takes without waiting (most_queued). CUDA_LAUNCH_BLOCKING turns a
/// gate into a hang; find_gpus takes it out of the environment, and without that a gate refuses.
class Gate {
 public:
  /// What may be queued behind a closed gate, in all streams together.
  static constexpr unsigned most_queued = 128;
  /// After so long a gate opens by itself, and the sample is void.
  static constexpr double limit_s = 10;

  /// The bench must outlive it, and have the device code of transfer.cu. Throws VendorError, and
  /// std::runtime_error where launches block.
  explicit Gate(const Workbench& bench);

  /// Everything queued in the stream from now on waits. The gate must be open.
  void close(const cuda::Stream& stream);
  void open();
  /// To be called when what waited is done: throws if the gate opened by itself.
  void check() const;

 private:
  unsigned& latch() const { return words_.as<unsigned>()[0]; }
  unsigned& expired() const { return words_.as<unsigned>()[1]; }

  const Workbench& bench_;
  cuda::PinnedMemory words_;
  cuda::DeviceAddress address_;
  cuda::Kernel hold_;
};

}  // namespace plumbline
