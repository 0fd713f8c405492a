#include "results/schema/course.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<Course> {
  using C = Course;
  static constexpr std::array columns = {
      schema_column<C>(),
      text_column<&C::host>("host"),
      text_column<&C::case_name>("case"),
      text_column<&C::metric>("metric"),
      integer_column<&C::attempt>("attempt"),
      number_column<&C::step_s>("step_s"),
      numbers_column<&C::values>("values"),
  };
};
PLUMBLINE_DEFINE_TABLE(Course)

}  // namespace plumbline
