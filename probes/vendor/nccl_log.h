#pragma once

#include <cstddef>
#include <string>

namespace plumbline::nccl {

/// What NCCL says while communicators are made, which is the only way to learn which of its ways it
/// will go. The environment tells the library to write it, so make it before the library is opened
/// and before the first thread.
class Log {
 public:
  Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  /// How long it is by now.
  std::size_t bytes() const;
  /// What was written behind that many bytes.
  std::string text(std::size_t from = 0) const;

 private:
  int file_ = -1;
};

/// How many ranks the log says can let NVSwitch reduce and copy (NVLS); -1 if it says nothing.
int multicast_ranks(const std::string& log);

}  // namespace plumbline::nccl
