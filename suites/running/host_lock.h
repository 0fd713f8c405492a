#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "results/schema/time.h"
#include "suites/launch/descriptor.h"

namespace plumbline {

/// Who holds a lock, or held it last.
struct LockHolder {
  pid_t pid = 0;
  WallTime since{};
  std::string run;  ///< the folder of its run; "" as long as it has none
};

/// Another run is going on here. The message names it.
class HostBusy : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One run at a time on a host: two would measure each other. The kernel gives the lock up when its
/// holder ends, however it ends, so a lock can never be left behind; what a killed holder leaves
/// behind is its name, which then says which run was not finished.
class HostLock {
 public:
  /// Takes the lock or throws HostBusy; std::system_error if `file` cannot be used.
  explicit HostLock(const std::filesystem::path& file);
  HostLock(const HostLock&) = delete;
  HostLock& operator=(const HostLock&) = delete;
  ~HostLock();

  /// The holder before, if it was killed.
  const std::optional<LockHolder>& killed_holder() const { return killed_holder_; }

  void name_run(const std::string& run);

 private:
  void write(const LockHolder& holder);

  Descriptor file_;
  std::optional<LockHolder> killed_holder_;
  LockHolder holder_;
};

/// The same for all users of this host: in /run/lock, or in /tmp where that is missing.
std::filesystem::path host_lock_file();

}  // namespace plumbline
