#pragma once

#include <filesystem>

#include "suites/description/duration.h"
#include "suites/launch/descriptor.h"

namespace plumbline {

/// A folder of a host that is there, empty at first, as long as this is. One of that name at a
/// time: a relay whose runner was killed may still be ending what it started when the next one
/// comes.
class Scratch {
 public:
  /// Waits at most `patience` for who has it. Throws std::runtime_error.
  explicit Scratch(std::filesystem::path folder, Seconds patience = Seconds{30});
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::filesystem::path lock_;
  Descriptor held_;
};

}  // namespace plumbline
