#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "probes/harness/plan.h"

namespace plumbline {

/// Thrown where data were looked at and are not what they must be.
class WrongData : public std::runtime_error {
 public:
  /// `values`: how many of them; `whose`: the device that they are of, where that is not what was
  /// looked at.
  WrongData(const std::string& sentence, std::uint64_t values, std::string whose = {})
      : std::runtime_error(sentence), values_(values), whose_(std::move(whose)) {}

  std::uint64_t values() const { return values_; }
  const std::string& whose() const { return whose_; }

 private:
  std::uint64_t values_;
  std::string whose_;
};

/// What a probe found wherever it looked at data that it moved or computed, by the device or path
/// that they are of. The speed of what loses data is none, so that case fails; how much was wrong
/// is a measurement of its own: a row that a sound machine has too, with 0.
class DataChecks : public std::enable_shared_from_this<DataChecks> {
 public:
  using Look = std::function<void()>;

  /// Looks, and remembers how it ended. Passes on what `at_them` throws; only WrongData says that
  /// something was looked at.
  void look(const std::string& whose, const Look& at_them);

  /// A case whose preparation and verification look.
  Prepare watched(std::string whose, Prepare prepare);

  /// How many values were wrong, with the first of them in the note. `look_now` looks where no case
  /// of this process did: it was left out, or done before the run was interrupted.
  Fact found(const std::string& whose, const Look& look_now);

 private:
  struct Found {
    std::uint64_t looks = 0, wrong_looks = 0, wrong_values = 0;
    std::string first;  ///< what was wrong
  };

  void keep(const std::string& whose, const WrongData& wrong);

  std::map<std::string, Found> found_;
};

}  // namespace plumbline
