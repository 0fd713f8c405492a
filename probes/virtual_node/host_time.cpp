#include "probes/virtual_node/host_time.h"

#include <dlfcn.h>

#include <algorithm>
#include <optional>

namespace plumbline::virtual_node {
namespace {

thread_local std::optional<Nanoseconds> mine;

using SetClock = void(double);
using GetClock = double();

void set(Nanoseconds time) {
  static auto* show =
      reinterpret_cast<SetClock*>(::dlsym(RTLD_DEFAULT, "plumbline_set_virtual_clock"));
  mine = time;
  if (show != nullptr) show(time);
}

}  // namespace

Nanoseconds HostTime::now() {
  static auto* slept =
      reinterpret_cast<GetClock*>(::dlsym(RTLD_DEFAULT, "plumbline_virtual_clock"));
  return std::max(mine.value_or(0), slept != nullptr ? slept() : 0);
}

void HostTime::begin_at(Nanoseconds time) {
  if (!mine) set(std::max(time, now()));
}

void HostTime::spend(Nanoseconds duration) { set(now() + duration); }

void HostTime::wait_until(Nanoseconds time) { set(std::max(now(), time)); }

}  // namespace plumbline::virtual_node
