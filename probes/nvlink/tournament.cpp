#include "probes/nvlink/tournament.h"

#include <algorithm>

namespace plumbline::nvlink {

std::vector<Pairing> tournament(std::size_t players) {
  std::vector<Pairing> rounds;
  const std::size_t seats = players + players % 2;  // the seat beyond the last player is a rest
  if (seats < 2) return rounds;
  const std::size_t turning = seats - 1;
  for (std::size_t round = 0; round < turning; ++round) {
    Pairing pairs;
    const auto seat = [&](std::size_t i) { return (round + i) % turning; };
    const auto add = [&](std::size_t a, std::size_t b) {
      if (std::max(a, b) < players) pairs.emplace_back(std::min(a, b), std::max(a, b));
    };
    add(seat(0), turning);
    for (std::size_t i = 1; i < seats / 2; ++i) add(seat(i), seat(turning - i));
    std::sort(pairs.begin(), pairs.end());
    rounds.push_back(std::move(pairs));
  }
  return rounds;
}

}  // namespace plumbline::nvlink
