#include "tests/layering/tree.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace plumbline {
namespace fs = std::filesystem;

std::vector<std::string> sources_of_the_tree() {
  std::vector<std::string> files;
  const fs::path root = PLUMBLINE_SOURCE_DIR;
  for (const char* folder : {"results/schema", "probes", "suites", "reports", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string kind = entry.path().extension().string();
      if (kind == ".h" || kind == ".cpp" || kind == ".cu" || kind == ".cuh") {
        files.push_back(entry.path().lexically_relative(root).generic_string());
      }
    }
  }
  return files;
}

std::string text_of_the_tree(const std::string& file) {
  std::ifstream stream(fs::path(PLUMBLINE_SOURCE_DIR) / file);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace plumbline
