#pragma once

#include <string>
#include <vector>

#include "reports/pages/evidence.h"

namespace plumbline {

/// One thing to do about a verdict, and the command for it where there is one.
struct NextStep {
  std::string text;
  std::string command;
};

/// What a person does next, most urgent first. Never empty.
std::vector<NextStep> next_steps(const Evidence& evidence);

}  // namespace plumbline
