// Loaded before everything else (LD_PRELOAD), makes CLOCK_MONOTONIC_RAW, by which probes time what
// the host does, the virtual time of the machine. All other clocks stay real, so that deadlines end
// what hangs; nanosleep passes virtual time. A thread that has not called the driver yet sees the
// latest time of any.

#include <dlfcn.h>
#include <time.h>

#include <atomic>

namespace {

constexpr double nanoseconds_per_second = 1e9;
/// The clock of a machine that has been up for a second: no one divides by a time of zero.
constexpr double uptime_ns = 1e9;

std::atomic<double> latest{0};
thread_local double mine = -1;

}  // namespace

extern "C" __attribute__((visibility("default"))) void plumbline_set_virtual_clock(double time) {
  mine = time;
  double seen = latest.load();
  while (seen < time && !latest.compare_exchange_weak(seen, time)) {
  }
}

/// This thread's time, negative if it has none yet.
extern "C" __attribute__((visibility("default"))) double plumbline_virtual_clock() { return mine; }

/// Sleep passes in virtual time, and in no other: a GPU rests as long as it should, and no one
/// waits for it.
extern "C" __attribute__((visibility("default"))) int nanosleep(const timespec* time, timespec*) {
  const double now = mine >= 0 ? mine : latest.load();
  plumbline_set_virtual_clock(now + static_cast<double>(time->tv_sec) * nanoseconds_per_second +
                              static_cast<double>(time->tv_nsec));
  return 0;
}

extern "C" __attribute__((visibility("default"))) int clock_gettime(clockid_t clock,
                                                                    timespec* time) noexcept {
  if (clock != CLOCK_MONOTONIC_RAW) {
    using ClockGettime = int(clockid_t, timespec*);
    static auto* real = reinterpret_cast<ClockGettime*>(::dlsym(RTLD_NEXT, "clock_gettime"));
    return real(clock, time);
  }
  const double now = uptime_ns + (mine >= 0 ? mine : latest.load());
  time->tv_sec = static_cast<time_t>(now / nanoseconds_per_second);
  time->tv_nsec =
      static_cast<long>(now - static_cast<double>(time->tv_sec) * nanoseconds_per_second);
  return 0;
}
