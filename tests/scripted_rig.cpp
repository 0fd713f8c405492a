#include "tests/scripted_rig.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace plumbline {

std::string ScriptedRig::missing(const std::filesystem::path& script,
                                 const std::vector<std::string>& options) {
  const ScratchFolder scratch;
  std::vector<std::string> words = {script, "check"};
  words.insert(words.end(), options.begin(), options.end());
  const Running running = start_program(words, scratch / "output");
  return running.wait() == 0 ? "" : running.output();
}

ScriptedRig::ScriptedRig(std::filesystem::path script, const std::vector<std::string>& options)
    : script_(std::move(script)) {
  const Said said = say("up", options);
  if (said.exit != 0) throw std::runtime_error(script_.string() + " up: " + said.output);
}

ScriptedRig::~ScriptedRig() {
  const Said said = say("down");
  if (said.exit != 0) ADD_FAILURE() << script_ << " down: " << said.output;
}

Said ScriptedRig::say(const std::string& verb, const std::vector<std::string>& words) {
  const Running running = start(verb, words);
  const int exit = running.wait();
  return {exit, running.output()};
}

Running ScriptedRig::start(const std::string& verb, const std::vector<std::string>& words) {
  std::vector<std::string> all = {script_, verb, folder()};
  all.insert(all.end(), words.begin(), words.end());
  return start_program(std::move(all), scratch_ / ("output" + std::to_string(++outputs_)));
}

}  // namespace plumbline
