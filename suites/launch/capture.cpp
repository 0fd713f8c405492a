#include "suites/launch/capture.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace plumbline {
namespace {

Descriptor memory_file() {
  Descriptor file(::memfd_create("output", MFD_CLOEXEC));
  if (file.get() < 0) {
    throw std::system_error(errno, std::generic_category(), "cannot make a file in memory");
  }
  return file;
}

std::string content_of(const Descriptor& file) {
  struct stat status {};
  ::fstat(file.get(), &status);
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t count = ::pread(file.get(), content.data(), content.size(), 0);
  content.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return content;
}

}  // namespace

Captured capture(const std::vector<std::string>& command, Seconds deadline,
                 Interruption& interruption) {
  const Descriptor output = memory_file(), error = memory_file();
  Captured result;
  ChildProcess child(command, output.get(), error.get());
  try {
    child.release();
  } catch (const std::system_error& reason) {
    result.error = command.front() + ": cannot be started: " + reason.code().message();
    return result;
  }
  const ProcessEnd end =
      supervise(child, {.deadline = deadline, .grace = Seconds{1}}, interruption);
  result.output = content_of(output);
  result.error = content_of(error);
  if (end.stopped == Stopped::not_at_all) {
    result.status = end.status;
  } else {
    result.error =
        fmt::format("{}: no answer within {}", command.front(), format_duration(deadline));
  }
  return result;
}

}  // namespace plumbline
