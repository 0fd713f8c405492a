// In the place of archive.cpp in a build without libarchive.

#include <stdexcept>

#include "reports/formats/archive.h"

namespace plumbline {

Archive::Archive(const std::filesystem::path& file, WallTime) {
  throw std::runtime_error(file.string() +
                           ": cannot be written: plumbline was built without libarchive; install "
                           "the Debian package libarchive-dev and build again");
}

Archive::~Archive() = default;
void Archive::add(const std::filesystem::path&, std::string_view) {}
void Archive::commit() {}

}  // namespace plumbline
