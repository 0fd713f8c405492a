#pragma once

#include <fstream>
#include <string>

#include "suites/description/suite.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

/// A file `suite.toml` with this text in `folder`.
inline std::filesystem::path write_suite(const std::filesystem::path& folder,
                                         const std::string& text) {
  const auto file = folder / "suite.toml";
  std::ofstream(file) << text;
  return file;
}

}  // namespace plumbline
