#include "probes/node/xml_check.h"

#include <gtest/gtest.h>

#include "results/schema/file_error.h"

namespace plumbline {
namespace {

std::string xml_complaint(const std::string& text) {
  try {
    check_well_formed("m.xml", text);
  } catch (const FileError& error) {
    return error.what();
  }
  return "none";
}

TEST(WellFormed, AFileAsHwlocWritesIt) {
  EXPECT_EQ(xml_complaint("<?xml version=\"1.0\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
                          "<!-- <a> -->\n<topology version=\"2.0\">\n <object name=\"a>b\"/>\n"
                          " <object>\n </object>\n</topology>\n"),
            "none");
}

struct Broken {
  const char* name;
  const char* text;
  const char* complaint;
};

class NotWellFormed : public ::testing::TestWithParam<Broken> {};

TEST_P(NotWellFormed, SaysWhereAndWhy) {
  EXPECT_EQ(xml_complaint(GetParam().text), GetParam().complaint);
}

INSTANTIATE_TEST_SUITE_P(
    Files, NotWellFormed,
    ::testing::Values(
        Broken{"Cut", "<topology>\n<object>\n",
               "m.xml:3: no well-formed XML: the file is cut: <object> of line 2 is not closed"},
        Broken{"CutInATag", "<topology>\n<object name=\"a",
               "m.xml:2: no well-formed XML: <object has no '>'"},
        Broken{"StrayEnd", "<topology>\n</object>\n</topology>",
               "m.xml:2: no well-formed XML: </object> where <topology> of line 1 is open"},
        Broken{"EndTooMuch", "<topology>\n</topology>\n</topology>",
               "m.xml:3: no well-formed XML: </topology> closes nothing"},
        Broken{"TwoRoots", "<topology/>\n<topology/>",
               "m.xml:2: no well-formed XML: an element behind the end of the first one"},
        Broken{"OpenComment", "<!-- <topology/>",
               "m.xml:1: no well-formed XML: a comment does not end"},
        Broken{"TagInATag", "<topology\n<object>",
               "m.xml:1: no well-formed XML: <topology has no '>'"}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace plumbline
