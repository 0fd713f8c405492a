#include "reports/evaluation/known_answers.h"

namespace plumbline {

void KnownAnswers::start(const Expectations& expectations) {
  if (expectations_ == &expectations) return;
  expectations_ = &expectations;
  known_.clear();
}

const KnownAnswers::Answer& KnownAnswers::of(const Measurement& m) {
  const auto answer = [&] { return Answer{expectations_->answered_by(m), counted_as(path_of(m))}; };
  const std::size_t other_host = m.peer.find('/');
  if (other_host == std::string::npos) return known_.of(m, answer);
  if (expectations_->name_other_hosts()) return other_ = answer();
  // Whatever the other host is called: each host has others.
  return known_.of(m, std::string_view(m.peer).substr(other_host), answer);
}

}  // namespace plumbline
