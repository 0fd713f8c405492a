#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "suites/schedule/fleet.h"
#include "suites/schedule/round.h"
#include "suites/schedule/suspects.h"

namespace plumbline::schedule {

/// Rounds that tell which of the suspects are at fault: a suspect that is slow with two good
/// partners is, below a slow leaf one that is slow with a good partner of the leaf.
struct AdaptiveRounds {
  std::vector<Round> rounds;            ///< `a` is the suspect
  std::vector<std::size_t> incomplete;  ///< suspects with fewer tests than asked; ascending
  std::vector<std::string> notes;       ///< sentences: for whom good partners ran out
};

/// Tests each suspect `tests` times, each time with another node that never failed, of another leaf
/// where there is one. Who was not good within its leaf has its first test there, with one that
/// was: what is slow across leaves may be the network. Where fewer than half of a leaf's nodes are
/// good, that one may be a suspect too, for what it is across leaves. In a round
/// nobody is the partner of two. Where good nodes are fewer than suspects, the suspects take turns
/// in more rounds, at most `most_rounds`. A node that is not known to be good is never a partner: a
/// slow pair would tell nothing. Whoever gets fewer tests for that is in `incomplete`, and can only
/// be called undecided.
AdaptiveRounds adaptive_rounds(const Fleet& fleet, const Standing& standing, std::uint64_t seed,
                               std::size_t tests = 2, std::size_t most_rounds = 16);

}  // namespace plumbline::schedule
