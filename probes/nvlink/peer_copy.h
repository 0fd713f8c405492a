#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probes/gpu/chase.h"
#include "probes/gpu/joint_measurement.h"
#include "probes/gpu/transfer.h"
#include "probes/gpu/workbench.h"
#include "probes/harness/plan.h"

namespace plumbline::nvlink {

/// Access of one GPU to another's memory, with the contexts that it is between.
struct Access {
  Access(std::shared_ptr<const Workbench> the_one, std::shared_ptr<const Workbench> the_other)
      : one(std::move(the_one)),
        other(std::move(the_other)),
        access(one->context, other->context) {}

  std::shared_ptr<const Workbench> one, other;
  cuda::PeerAccess access;
};

/// Memory of a GPU, with the context that it belongs to.
struct Buffer {
  std::shared_ptr<const Workbench> bench;
  std::shared_ptr<const cuda::DeviceMemory> memory;
};

/// Who moves the data between two GPUs.
enum class Side { source, destination };

/// What the copies between GPUs share: memory, access, and the stage on which one test is at a
/// time.
class PeerCopies {
 public:
  std::shared_ptr<TransferStage> stage = std::make_shared<TransferStage>();
  /// What was found in the destinations, by pair: "gpu0>gpu1".
  std::shared_ptr<DataChecks> checks = std::make_shared<DataChecks>();

  /// Memory of a GPU that nobody else has; it is free again when the last reference ends. To
  /// allocate it anew for each case would take longer than what is measured.
  std::shared_ptr<const Buffer> buffer(const std::shared_ptr<const Workbench>& bench,
                                       std::size_t bytes);

  /// Mapping a peer's memory takes time: once for each ordered pair.
  std::shared_ptr<const Access> access(const std::shared_ptr<const Workbench>& from,
                                       const std::shared_ptr<const Workbench>& to);

  /// Takes both GPUs' access to each other away, until it is asked for again. Ends what is on the
  /// stage.
  void end_access(const std::string& one, const std::string& other);

  /// The chain in the memory of a GPU; that of the last one is kept.
  std::shared_ptr<const Chain> chain(const std::shared_ptr<const Workbench>& owner,
                                     std::uint64_t bytes);

  Transfer transfer(const std::shared_ptr<const Workbench>& from,
                    const std::shared_ptr<const Workbench>& to, Side side, Mover by,
                    std::size_t bytes);

 private:
  std::map<std::string, std::vector<std::shared_ptr<const Buffer>>> buffers_;  ///< by subject
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const Access>> accesses_;
  std::shared_ptr<const std::vector<unsigned>> ring_;
  std::string chain_owner_;
  std::shared_ptr<const Chain> chain_;
};

/// A copy from GPU to GPU without access of one to the other: the driver moves it by way of the
/// host. It is not timed behind a gate: in how many pieces, and by whose hand, is the driver's.
Prepared prepare_staged(PeerCopies& copies, std::shared_ptr<const Workbench> from,
                        std::shared_ptr<const Workbench> to, std::size_t bytes);

/// What copies of a kind of pairs come to without peer access, once that was measured.
struct Contrast {
  std::string pair;  ///< "gpu0>gpu1"
  std::optional<double> bytes_per_s;
};

/// The copy of a pair, with a word in the note and a flag (like_staged) if it is not clearly faster
/// than the contrast: then peer access is not what moves it. `bytes`: of one call.
Prepare contrasted(Prepare prepare, double bytes, std::shared_ptr<const Contrast> contrast);
/// The contrast itself, kept.
Prepare kept_as(Prepare prepare, double bytes, std::shared_ptr<Contrast> contrast);

}  // namespace plumbline::nvlink
