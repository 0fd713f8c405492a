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

/// By what the log says that NCCL goes to other nodes: "efa/efa-direct" and the like where its
/// plugin for libfabric says what that uses, "libfabric" where it does not, "tcp" for its own
/// sockets, "ib" for its own verbs, else the plugin's name. Empty: the log says nothing.
std::string network(const std::string& log);

/// How many ranks the log says can let NVSwitch reduce and copy (NVLS); -1 if it says nothing.
int multicast_ranks(const std::string& log);

}  // namespace plumbline::nccl
