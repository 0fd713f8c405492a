#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace plumbline::simulation {

/// Makes the text of each block by several threads and hands it on in the order of the blocks,
/// whoever is ready first. At most one block of each thread is in memory. What `make` or `take`
/// throws ends it and is thrown on.
void in_order(std::size_t blocks, unsigned threads,
              const std::function<void(std::size_t block, std::string& text)>& make,
              const std::function<void(const std::string& text)>& take);

}  // namespace plumbline::simulation
