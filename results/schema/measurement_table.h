#pragma once

#include "results/schema/csv_columns.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// The columns of measurements.csv; results/README.md says what they mean.
template <>
struct Table<Measurement> {
  using M = Measurement;
  static constexpr std::array columns = {
      schema_column<M>(),
      text_column<&M::run>("run"),
      time_column<&M::time>("time"),
      text_column<&M::host>("host"),
      text_column<&M::instance_type>("instance_type"),
      text_column<&M::probe>("probe"),
      text_column<&M::case_name>("case"),
      text_column<&M::metric>("metric"),
      text_column<&M::subject>("subject"),
      text_column<&M::peer>("peer"),
      integer_column<&M::bytes>("bytes"),
      params_column<&M::params>("params"),
      text_column<&M::unit>("unit"),
      word_column<&M::better, better_names>("better"),
      word_column<&M::outcome, outcome_names>("outcome"),
      integer_column<&M::samples>("samples"),
      number_column<&M::median>("median"),
      number_column<&M::ci_low>("ci_low"),
      number_column<&M::ci_high>("ci_high"),
      number_column<&M::min>("min"),
      number_column<&M::max>("max"),
      number_column<&M::spread>("spread"),
      text_column<&M::text>("text"),
      words_column<&M::flags>("flags"),
      text_column<&M::transport>("transport"),
      word_column<&M::provenance, provenance_names>("provenance"),
      integer_column<&M::attempt>("attempt"),
      text_column<&M::task>("task"),
      text_column<&M::note>("note"),
  };
};

}  // namespace plumbline
