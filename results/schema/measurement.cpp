#include "results/schema/measurement.h"

#include "results/schema/csv_columns.h"
#include "results/schema/measurement_table.h"

namespace plumbline {

std::string path_of(const Measurement& m) {
  return m.peer.empty() ? m.subject.str() : m.subject + '>' + m.peer;
}

std::string series_key(const Measurement& m) {
  std::string key = m.host;
  const std::string bytes = std::to_string(m.bytes);
  for (const std::string_view part :
       {std::string_view(m.metric), std::string_view(m.subject), std::string_view(m.peer),
        std::string_view(bytes), std::string_view(format_params(m.params))}) {
    key += '\x1f';
    key += part;
  }
  return key;
}

PLUMBLINE_DEFINE_TABLE(Measurement)

template <>
struct Table<Sample> {
  using S = Sample;
  static constexpr std::array columns = {
      schema_column<S>(),
      text_column<&S::host>("host"),
      text_column<&S::case_name>("case"),
      text_column<&S::metric>("metric"),
      integer_column<&S::attempt>("attempt"),
      integer_column<&S::index>("index"),
      yes_no_column<&S::warm_up>("warm_up"),
      number_column<&S::value>("value"),
  };
};
PLUMBLINE_DEFINE_TABLE(Sample)

}  // namespace plumbline
