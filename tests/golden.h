#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace plumbline {

/// Compares `text` with the file that a person has read and found right. With UPDATE_GOLDENS=1 in
/// the environment the file is written instead: read the difference before you commit it.
inline void expect_golden(const std::filesystem::path& file, const std::string& text) {
  if (std::getenv("UPDATE_GOLDENS") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  std::ifstream stream(file, std::ios::binary);
  ASSERT_TRUE(stream) << file << " is missing; UPDATE_GOLDENS=1 writes it";
  const std::string golden{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_EQ(golden, text) << "differs from " << file;
}

}  // namespace plumbline
