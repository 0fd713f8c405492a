#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "results/schema/manifest.h"
#include "suites/description/suite.h"
#include "suites/launch/interruption.h"

namespace plumbline {

/// What a suite's steps on pairs and groups would be on these hosts: the rounds that follow from
/// the seed, with the time they take if the probes in `bin` find on the hosts what they find here,
/// and the sizes of the groups. Runs nothing.
std::string plan_together(const Suite& suite, const Manifest& hosts, std::uint64_t seed,
                          const std::filesystem::path& bin, Interruption& interruption);

}  // namespace plumbline
