#pragma once

#include <string>
#include <vector>

namespace plumbline {

/// All headers and sources of the tree, named from the root of the repository.
std::vector<std::string> sources_of_the_tree();

/// What stands in one of them.
std::string text_of_the_tree(const std::string& file);

}  // namespace plumbline
