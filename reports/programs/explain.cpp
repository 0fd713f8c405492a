// plumbline-explain: why a finding says what it says.

#include <fmt/format.h>

#include "reports/evaluation/sentence.h"
#include "reports/formats/explanation.h"
#include "reports/formats/rows_behind.h"
#include "reports/judging/find_run.h"
#include "reports/programs/arguments.h"
#include "results/schema/file_error.h"

namespace plumbline {
namespace {

constexpr std::size_t most = 5;

bool names(const Finding& f, const std::string& text) {
  if (f.id == text) return true;
  const std::string all = f.host + ' ' + f.metric + ' ' + f.case_name;
  return all.find(text) != std::string::npos || sentence_of(f).find(text) != std::string::npos;
}

int explain(const std::string& results, const std::string& text, const std::string& run_name) {
  const RunDirectory run = find_run(results, run_name);
  if (!std::filesystem::exists(run.findings())) {
    throw FileError(run.path().string(), 0, "",
                    "is not judged yet: plumbline report " + run.name());
  }
  std::vector<Finding> found;
  std::size_t count = 0;
  read_csv<Finding>(run.findings(), [&](const Finding& f) {
    if (!names(f, text)) return;
    if (++count <= most) found.push_back(f);
  });
  if (found.empty()) {
    throw FileError(run.findings().string(), 0, "",
                    "no finding has the id or the text \"" + text + '"');
  }
  const auto rows = rows_behind(found, run);
  for (std::size_t i = 0; i < found.size(); ++i) {
    fmt::print("{}{}", i == 0 ? "" : "\n", explanation(found[i], rows[i], run.name()));
  }
  if (count > most) {
    fmt::print("\nand {} more findings: give an id or more of the text\n", count - most);
  }
  return exit_ok;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  std::string results = "results", text, run = "latest";
  CLI::App app(
      "Why a finding says what it says: the rule, the numbers of every run, the limits, the "
      "source of the\nexpectation, and the command that measures it again.",
      "plumbline-explain");
  app.add_option("FINDING", text, "Its id, or a text that it contains: gpu3, host_memory.triad")
      ->required();
  app.add_option("RUN", run, "Folder of a run, its name, or latest")->capture_default_str();
  app.add_option("--results", results, "Folder of runs and learned baselines")
      ->capture_default_str();
  return plumbline::run_program(app, argc, argv,
                                [&] { return plumbline::explain(results, text, run); });
}
