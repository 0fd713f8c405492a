#pragma once

#include <thread>

namespace plumbline {

/// What is done between two questions whether something is done: mostly nothing, for the answer may
/// come within microseconds; now and then others get the processor. On a machine with much else to
/// do each time of those costs milliseconds, so that who yields at every question gets nowhere.
class SpinPause {
 public:
  void operator()() {
    if (++questions_ % questions_between == 0) std::this_thread::yield();
  }

 private:
  static constexpr unsigned questions_between = 64;
  unsigned questions_ = 0;
};

}  // namespace plumbline
