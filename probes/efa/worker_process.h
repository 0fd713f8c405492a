#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "probes/world/channel.h"

namespace plumbline::efa {

/// A rail worker of this host: a child process, and the channel to it. Ends with its owner.
class WorkerProcess {
 public:
  /// `program`: one that serves a rail when asked to (rail_worker.h).
  explicit WorkerProcess(const std::filesystem::path& program);
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&&) = delete;
  ~WorkerProcess();

  Channel& channel() { return channel_; }
  const Channel& channel() const { return channel_; }
  pid_t id() const { return process_; }

  /// Waits for its end, kills it at the deadline, and says how it ended: "exit code 1", "killed by
  /// signal 11 (Segmentation fault)".
  std::string end(Deadline deadline);

 private:
  WorkerProcess(const std::filesystem::path& program, std::pair<Channel, Channel> ends);

  Channel channel_;
  pid_t process_ = -1;
};

}  // namespace plumbline::efa
