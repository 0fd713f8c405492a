#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

/// Where each type of the tree's headers is defined: "plumbline::Series" -> "file:line", in the
/// order in which the headers were added. Two types of one name break the one-definition rule in
/// any program that holds both, and no compiler or linker need say so.
class TypeNames {
 public:
  /// Notes the types that a header defines at namespace scope, as clang-format writes them: at the
  /// beginning of a line. A declaration and a specialization are none.
  void add(std::string_view file, std::string_view text);

  /// "plumbline::Series: a.h:16, b.h:70" for each name of a namespace that is defined twice or
  /// more. Global names are left out: they belong to vendors and to kernels, whose headers stand in
  /// for each other.
  std::vector<std::string> repeated() const;

 private:
  std::map<std::string, std::vector<std::string>> places_;
};

}  // namespace plumbline
