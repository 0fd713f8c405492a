#include "tests/layering/layers.h"

#include <gmock/gmock.h>

#include "tests/layering/tree.h"

namespace plumbline {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> some_files = {
    "results/schema/device.h",       "probes/vendor/cuda.h",   "probes/node/node.h",
    "probes/harness/probe.h",        "probes/nvlink/pair.h",   "probes/topology/picture.h",
    "suites/launch/task.h",          "reports/html/element.h", "reports/statistics/median.h",
    "reports/evaluation/evaluate.h", "tests/layering/layers.h"};

std::vector<std::string> complaints(std::string_view file, std::string_view text) {
  std::vector<std::string> lines;
  for (const Violation& violation : check(file, text, some_files)) {
    lines.push_back(to_string(violation));
  }
  return lines;
}

TEST(Layers, OfTheTreeAreKept) {
  const std::vector<std::string> files = sources_of_the_tree();
  ASSERT_GT(files.size(), 30u) << "the tree was not found in " << PLUMBLINE_SOURCE_DIR;
  std::string report;
  for (const std::string& file : files) {
    for (const Violation& violation : check(file, text_of_the_tree(file), files)) {
      report += to_string(violation) + '\n';
    }
  }
  EXPECT_EQ(report, "");
}

TEST(Layers, BelongToTheLongestFolder) {
  EXPECT_EQ(layer_of("probes/nvlink/pair.cpp"), "probes/nvlink");
  EXPECT_EQ(layer_of("suites/launch/local.cpp"), "suites");
  EXPECT_EQ(layer_of("reports/programs/report.cpp"), "reports/programs");
  EXPECT_EQ(layer_of("reports/pages/summary.cpp"), "reports/pages");
  EXPECT_EQ(layer_of("reports/misc/thing.cpp"), "");
  EXPECT_EQ(layer_of("probes/misc/thing.cpp"), "");
  EXPECT_EQ(layer_of("main.cpp"), "");
}

TEST(Layers, AllowWhatTheTableSays) {
  EXPECT_THAT(
      complaints("probes/nvlink/pair.cpp",
                 "#include \"probes/nvlink/pair.h\"\n#include <vector>\n"
                 "#include \"probes/harness/probe.h\"\n#include \"probes/vendor/cuda.h\"\n"),
      IsEmpty());
  EXPECT_THAT(complaints("reports/programs/report.cpp",
                         "#include \"reports/evaluation/evaluate.h\"\n"
                         "#include <CLI/CLI.hpp>\n"),
              IsEmpty());
  EXPECT_THAT(complaints("probes/node/node.cpp", "#include <hwloc.h>\n"), IsEmpty());
  EXPECT_THAT(complaints("probes/vendor/cuda.cpp", "#include <cuda.h>\n"), IsEmpty());
}

TEST(Layers, FindAPlantedInclude) {
  EXPECT_THAT(
      complaints("probes/nvlink/pair.cpp",
                 "#include <vector>\n\n  #  include \"probes/topology/picture.h\"\n"),
      ElementsAre("probes/nvlink/pair.cpp:3: probes/nvlink includes "
                  "\"probes/topology/picture.h\", expected only probes/gpu, probes/harness, "
                  "probes/node, probes/vendor, results/schema, itself"));
  EXPECT_THAT(complaints("results/schema/device.cpp", "#include \"probes/node/node.h\"\n"),
              ElementsAre(HasSubstr("expected only itself")));
  EXPECT_THAT(complaints("suites/main.cpp", "#include \"probes/harness/probe.h\"\n"),
              ElementsAre(HasSubstr("suites includes \"probes/harness/probe.h\"")));
  EXPECT_THAT(
      complaints("reports/evaluation/evaluate.cpp", "#include \"reports/html/element.h\"\n"),
      ElementsAre(HasSubstr("reports/html/element.h")));
  EXPECT_THAT(complaints("suites/main.cpp", "#include \"tests/layering/layers.h\"\n"),
              ElementsAre(HasSubstr("tests/layering/layers.h")));
  EXPECT_THAT(complaints("probes/harness/main.cpp", "#include \"probes/vendor/cuda.h\"\n"),
              ElementsAre(HasSubstr("probes/vendor/cuda.h")));
  EXPECT_THAT(complaints("probes/doctor/checks.cpp", "#include \"probes/harness/probe.h\"\n"),
              ElementsAre(HasSubstr("probes/harness/probe.h")));
}

TEST(Layers, FindAPlantedLibrary) {
  for (const auto& [file, line] : {
           std::pair{"probes/nvlink/pair.cpp", "#include <cuda.h>\n"},
           std::pair{"probes/nvlink/pair.cpp", "#include <hwloc.h>\n"},
           std::pair{"probes/nvlink/pair.cpp", "#include <benchmark/benchmark.h>\n"},
           std::pair{"probes/vendor/cuda.cpp", "#include <fmt/format.h>\n"},
           std::pair{"reports/statistics/median.cpp", "#include <fmt/format.h>\n"},
           std::pair{"reports/html/element.cpp", "#include <nlohmann/json.hpp>\n"},
           std::pair{"reports/programs/report.cpp", "#include <libfccp/csv.h>\n"},
           std::pair{"reports/programs/report.cpp", "#include <toml.hpp>\n"},
           std::pair{"suites/main.cpp", "#include <gtest/gtest.h>\n"},
       }) {
    EXPECT_THAT(complaints(file, line), ElementsAre(HasSubstr("ends at other folders"))) << line;
  }
}

TEST(Layers, FindAnIncludeThatIsNotFromTheRoot) {
  EXPECT_THAT(complaints("probes/nvlink/pair.cpp", "#include \"pair.h\"\n"),
              ElementsAre("probes/nvlink/pair.cpp:1: includes \"pair.h\", which is no file of the "
                          "tree; expected its path from the root"));
}

TEST(Layers, FindAHeaderWithoutPragmaOnce) {
  EXPECT_THAT(complaints("probes/node/node.h", "// A node.\n#pragma once\n"),
              ElementsAre("probes/node/node.h:1: does not begin with #pragma once"));
  EXPECT_THAT(complaints("probes/node/node.h", "#pragma once\n"), IsEmpty());
}

TEST(Layers, FindAnUnknownFolder) {
  EXPECT_THAT(complaints("probes/util/strings.cpp", ""),
              ElementsAre("probes/util/strings.cpp: lies in a folder that is no layer; add its "
                          "line to tests/layering/layers.cpp"));
  EXPECT_THAT(complaints("reports/util/strings.cpp", ""), testing::SizeIs(1));
}

}  // namespace
}  // namespace plumbline
