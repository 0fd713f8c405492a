#include "suites/simulation/row_text.h"

#include <charconv>
#include <cmath>
#include <vector>

#include "results/schema/number.h"
#include "results/schema/text_cell.h"

namespace plumbline::simulation {
namespace {

void append_integer(std::uint64_t value, std::string& line) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, value);
  line.append(text, end.ptr);
}

std::string cell(std::string_view text) {
  std::string line;
  append_text_cell(text, line);
  return line;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ";") + word;
  return text;
}

}  // namespace

RowText::RowText(const Measurement& row)
    : before_case_(',' + cell(row.instance_type) + ',' + cell(row.probe) + ','),
      case_(cell(row.case_name)),
      to_subject_(',' + cell(row.metric) + ',' + cell(row.subject) + ','),
      peer_(cell(row.peer)),
      to_samples_(',' + std::to_string(row.bytes) + ',' + cell(format_params(row.params)) + ',' +
                  cell(row.unit) + ',' + better_names[row.better] + ',' +
                  outcome_names[row.outcome] + ','),
      to_provenance_(',' + cell(row.text) + ',' + cell(joined(row.flags)) + ',' +
                     cell(row.transport) + ',' + provenance_names[row.provenance] + ','),
      task_(',' + cell(row.task) + ','),
      note_(cell(row.note) + '\n'),
      has_number_(row.median.has_value()) {
  if (row.bytes > 0) case_size_ = '/' + std::to_string(row.bytes);
  if (!row.params.empty()) case_size_ += '/' + format_params(row.params);
}

std::string RowText::head(std::string_view run, WallTime time, std::string_view host) {
  return std::to_string(schema_version) + ',' + cell(run) + ',' + format_time(time) + ',' +
         cell(host);
}

void RowText::append_numbers(const RowValues& values, std::string& lines) const {
  append_integer(values.samples, lines);
  lines += ',';
  if (has_number_) append_number(values.median, lines);
  if (!values.has_interval) {
    lines += ",,,,,";
    return;
  }
  // Of normal samples: the interval of their median, and how far the ends of 20 of them lie.
  constexpr double z99 = 2.576, median_over_mean = 1.2533, ends = 1.87;
  const double half = values.median * z99 * median_over_mean * values.within /
                      std::sqrt(static_cast<double>(values.samples));
  const double reach = values.median * ends * values.within;
  for (const double value : {values.median - half, values.median + half, values.median - reach,
                             values.median + reach, values.within}) {
    lines += ',';
    append_number(value, lines);
  }
}

void RowText::append(std::string_view head, const RowValues& values, std::uint64_t attempt,
                     std::string& lines) const {
  lines += head;
  lines += before_case_;
  lines += case_;
  lines += to_subject_;
  lines += peer_;
  lines += to_samples_;
  append_numbers(values, lines);
  lines += to_provenance_;
  append_integer(attempt, lines);
  lines += task_;
  lines += note_;
}

void RowText::append_path(std::string_view head, const RowValues& values, std::string_view peer,
                          std::string_view task, std::string& lines) const {
  lines += head;
  lines += before_case_;
  lines += case_;
  lines += peer;
  lines += case_size_;
  lines += to_subject_;
  lines += peer;
  lines += to_samples_;
  append_numbers(values, lines);
  lines += to_provenance_;
  append_integer(1, lines);
  lines += ',';
  lines += task;
  lines += ',';
  lines += note_;
}

}  // namespace plumbline::simulation
