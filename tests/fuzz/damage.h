#pragma once

#include <random>
#include <span>
#include <string>

namespace plumbline::fuzz {

/// One of the seeds with one to eight damages: bits, bytes and pieces changed, lost, doubled, moved
/// from another seed, or put in that mean something to a reader of text, numbers or lengths.
std::string damaged(std::span<const std::string> seeds, std::mt19937_64& random);

}  // namespace plumbline::fuzz
