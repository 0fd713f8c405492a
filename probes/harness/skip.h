#pragma once

#include <stdexcept>

namespace plumbline {

/// Thrown while a case is prepared or run when this machine does not allow it to be measured (a
/// library, a device or a permission is missing): the row is skipped, not failed.
class Skip : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace plumbline
