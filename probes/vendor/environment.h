#pragma once

#include <span>
#include <string>
#include <vector>

namespace plumbline {

/// A variable of the environment that was taken away.
struct Scrubbed {
  std::string name;
  std::string value;
};

/// Takes the named variables out of this process's environment, so that what is measured does not
/// depend on who started it, and returns those that were set. Call it before the first thread.
std::vector<Scrubbed> scrub_environment(std::span<const char* const> names);

/// Variables that change what the CUDA driver does or which GPUs it shows.
std::span<const char* const> cuda_environment();

}  // namespace plumbline
