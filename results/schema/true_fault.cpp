#include "results/schema/true_fault.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<TrueFault> {
  using T = TrueFault;
  static constexpr std::array columns = {
      schema_column<T>(),
      text_column<&T::host>("host"),
      text_column<&T::kind>("kind"),
      text_column<&T::subject>("subject"),
      text_column<&T::peer>("peer"),
      text_column<&T::metric>("metric"),
      number_column<&T::severity>("severity"),
      text_column<&T::value>("value"),
  };
};
PLUMBLINE_DEFINE_TABLE(TrueFault)

}  // namespace plumbline
