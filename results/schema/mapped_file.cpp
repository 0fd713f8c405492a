#include "results/schema/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "results/schema/file_error.h"
#include "results/schema/text_cell.h"

namespace plumbline {

MappedFile::MappedFile(const std::filesystem::path& file) : path_(file.string()) {
  size_ = whole_lines_size(file, torn_line_);
  refuse_other_schema(file);
  if (size_ == 0) throw FileError(path_, 0, "", "is empty; expected a header line");
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw FileError(path_, 0, "", "cannot be read");
  void* data = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  ::close(descriptor);
  if (data == MAP_FAILED) throw FileError(path_, 0, "", "cannot be mapped");
  data_ = static_cast<const char*>(data);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      torn_line_(std::move(other.torn_line_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(other.size_) {}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

void MappedFile::forget_pages() const { ::madvise(const_cast<char*>(data_), size_, MADV_DONTNEED); }

}  // namespace plumbline
