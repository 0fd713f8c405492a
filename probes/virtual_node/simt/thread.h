#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>

namespace plumbline::virtual_node {

struct Extent {
  unsigned x = 1, y = 1, z = 1;
  std::size_t count() const { return std::size_t{x} * y * z; }
};

/// The device thread that runs now: what a kernel's source reads as threadIdx and so on.
struct DeviceThread {
  Extent thread, block, block_size, grid_size;
  unsigned number = 0;  ///< within its block

  unsigned lane() const { return number % 32; }
};
const DeviceThread& this_thread();

/// The kernel did something that a GPU would not get over: the message names kernel, block, thread.
class LaunchFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs every thread of a grid, block after block on this thread of the host. Threads of a block
/// run one after another until one waits for others; then it keeps its stack and the next runs.
/// Races between blocks are not found. Throws LaunchFailure if threads wait for each other for
/// ever.
void run_grid(const char* kernel, Extent grid, Extent block, const std::function<void()>& body);

/// __syncthreads()
void block_barrier();

/// One value per lane: what the others of the warp gave.
struct WarpValues {
  std::uint64_t of_lane[32];
};
/// Waits until every lane of `mask` has given its value; `mask` holds the caller.
WarpValues exchange(unsigned mask, std::uint64_t value);

/// The time that a kernel reads, in nanoseconds: it passes by dependent loads, and by asking for a
/// word that is not set: a tenth of a second each time.
struct DeviceClock {
  double now = 0;
  double per_dependent_load = 0;
};
DeviceClock& device_clock();

}  // namespace plumbline::virtual_node
