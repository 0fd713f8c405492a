#include "results/schema/install_tree.h"

namespace plumbline {

InstallTree InstallTree::of_this_program() {
  const auto bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return {bin, bin.parent_path() / "share" / "plumbline"};
}

}  // namespace plumbline
