#include "suites/description/bytes.h"

#include <array>
#include <fstream>

#include "results/schema/file_error.h"

namespace plumbline {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes;
  std::array<char, 65536> block;
  do {
    stream.read(block.data(), block.size());
    bytes.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  } while (stream);
  if (!stream.is_open() || stream.bad()) throw FileError(file.string(), 0, "", "cannot be read");
  return bytes;
}

}  // namespace plumbline
