#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "probes/collectives/exchange.h"
#include "probes/vendor/nccl_abi.h"

namespace plumbline::collectives {

/// A host that does not take what another tells it for so long is lost.
inline constexpr double telling_s = 30;

/// One step of what all hosts of a group do at the same time.
struct Order {
  enum class Kind {
    come,       ///< be ranks of a new communicator
    prepare,    ///< an exchange
    run,        ///< some rounds of it
    times,      ///< the same, each of them timed by itself
    verify,     ///< what came of the last round
    give_back,  ///< the exchange
    abandon,    ///< the communicator too, by force
  };
  Kind kind = Kind::come;
  std::string id = {};     ///< come: the communicator's, as `text_of` writes it
  int size = 0;            ///< come: ranks of all hosts
  int first = 0;           ///< come: the first rank of the host that is told
  Task task = {};          ///< prepare
  std::size_t rounds = 0;  ///< run, times
  bool diagnose = false;   ///< abandon: find out who is to blame
};

/// What a host says of its part in a step that went well.
struct Outcome {
  int multicast_ranks = -1;        ///< come: with NVLS, as NCCL says; -1: it says nothing
  std::string network;             ///< come: by what NCCL goes to other nodes; empty: as above
  std::size_t sets = 0;            ///< prepare: buffers to take turns on
  std::size_t rounds_at_most = 0;  ///< prepare
  std::vector<double> seconds;     ///< run: of one round; times: of each
  std::vector<Looked> looked;      ///< verify: at each GPU that received something
  std::string diagnosis;           ///< abandon
  bool names_someone = false;      ///< abandon: the diagnosis does
};

/// Why a host did not do its part.
struct Failure {
  enum class Kind {
    failed,
    skipped,      ///< it is not made for it
    stuck,        ///< it was not done in time
    interrupted,  ///< because others failed
    lost,         ///< the host says nothing any more
  };
  Kind kind = Kind::failed;
  std::string text;
};

std::string text_of(const nccl::UniqueId& id);
/// Throws std::runtime_error for what text_of does not write.
nccl::UniqueId id_of(const std::string& text);

void to_json(nlohmann::json& json, const Order& order);
void from_json(const nlohmann::json& json, Order& order);
void to_json(nlohmann::json& json, const Looked& looked);
void from_json(const nlohmann::json& json, Looked& looked);
void to_json(nlohmann::json& json, const Outcome& outcome);
void from_json(const nlohmann::json& json, Outcome& outcome);
void to_json(nlohmann::json& json, const Failure& failure);
void from_json(const nlohmann::json& json, Failure& failure);

}  // namespace plumbline::collectives
