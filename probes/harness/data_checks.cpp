#include "probes/harness/data_checks.h"

#include <fmt/format.h>

#include <utility>

namespace plumbline {
namespace {

std::string times(std::uint64_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

}  // namespace

void DataChecks::look(const std::string& whose, const Look& at_them) {
  try {
    at_them();
  } catch (const WrongData& wrong) {
    keep(whose, wrong);
    throw;
  }
  ++found_[whose].looks;
}

void DataChecks::keep(const std::string& whose, const WrongData& wrong) {
  Found& found = found_[wrong.whose().empty() ? whose : wrong.whose()];
  ++found.looks;
  ++found.wrong_looks;
  found.wrong_values += wrong.values();
  if (found.first.empty()) found.first = wrong.what();
}

Prepare DataChecks::watched(std::string whose, Prepare prepare) {
  return [self = shared_from_this(), whose = std::move(whose), prepare = std::move(prepare)] {
    Prepared prepared;
    try {
      prepared = prepare();
    } catch (const WrongData& wrong) {
      self->keep(whose, wrong);
      throw;
    }
    prepared.verify = [self, whose, verify = std::move(prepared.verify)] {
      self->look(whose, verify);
    };
    return prepared;
  };
}

Fact DataChecks::found(const std::string& whose, const Look& look_now) {
  if (!found_.contains(whose)) {
    try {
      look_now();
    } catch (...) {
      if (!found_.contains(whose)) throw;  // else what it found is kept
    }
  }
  const auto entry = found_.find(whose);
  if (entry == found_.end()) throw std::runtime_error("nobody looked at its data");
  const Found& found = entry->second;
  std::string note = "looked at " + times(found.looks);
  if (found.wrong_looks != 0) {
    note += fmt::format(", wrong {}, first: {}", times(found.wrong_looks), found.first);
  }
  return Fact(static_cast<double>(found.wrong_values), std::move(note));
}

}  // namespace plumbline
