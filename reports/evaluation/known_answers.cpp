#include "reports/evaluation/known_answers.h"

#include <algorithm>

namespace plumbline {
namespace {

/// So many series may stand between two that followed each other on the host before.
constexpr std::size_t most_between = 8;

}  // namespace

bool KnownAnswers::Known::is_about(const Measurement& m) const {
  return bytes == m.bytes && subject == m.subject && peer == m.peer && metric == m.metric &&
         transport == m.transport && params == m.params;
}

void KnownAnswers::start(const Expectations& expectations) {
  next_ = 0;
  if (expectations_ == &expectations) return;
  expectations_ = &expectations;
  known_.clear();
}

const KnownAnswers::Answer& KnownAnswers::of(const Measurement& m) {
  const auto answer = [&] { return Answer{expectations_->answered_by(m), counted_as(path_of(m))}; };
  if (m.peer.find('/') != std::string::npos) return other_ = answer();
  const auto found = find(m);
  const std::size_t at = found.value_or(next_);
  if (!found) {
    if (at == known_.size()) known_.emplace_back();
    known_[at] = {m.metric, m.subject, m.peer, m.transport, m.bytes, m.params, answer()};
  }
  next_ = at + 1;
  return known_[at].answer;
}

std::optional<std::size_t> KnownAnswers::find(const Measurement& m) const {
  const auto among = [&](std::size_t begin, std::size_t end) -> std::optional<std::size_t> {
    for (std::size_t i = begin; i < end; ++i) {
      if (known_[i].is_about(m)) return i;
    }
    return std::nullopt;
  };
  const auto ahead = among(next_, std::min(next_ + most_between, known_.size()));
  return ahead ? ahead : among(next_ - std::min(next_, most_between), next_);
}

}  // namespace plumbline
