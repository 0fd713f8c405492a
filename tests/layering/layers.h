#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

/// One #include line that the layers do not allow, or a file that breaks a rule of the tree.
struct Violation {
  std::string file;
  std::size_t line = 0;  ///< 0: the file as a whole
  std::string what;

  bool operator==(const Violation&) const = default;
};

/// "probes/doctor/checks.cpp:7: ..."
std::string to_string(const Violation& violation);

/// The layer that a file belongs to: the longest folder of the table that holds it, or "".
std::string_view layer_of(std::string_view file);

/// Everything wrong with one source file: an #include that its layer may not have or that is not
/// written from the root, a header that does not begin with #pragma once, a folder that is no
/// layer. `file` and `files`, all sources of the tree, are named from the root of the repository.
std::vector<Violation> check(std::string_view file, std::string_view text,
                             const std::vector<std::string>& files);

}  // namespace plumbline
