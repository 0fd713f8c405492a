#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace plumbline {

/// A program that was started and not yet awaited.
class Running {
 public:
  Running(pid_t pid, std::filesystem::path output) : pid_(pid), output_(std::move(output)) {}

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Its exit code; 128 + the signal that ended it.
  int wait() const;
  /// wait() would not wait.
  bool has_ended() const;
  std::string output() const;

 private:
  pid_t pid_;
  std::filesystem::path output_;
};

/// What a program said, and how it ended.
struct Said {
  int exit = 0;
  std::string output;  ///< standard output and error
};

/// Starts `words[0]`, a path, with standard output and error in the file `output`.
Running start_program(std::vector<std::string> words, const std::filesystem::path& output);

/// Waits until `condition` holds; false if it does not within `limit`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::seconds limit = std::chrono::seconds(20));

}  // namespace plumbline
