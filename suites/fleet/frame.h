#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "suites/launch/supervise.h"

namespace plumbline {

/// What a relay on a host says to the runner: one line of its output each.
struct Frame {
  enum class Kind {
    began,  ///< the order's program runs; bytes: the relay's version of plumbline
    bytes,  ///< a file of its folder has grown
    alive,  ///< nothing new, but the host is there
    ended,  ///< the program has ended
    said,   ///< a sentence of the relay itself: the order cannot be done
    gone,   ///< of one who leads to the host: it does not answer, or not any more
  };
  Kind kind = Kind::alive;
  std::string host;
  std::string task;
  std::string file;          ///< bytes: its path in the folder
  std::uint64_t offset = 0;  ///< bytes: where in the file they stand
  std::string bytes;         ///< began, bytes, said, gone
  ProcessEnd end;            ///< ended
};

/// A line that begins as no other program's line does, with its line end.
std::string to_line(const Frame& frame);

/// Nothing for a line that is no frame: what a login shell, srun or a banner prints.
std::optional<Frame> read_frame(std::string_view line);

}  // namespace plumbline
