#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "probes/gpu/check_report.h"
#include "probes/gpu/workbench.h"

namespace plumbline {

/// A seed that follows from a text, so that data of another origin are recognised.
unsigned long long place_seed(std::string_view text);

/// Fills memory of a GPU, a multiple of 16 bytes, with what follows from each place and a seed.
/// Returns when it is done.
void fill_places(const Workbench& bench, cuda::DeviceAddress memory, std::size_t bytes,
                 unsigned long long seed);

/// Looks at memory that fill_places filled, or that was copied from such, on the GPU that it is of.
class PlaceCheck {
 public:
  /// `subject` is for messages. The bench has the device code of transfer.cu.
  PlaceCheck(std::shared_ptr<const Workbench> bench, cuda::DeviceAddress memory, std::size_t bytes,
             std::string subject);

  /// Throws WrongData if it does not hold what follows from `seed`; says whether what is wrong is
  /// what lay there before, filled with `seed_before`.
  void check(unsigned long long seed, unsigned long long seed_before);

 private:
  std::shared_ptr<const Workbench> bench_;
  cuda::DeviceAddress memory_;
  std::size_t bytes_;
  std::string subject_;
  CheckReport report_;
};

}  // namespace plumbline
