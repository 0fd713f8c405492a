#include "results/schema/host_order.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <map>
#include <thread>

#include "results/schema/measurement_table.h"

namespace plumbline {
namespace {

/// The whole lines of a file, mapped.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& file) : path_(file.string()) {
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
  MappedFile(MappedFile&& other) noexcept
      : path_(std::move(other.path_)),
        torn_line_(std::move(other.torn_line_)),
        data_(std::exchange(other.data_, nullptr)),
        size_(other.size_) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
  }

  const std::string& path() const { return path_; }
  const std::string& torn_line() const { return torn_line_; }
  std::string_view text() const { return {data_, size_}; }

  /// Takes the pages read so far out of this process; what is read again comes from the page cache.
  /// Called now and then, so that memory does not grow with the size of the file.
  void forget_pages() const { ::madvise(const_cast<char*>(data_), size_, MADV_DONTNEED); }

 private:
  std::string path_;
  std::string torn_line_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Neighbouring lines of one host.
using Extent = std::string_view;
using Extents = std::map<std::string, std::vector<Extent>, std::less<>>;

/// Serves pieces of text one after another.
class Pieces final : public io::ByteSourceBase {
 public:
  explicit Pieces(std::vector<std::string_view> pieces) : pieces_(std::move(pieces)) {}

  int read(char* buffer, int size) override {
    std::size_t filled = 0;
    const auto wanted = static_cast<std::size_t>(size);
    while (filled < wanted && at_ < pieces_.size()) {
      std::string_view& piece = pieces_[at_];
      const std::size_t count = std::min(wanted - filled, piece.size());
      std::memcpy(buffer + filled, piece.data(), count);
      filled += count;
      piece.remove_prefix(count);
      if (piece.empty()) ++at_;
    }
    return static_cast<int>(filled);
  }

 private:
  std::vector<std::string_view> pieces_;
  std::size_t at_ = 0;
};

struct Scan {
  Extents extents;
  std::vector<std::string> bad_rows;
  std::size_t rows = 0;
  std::exception_ptr error;
};

std::size_t line_length(std::string_view text) { return text.find('\n') + 1; }

/// About 16 MiB.
constexpr std::size_t lines_to_forget = 1 << 16;

using Look = std::function<void(const Measurement&)>;

/// Checks every row of a file and notes where each host's rows lie.
void scan_file(const MappedFile& file, const Look& look, Scan& scan) {
  RecordReader<Measurement> reader(file.path(), std::make_unique<Pieces>(std::vector{file.text()}));
  std::string_view rest = file.text();  // begins at line `line`
  std::size_t line = 1;
  Measurement row;
  std::vector<Extent>* extents = nullptr;
  std::string host;
  for (;;) {
    bool good = false;
    try {
      if (!reader.next(row)) break;
      good = true;
    } catch (const FileError& error) {
      scan.bad_rows.emplace_back(error.what());
    }
    for (; line < reader.line(); ++line) rest.remove_prefix(line_length(rest));
    if (line % lines_to_forget == 0) file.forget_pages();
    if (!good) continue;
    if (look) look(row);
    const Extent extent = rest.substr(0, line_length(rest));
    if (extents == nullptr || row.host != host) {
      host = row.host;
      extents = &scan.extents[host];
    }
    if (!extents->empty() && extents->back().end() == extent.begin()) {
      extents->back() = Extent(extents->back().data(), extents->back().size() + extent.size());
    } else {
      extents->push_back(extent);
    }
    ++scan.rows;
  }
}

std::vector<Scan> scan_all(const std::vector<MappedFile>& files, const Look& look) {
  std::vector<Scan> scans(files.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) {
      try {
        scan_file(files[i], look, scans[i]);
      } catch (...) {
        scans[i].error = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 1; i < std::min(files.size(), cores); ++i) threads.emplace_back(work);
    work();
  }
  for (const Scan& scan : scans) {
    if (scan.error) std::rethrow_exception(scan.error);
  }
  return scans;
}

}  // namespace

HostOrderReport read_by_host(
    std::span<const std::filesystem::path> paths,
    const std::function<void(const std::string&, std::span<const Measurement>)>& each,
    const Look& look) {
  HostOrderReport report;
  const std::vector<MappedFile> files(paths.begin(), paths.end());
  Extents all;
  std::vector<Scan> scans = scan_all(files, look);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!files[i].torn_line().empty()) {
      report.torn_lines.push_back(files[i].path() + ": " + files[i].torn_line());
    }
    report.rows += scans[i].rows;
    std::move(scans[i].bad_rows.begin(), scans[i].bad_rows.end(),
              std::back_inserter(report.bad_rows));
    for (auto& [host, extents] : scans[i].extents) {
      auto& whole = all[host];
      whole.insert(whole.end(), extents.begin(), extents.end());
    }
    scans[i].extents.clear();
  }
  report.hosts = all.size();
  if (all.empty()) return report;

  const std::string header = csv_header<Measurement>();
  std::vector<std::string_view> pieces{header};
  for (const auto& [host, extents] : all) {
    pieces.insert(pieces.end(), extents.begin(), extents.end());
  }
  all.clear();
  RecordReader<Measurement> reader("measurements in host order",
                                   std::make_unique<Pieces>(std::move(pieces)));
  std::vector<Measurement> rows;
  std::size_t count = 0;  // rows keeps its storage from host to host
  std::size_t read = 0;
  const auto flush = [&] {
    if (count != 0) each(rows.front().host, std::span(rows).first(count));
    count = 0;
  };
  Measurement row;
  while (reader.next(row)) {
    if (count != 0 && row.host != rows.front().host) flush();
    if (++read % lines_to_forget == 0) {
      for (const MappedFile& file : files) file.forget_pages();
    }
    if (count == rows.size()) rows.emplace_back();
    std::swap(rows[count++], row);
  }
  flush();
  return report;
}

}  // namespace plumbline
