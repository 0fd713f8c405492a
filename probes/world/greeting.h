#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "probes/world/participant.h"
#include "probes/world/place.h"

namespace plumbline {

/// The ranks did not come together: says which, and what was found instead.
class RendezvousError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a rank says first to rank 0.
struct Greeting {
  int rank = 0;
  Participant participant;
};

/// A whole greeting, with the token and the number of ranks that are expected. Larger messages than
/// this are taken from nobody who has not been let in.
constexpr std::size_t largest_greeting = std::size_t{256} << 10;
nlohmann::json greeting_message(const Place& place, const Participant& own);

/// What `message` says, to the rank 0 of `place`. Throws RendezvousError if it is no greeting or
/// one that does not belong to this task; nothing is told before the token is right.
Greeting read_greeting(const nlohmann::json& message, const Place& place);

/// What rank 0 answers: its own introduction when all have come, or why not.
nlohmann::json welcome_message(const Participant& own);
nlohmann::json refusal_message(std::string_view why);

/// Rank 0's introduction. Throws RendezvousError with its words if it refuses.
Participant read_answer(const nlohmann::json& message);

}  // namespace plumbline
