#include "suites/verbs/verb.h"

#include <algorithm>
#include <array>

#include "results/schema/exit_code.h"

namespace plumbline {

std::span<const Verb> own_verbs() {
  static constexpr std::array verbs = {
      Verb{"accept", "Is this node as good as it should be? Measure, judge, report", accept_verb},
      Verb{"run", "Run a suite here; the rows go to results/runs", run_verb},
      Verb{"plan", "What a suite would do: tasks, time, commands. Runs nothing", plan_verb},
      Verb{"resume", "Continue a run that was interrupted or killed", resume_verb},
      Verb{"retry", "Run again what failed in a run, as a further attempt", retry_verb},
      Verb{"rehearse", "The same on a virtual machine, healthy or not: no GPU needed",
           rehearse_verb},
      Verb{"manifest", "The nodes that there should be, from what EC2 says of the instances",
           manifest_verb},
      Verb{"relay", "A host's side of a run on many hosts; accept --hosts starts it", relay_verb},
      Verb{"probe", "One probe alone: `plumbline probe` lists them", probe_verb},
  };
  return verbs;
}

std::optional<int> parse(CLI::App& app, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them last to first
  try {
    app.parse(std::move(arguments));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
}

}  // namespace plumbline
