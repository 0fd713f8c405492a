#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "probes/world/endpoint.h"

namespace plumbline {

/// The place of this process among the ranks of its task, and where they meet. Rank 0 leads, the
/// others follow.
struct Place {
  int rank = 0;
  int size = 1;
  std::string engine;   ///< who said so: a name of `engines` (place.cpp), "options" or "alone"
  Endpoint rendezvous;  ///< where rank 0 listens; means nothing when alone
  /// Keeps runs apart, and strangers out of a trusted network: it is compared in constant time, but
  /// travels in clear and stands on the command line. It is no encryption.
  std::string token;
  double gather_limit_s = 60;

  bool alone() const { return size == 1; }
};

/// An option of every probe that can work with other ranks; as a ProbeOption of the harness.
struct RankOption {
  const char* name;
  const char* meaning;
  const char* initial;
};
inline constexpr RankOption ranks_option = {
    "ranks", "So many ranks work together (0: as many as the launcher started)", "1"};
inline constexpr RankOption rank_option = {
    "rank", "Which of them this is; by default what the launcher says", ""};
inline constexpr RankOption rendezvous_option = {
    "rendezvous",
    "HOST:PORT where rank 0 listens; by default MASTER_ADDR:MASTER_PORT, or for Slurm the first "
    "host of the step and a port made from its job and step",
    ""};
inline constexpr RankOption token_option = {
    "token", "What all ranks must say to be let in (in clear); for Slurm by default the step", ""};
inline constexpr RankOption gather_limit_option = {
    "gather-limit", "Seconds within which all ranks must have come", "60"};
inline constexpr std::array rank_options = {ranks_option, rank_option, rendezvous_option,
                                            token_option, gather_limit_option};

/// The value of an option by its name.
using OptionValue = std::function<std::string(const std::string& name)>;
/// The value of a variable by its name; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// That of this process.
Environment process_environment();

/// From the options, and what the launcher set. With --ranks 1 and with --rank the launcher is not
/// asked: also a batch script of Slurm, which is no rank, has a SLURM_PROCID. Throws
/// std::invalid_argument for what is missing, no number or contradictory.
Place find_place(const OptionValue& option, const Environment& environment);

/// That of this process, from its options by their names.
Place find_place(const std::map<std::string, std::string>& options);

}  // namespace plumbline
