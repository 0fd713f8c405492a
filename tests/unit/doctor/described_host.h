#pragma once

#include <filesystem>
#include <string>

#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

/// A host written out as the files that the doctor reads, in a folder of its own that goes when the
/// description goes. It begins as a healthy CPU node; each call adds or changes something.
class DescribedHost {
 public:
  DescribedHost();

  const std::filesystem::path& root() const { return folder_.path(); }

  /// Writes a file below the root, with the folders above it.
  void file(const std::string& relative, const std::string& text);
  void remove(const std::string& relative);

  /// `count` functions of one kind: pci(0x10de, 0x2330, 0x030200, 8, "nvidia"); no driver if empty.
  void pci(unsigned vendor, unsigned device, unsigned pci_class, unsigned count,
           const std::string& driver);

  /// The lines of /proc/self/limits that matter: "unlimited" or a number of bytes, and files.
  void limits(const std::string& memlock, const std::string& open_files);

  /// Everything that a p5.48xlarge in order has: 8 H100, 4 NVSwitches, 32 EFA devices, driver 570,
  /// EFA module, device files, no limits.
  void becomes_p5();

 private:
  ScratchFolder folder_;
  unsigned buses_ = 0;
};

}  // namespace plumbline
