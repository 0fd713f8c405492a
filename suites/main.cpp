#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <system_error>

#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"
#include "suites/description/nearest_name.h"
#include "suites/launch/capture.h"
#include "suites/running/host_lock.h"
#include "suites/verbs/become.h"
#include "suites/verbs/verb.h"

namespace plumbline {
namespace {

/// The verbs that stand beside this program as plumbline-VERB, sorted.
std::vector<std::string> verbs_beside(const InstallTree& tree) {
  constexpr std::string_view prefix = "plumbline-";
  std::vector<std::string> verbs;
  for (const auto& entry : std::filesystem::directory_iterator(tree.bin)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(prefix) && !name.starts_with("plumbline-probe-")) {
      verbs.push_back(name.substr(prefix.size()));
    }
  }
  std::sort(verbs.begin(), verbs.end());
  return verbs;
}

/// The first line of `plumbline-VERB --help`.
std::string purpose_of_verb(const std::filesystem::path& program, Interruption& interruption) {
  const Captured said = capture({program, "--help"}, Seconds{5}, interruption);
  const std::size_t begin = said.output.find_first_not_of(" \n");
  if (!said.ok() || begin == std::string::npos) return {};
  return said.output.substr(begin, said.output.find('\n', begin) - begin);
}

void print_help(const InstallTree& tree) {
  std::cout
      << "plumbline tells whether a GPU node, a rack or a cluster is as good as it should be,\n"
         "names what is not, and shows why.\n\n"
         "  plumbline accept             measure this node, judge it, write the report\n"
         "  plumbline VERB --help        what a verb does and its options\n\n";
  for (const Verb& verb : own_verbs())
    std::cout << fmt::format("  {:10} {}\n", verb.name, verb.purpose);
  Interruption interruption;
  for (const std::string& verb : verbs_beside(tree)) {
    std::cout << fmt::format("  {:10} {}\n", verb,
                             purpose_of_verb(tree.program(verb), interruption));
  }
  std::cout
      << "\nExit codes of every verb: 0 accepted or measured, 1 something is rejected, 2 usage or\n"
         "configuration, 3 incomplete (something was not tested), 4 harness suspect,\n"
         "5 interrupted, `plumbline resume` continues.\n";
}

int refuse(const std::string& verb, const InstallTree& tree) {
  std::vector<std::string> known = verbs_beside(tree);
  for (const Verb& own : own_verbs()) known.emplace_back(own.name);
  std::cerr << fmt::format("plumbline: there is no verb \"{}\"{}\n`plumbline --help` lists them.\n",
                           verb, did_you_mean(verb, known));
  return exit_usage;
}

int front_door(const std::vector<std::string>& words) {
  const InstallTree tree = InstallTree::of_this_program();
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_help(tree);
    return words.empty() ? exit_usage : exit_ok;
  }
  if (words[0] == "--version") {
    std::cout << "plumbline " << PLUMBLINE_VERSION << '\n';
    return exit_ok;
  }
  const std::vector<std::string> arguments(words.begin() + 1, words.end());
  for (const Verb& verb : own_verbs()) {
    if (words[0] == verb.name) return verb.run(arguments, tree);
  }
  const auto beside = verbs_beside(tree);
  if (std::find(beside.begin(), beside.end(), words[0]) == beside.end()) {
    return refuse(words[0], tree);
  }
  become(tree.program(words[0]), arguments);
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  using namespace plumbline;
  try {
    return front_door({argv + 1, argv + argc});
  } catch (const FileError& error) {
    std::cerr << error.what() << '\n';
    return exit_usage;
  } catch (const HostBusy& error) {
    std::cerr << error.what() << '\n';
    return exit_incomplete;
  } catch (const std::exception& error) {
    std::cerr << "plumbline: " << error.what() << '\n';
    return exit_incomplete;
  }
}
