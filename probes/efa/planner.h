#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "probes/efa/path_cases.h"

namespace plumbline::efa {

/// Adds what is known of one host's rails without any traffic; false if it has none.
bool plan_facts(Plan& plan, const std::vector<HostRails>& hosts, unsigned rank);

/// Adds the cases of one host alone: each rail with itself and the next one (or every other), and
/// all at once.
void plan_one_host(Plan& plan, const std::shared_ptr<Bench>& bench,
                   const std::vector<HostRails>& hosts, const Sizes& sizes, bool every_pair);

/// Adds the cases of hosts that work together. Of two: each rail with the other's, alone in both
/// directions, and all rails at once. Of more: every host to another one at once, by shift_steps();
/// and all into one, by incast_targets(). Throws std::runtime_error if two ranks are one host.
void plan_hosts(Plan& plan, const std::shared_ptr<Bench>& bench,
                const std::vector<HostRails>& hosts, const Sizes& sizes);

/// How far behind oneself the host is that one sends to: of up to 8 hosts every distance, of more
/// the powers of two.
std::vector<unsigned> shift_steps(unsigned hosts);

/// The ranks into which all others write at once: up to 8, evenly spread.
std::vector<unsigned> incast_targets(unsigned hosts);

/// Which rails of two hosts meet, by index: each with the one in its place; where one host has lost
/// some, those of the same name, so that the others are measured all the same.
std::vector<std::pair<std::size_t, std::size_t>> partners(const HostRails& a, const HostRails& b);

}  // namespace plumbline::efa
