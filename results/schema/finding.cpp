#include "results/schema/finding.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

std::string path_of(const Finding& f) {
  return f.peer.empty() ? f.subject.str() : f.subject + '>' + f.peer;
}

template <>
struct Table<Finding> {
  using F = Finding;
  static constexpr std::array columns = {
      schema_column<F>(),
      text_column<&F::id>("id"),
      word_column<&F::verdict, verdict_names>("verdict"),
      text_column<&F::host>("host"),
      text_column<&F::instance_type>("instance_type"),
      text_column<&F::probe>("probe"),
      text_column<&F::case_name>("case"),
      text_column<&F::metric>("metric"),
      text_column<&F::subject>("subject"),
      text_column<&F::peer>("peer"),
      integer_column<&F::bytes>("bytes"),
      params_column<&F::params>("params"),
      text_column<&F::unit>("unit"),
      word_column<&F::better, better_names>("better"),
      integer_column<&F::runs>("runs"),
      number_column<&F::value>("value"),
      number_column<&F::ci_low>("ci_low"),
      number_column<&F::ci_high>("ci_high"),
      text_column<&F::text>("text"),
      text_column<&F::expected>("expected"),
      number_column<&F::low>("low"),
      number_column<&F::high>("high"),
      number_column<&F::deficit>("deficit"),
      number_column<&F::resolution>("resolution"),
      yes_no_column<&F::remeasure>("remeasure"),
      word_column<&F::provenance, provenance_names>("provenance"),
      text_column<&F::rule>("rule"),
      text_column<&F::sentence>("sentence"),
      text_column<&F::action>("action"),
      text_column<&F::basis>("basis"),
      text_column<&F::source>("source"),
  };
};
PLUMBLINE_DEFINE_TABLE(Finding)

template <>
struct Table<NodeVerdict> {
  using N = NodeVerdict;
  static constexpr std::array columns = {
      schema_column<N>(),
      text_column<&N::host>("host"),
      text_column<&N::instance_type>("instance_type"),
      word_column<&N::outcome, node_outcome_names>("verdict"),
      integer_column<&N::pass>("pass"),
      integer_column<&N::warn>("warn"),
      integer_column<&N::fail>("fail"),
      integer_column<&N::inconclusive>("inconclusive"),
      integer_column<&N::missing>("missing"),
      integer_column<&N::unjudged>("unjudged"),
      text_column<&N::reason>("reason"),
  };
};
PLUMBLINE_DEFINE_TABLE(NodeVerdict)

}  // namespace plumbline
