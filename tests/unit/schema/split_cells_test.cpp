#include "results/schema/split_cells.h"

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

namespace plumbline {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> cells_of(std::string_view line) {
  std::array<std::string_view, 8> cells;
  std::string copy;
  const std::size_t count = split_cells(line, cells, copy);
  return {cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(count)};
}

TEST(SplitCells, AtEveryComma) {
  EXPECT_THAT(cells_of("a,bc,,d"), ElementsAre("a", "bc", "", "d"));
  EXPECT_THAT(cells_of(","), ElementsAre("", ""));
  EXPECT_THAT(cells_of(""), ElementsAre(""));
}

TEST(SplitCells, NotWithinQuotes) {
  EXPECT_THAT(cells_of("\"a,b\",\"say \"\"no\"\"\",c"), ElementsAre("a,b", "say \"no\"", "c"));
  EXPECT_THAT(cells_of("\"\",\"\"\"\""), ElementsAre("", "\""));
}

TEST(SplitCells, AQuoteWithinACellStays) {
  EXPECT_THAT(cells_of("3.5\" to 5\", large"), ElementsAre("3.5\" to 5\"", " large"));
  EXPECT_THAT(cells_of("a\"b\",c"), ElementsAre("a\"b\"", "c"));
}

TEST(SplitCells, SaysWhatDoesNotFitAndWhatDoesNotEnd) {
  std::array<std::string_view, 2> cells;
  std::string copy;
  EXPECT_EQ(split_cells("a,b,c,d", cells, copy), 4U);
  EXPECT_EQ(cells[1], "b");
  EXPECT_EQ(split_cells("a,\"b", cells, copy), not_closed);
  EXPECT_EQ(split_cells("a,\"b\"\",c", cells, copy), not_closed);
}

}  // namespace
}  // namespace plumbline
