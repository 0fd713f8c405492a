#include "results/schema/text_cell.h"

#include <gtest/gtest.h>

#include <array>

#include "results/schema/split_cells.h"

namespace plumbline {
namespace {

std::string written(const std::string& text) {
  std::string line;
  append_text_cell(text, line);
  return line;
}

TEST(TextCell, EveryCharacterAtEveryPlaceIsWrittenAsItMustBe) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int code = 0; code < 256; ++code) {
        const char c = static_cast<char>(code);
        std::string text(size, 'x');
        text[at] = c;
        std::string expected = text;
        if (code < ' ') expected[at] = ' ';
        if (c == '"') expected.insert(at, 1, '"');
        if (at == 0 && std::string("=+-@'").find(c) != std::string::npos) {
          expected.insert(0, 1, '\'');
        }
        if (c == '"' || c == ',') expected = '"' + expected + '"';
        ASSERT_EQ(written(text), expected) << "character " << code << " at " << at;
      }
    }
  }
}

TEST(TextCell, IsReadAsItWasWritten) {
  for (const std::string text : {"", "plain", "with, comma", "with \"quotes\"", "=1+1",
                                 "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80",
                                 "a text that is longer than sixteen characters, and \"more\""}) {
    const std::string line = written(text) + ",next";
    std::array<std::string_view, 2> cells;
    std::string copy;
    ASSERT_EQ(split_cells(line, cells, copy), 2U) << text;
    EXPECT_EQ(unguarded(cells[0]), text);
    EXPECT_EQ(cells[1], "next");
  }
}

}  // namespace
}  // namespace plumbline
