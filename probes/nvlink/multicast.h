#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "probes/gpu/workbench.h"
#include "probes/harness/plan.h"
#include "probes/vendor/cuda_multicast.h"

namespace plumbline::nvlink {

/// Why the GPUs of a machine cannot reach each other's memory through a multicast object; empty:
/// nothing is known that speaks against it.
std::string no_multicast(const cuda::Driver& driver, const std::vector<CudaGpu>& gpus);

/// Memory of several GPUs, bound to one multicast object of theirs: what one of them writes there
/// arrives in the memory of all, and what it reads there is the sum of what all hold. NVSwitch
/// copies and adds, so that the one sends or receives each byte once.
class MulticastTeam {
 public:
  /// `bytes` of each GPU, and as much more as the driver's granularity asks for. Throws Skip where
  /// the driver does not offer it here, and what else goes wrong, with the GPU's name.
  MulticastTeam(std::vector<std::shared_ptr<const Workbench>> benches, std::size_t bytes);
  MulticastTeam(const MulticastTeam&) = delete;
  MulticastTeam& operator=(const MulticastTeam&) = delete;

  struct Member {
    std::shared_ptr<const Workbench> bench;
    std::unique_ptr<cuda::Module> code;            ///< of multicast.cu
    std::unique_ptr<cuda::PhysicalMemory> memory;  ///< its own
    std::unique_ptr<cuda::Mapping> mapping;        ///< where it reaches that
  };
  const std::vector<Member>& members() const { return members_; }
  std::size_t bytes() const { return bytes_; }  ///< without what the granularity added
  /// For the instructions that are made for it, and no others.
  cuda::DeviceAddress address() const { return mapping_->address(); }

  /// Lays the numbers that are summed, if other things lie there; to be called before a sum is read
  /// and after each write.
  void lay_numbers();
  void overwritten() { holds_numbers_ = false; }

 private:
  void bind();

  std::size_t bytes_;
  // In this order: given back is the last first.
  std::vector<Member> members_;
  std::unique_ptr<cuda::MulticastObject> object_;
  std::vector<std::unique_ptr<cuda::MulticastBinding>> bindings_;
  std::unique_ptr<cuda::Mapping> mapping_;
  bool holds_numbers_ = false;
};

/// A team that is made when the first case asks for it. What prevents it once does so for all.
class SharedTeam {
 public:
  SharedTeam(std::vector<std::shared_ptr<SharedWorkbench>> benches, std::size_t bytes)
      : benches_(std::move(benches)), bytes_(bytes) {}

  std::shared_ptr<MulticastTeam> get();

 private:
  std::vector<std::shared_ptr<SharedWorkbench>> benches_;
  std::size_t bytes_;
  std::shared_ptr<MulticastTeam> made_;
  std::exception_ptr prevented_;
};

/// The member number `one` writes what lies in `source`, of its own memory, to the memory of all.
Prepared prepare_multicast_write(const std::shared_ptr<MulticastTeam>& team, std::size_t one,
                                 cuda::DeviceAddress source);
/// It reads the sum of all into `result`, of its own memory.
Prepared prepare_multicast_reduce(const std::shared_ptr<MulticastTeam>& team, std::size_t one,
                                  cuda::DeviceAddress result);

}  // namespace plumbline::nvlink
