#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/gpu/gate.h"
#include "probes/gpu/workbench.h"
#include "probes/harness/data_checks.h"

namespace plumbline {

/// What moves the data: a copy engine, or the multiprocessors with a kernel.
enum class Mover { engine, kernel };

/// Data to be moved from one memory to another, again and again.
struct Transfer {
  std::string subject;  ///< "gpu0>gpu1", for messages
  std::string origin;   ///< names what is moved: the same for the same source, "gpu0"
  std::shared_ptr<const Workbench> mover;        ///< the GPU that does it
  std::shared_ptr<const Workbench> source;       ///< the GPU that writes what is moved
  std::shared_ptr<const Workbench> destination;  ///< the GPU that checks what came
  Mover by = Mover::engine;
  cuda::DeviceAddress from = 0;
  cuda::DeviceAddress to = 0;
  std::size_t bytes = 0;  ///< a multiple of 16
  /// Where what is found is remembered, and whose data these are there.
  std::shared_ptr<DataChecks> checks;
  std::string whose;
  std::vector<std::shared_ptr<const void>> keeps;  ///< memory and access, as long as it is needed
};

/// Says what is moved when it is to be made ready; throws what prevents it.
using MakeTransfer = std::function<Transfer()>;

/// Memory of the GPU of a bench. What goes wrong names the GPU.
std::shared_ptr<const cuda::DeviceMemory> allocate_on(const Workbench& bench, std::size_t bytes);

/// Transfers that are timed together: they start at one moment, behind a gate, and each has a
/// stream of its own. Each is first done once and looked at where the data went, so that a path
/// that loses data is never said to be fast; one that fails is left out and the others go on.
class TransferGroup {
 public:
  /// The benches have the device code of transfer.cu. Throws Skip, and what concerns all of them;
  /// what prevents one leaves it out.
  explicit TransferGroup(const std::vector<MakeTransfer>& transfers);
  ~TransferGroup();

  /// Seconds of one round: of all from the common start to the last end, and of each alone from its
  /// own start to its own end; 0 for one that is left out.
  struct Times {
    double all = 0;
    std::vector<double> each;
  };
  /// Calls `meanwhile` while they run. Throws Hung, which names who did not end, and gives up the
  /// GPUs concerned.
  Times once(const std::function<void()>& meanwhile = {});

  /// Throws if this transfer was left out; afterwards, if what lies at its destination since the
  /// last once() is wrong.
  void require(std::size_t transfer) const;
  void verify(std::size_t transfer);

  std::size_t size() const { return lanes_.size(); }
  unsigned rounds() const { return rounds_; }

 private:
  class Lane;

  void choose_rounds();
  void wait(const cuda::Event& end);
  /// Throws if a lane has ended in an error that its GPU does not get over.
  void look_for_failure();
  Lane& first();

  std::vector<std::unique_ptr<Lane>> lanes_;  ///< null: left out
  std::vector<std::string> failures_;         ///< why
  std::unique_ptr<Gate> gate_;                ///< of the first that is not left out
  std::unique_ptr<cuda::Event> end_;
  unsigned rounds_ = 1;
};

}  // namespace plumbline
