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
    Known known{m.metric, m.subject, m.peer, m.transport, m.bytes, m.params, answer()};
    if (at < known_.size()) {
      known_[at] = std::move(known);
    } else {
      known_.push_back(std::move(known));
    }
  }
  next_ = at + 1;
  return known_[at].answer;
}

std::optional<std::size_t> KnownAnswers::find(const Measurement& m) const {
  const std::size_t first = next_ - std::min(next_, most_between);
  const std::size_t last = std::min(next_ + most_between, known_.size());
  for (std::size_t i = next_; i < last; ++i) {
    if (known_[i].is_about(m)) return i;
  }
  for (std::size_t i = first; i < std::min(next_, known_.size()); ++i) {
    if (known_[i].is_about(m)) return i;
  }
  return std::nullopt;
}

}  // namespace plumbline
