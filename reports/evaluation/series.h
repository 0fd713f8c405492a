#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/schema/finding.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// All rows about one thing on one host: the repetitions of one measurement. The rows stay where
/// they are; each list is in order of time.
struct Series {
  std::vector<const Measurement*> values;   ///< outcome ok, with a finite number or a text
  std::vector<const Measurement*> without;  ///< failed, skipped, or ok without a value

  /// The last row: names the probe, the case and the unit.
  const Measurement& last() const;
};

/// The series of one host's rows in reading order. A row that stands in the file twice counts once.
/// The order of `rows` does not matter.
std::vector<Series> series_of(std::span<const Measurement> rows);

/// The same for one host after another: how the rows of one were sorted is tried with the next,
/// whose rows are nearly always about the same things in the same order.
class SeriesSorter {
 public:
  std::vector<Series> series_of(std::span<const Measurement> rows);

 private:
  /// Sorts by what can differ between hosts alike: the other ends, which may be other hosts. False
  /// if `order_` does not bring metrics and subjects into order.
  bool sort_subjects(std::span<const Measurement> rows);

  struct Subject {
    Text metric, subject;
    bool operator==(const Subject&) const = default;
  };

  std::vector<std::size_t> order_;  ///< of the host before: the places of its rows, sorted
  std::vector<Subject> subjects_;   ///< of the host before, in reading order
};

/// Why a row has no value: its note, or what is wrong with it.
std::string reason_of(const Measurement& m);

/// "failed", "was skipped": what happened to a row without a value.
const char* happened_to(const Measurement& m);

/// A finding about the thing that the row is about, not yet judged.
Finding finding_about(const Measurement& m);

/// Eight hexadecimal digits from what series_key() tells apart.
std::string finding_id(const Measurement& m);

/// "gpu2" before "gpu10": runs of digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b);

/// Puts findings into the order in which a person looks for them: metric, then gpu2 before gpu10.
void sort_for_reading(std::vector<Finding>& findings);

/// The order in which a reader must see findings: the worst verdict first, among equal ones the
/// largest deficit, among equal ones by host and as above.
bool worse(const Finding& a, const Finding& b);

}  // namespace plumbline
