#include "suites/fleet/parts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>
#include <unordered_set>

#include "results/schema/course.h"
#include "results/schema/device.h"
#include "results/schema/host_identity.h"
#include "results/schema/measurement.h"
#include "results/schema/metric_meaning.h"
#include "suites/description/bytes.h"
#include "suites/launch/descriptor.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

/// Every file called `name` in the parts, sorted.
std::vector<fs::path> files_called(const fs::path& root, const fs::path& name) {
  std::vector<fs::path> files;
  if (!fs::is_directory(root)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().filename() == name && entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The lines of all parts of one table behind one header.
template <class Record>
void merge_table(const fs::path& root, const fs::path& table, bool each_line_once,
                 std::vector<std::string>& problems) {
  const std::string header = csv_header<Record>();
  const fs::path made = table.string() + ".new";
  std::ofstream out(made, std::ios::binary);
  out << header;
  std::unordered_set<std::string> seen;
  bool any = false;
  for (const fs::path& file : files_called(root, table.filename())) {
    const std::string bytes = bytes_of(file);
    const std::size_t end = bytes.rfind('\n') + 1;  // 0 if there is none: nothing whole is there
    if (end == 0) continue;
    std::string_view text(bytes.data(), end);
    if (!text.starts_with(header)) {
      problems.push_back(
          fmt::format("{} has another header than this version writes: left out", file.string()));
      continue;
    }
    text.remove_prefix(header.size());
    any = true;
    if (!each_line_once) {
      out << text;
      continue;
    }
    while (!text.empty()) {
      const std::size_t line = text.find('\n') + 1;
      if (seen.insert(std::string(text.substr(0, line))).second) out << text.substr(0, line);
      text.remove_prefix(line);
    }
  }
  out.close();
  if (!out) throw std::runtime_error(made.string() + ": cannot be written");
  if (any) {
    fs::rename(made, table);
  } else {
    fs::remove(made);
  }
}

[[noreturn]] void fail(const fs::path& file, const char* what) {
  throw std::system_error(errno, std::generic_category(), file.string() + ": " + what);
}

}  // namespace

Parts::Parts(const RunDirectory& run) : run_(run), root_(run.path() / "parts") {
  fs::create_directories(root_ / "runner");
}

fs::path Parts::folder(const std::string& task, const std::string& host) const {
  return root_ / file_safe(task) / file_safe(host);
}

void Parts::write(const Frame& frame) {
  const fs::path relative = fs::path(frame.file).lexically_normal();
  if (relative.is_absolute() || relative.empty() || *relative.begin() == "..") {
    throw std::runtime_error(
        fmt::format("{} names the file {}, which is not in its folder", frame.host, frame.file));
  }
  const fs::path file = folder(frame.task, frame.host) / relative;
  fs::create_directories(file.parent_path());
  const Descriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  struct stat now {};
  if (opened.get() < 0 || ::fstat(opened.get(), &now) != 0) fail(file, "cannot open");
  const auto size = static_cast<std::uint64_t>(now.st_size);
  if (frame.offset > size) {
    throw std::runtime_error(fmt::format("{} bytes of {} of {} have not come", frame.offset - size,
                                         frame.file, frame.host));
  }
  // From the first byte on: the host writes the file anew.
  const auto keep = static_cast<off_t>(frame.offset);
  if (frame.offset < size && ::ftruncate(opened.get(), keep) != 0) fail(file, "cannot truncate");
  for (std::size_t written = 0; written < frame.bytes.size();) {
    const ssize_t count =
        ::pwrite(opened.get(), frame.bytes.data() + written, frame.bytes.size() - written,
                 keep + static_cast<off_t>(written));
    if (count < 0 && errno != EINTR) fail(file, "cannot write");
    if (count > 0) written += static_cast<std::size_t>(count);
  }
}

std::map<std::string, std::string> Parts::files(const std::string& task,
                                                const std::string& host) const {
  std::map<std::string, std::string> files;
  const fs::path root = folder(task, host);
  if (!fs::is_directory(root)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::string bytes = bytes_of(entry.path());
    bytes.resize(bytes.rfind('\n') + 1);
    files[entry.path().lexically_relative(root)] = std::move(bytes);
  }
  return files;
}

std::vector<std::string> Parts::merge_measurements() const {
  std::vector<std::string> problems;
  merge_table<Measurement>(root_, run_.measurements(), false, problems);
  return problems;
}

std::vector<std::string> Parts::merge() const {
  std::vector<std::string> problems = merge_measurements();
  merge_table<Sample>(root_, run_.samples(), false, problems);
  merge_table<Course>(root_, run_.courses(), false, problems);
  merge_table<Device>(root_, run_.devices(), true, problems);
  merge_table<ContextEntry>(root_, run_.context(), true, problems);
  merge_table<MetricMeaning>(root_, run_.metrics(), true, problems);
  return problems;
}

}  // namespace plumbline
