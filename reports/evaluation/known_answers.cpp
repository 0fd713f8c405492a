#include "reports/evaluation/known_answers.h"

namespace plumbline {

void KnownAnswers::start(const Expectations& expectations) {
  if (expectations_ == &expectations) return;
  expectations_ = &expectations;
  known_.clear();
}

const KnownAnswers::Answer& KnownAnswers::of(const Measurement& m) {
  const auto answer = [&] { return Answer{expectations_->answered_by(m), counted_as(path_of(m))}; };
  if (m.peer.find('/') != std::string::npos) return other_ = answer();
  return known_.of(m, answer);
}

}  // namespace plumbline
