#pragma once

#include "results/schema/names.h"

namespace plumbline::efa {

/// How a message gets to the other end. `write`: into its memory, the last of a burst announced by
/// an immediate, as NCCL's plugin does; `read`: fetched out of its memory; `send`: into a buffer
/// that it has posted, as MPI does.
enum class Operation { write, read, send };
inline constexpr auto operation_names = names_of<Operation>("write", "read", "send");

}  // namespace plumbline::efa
