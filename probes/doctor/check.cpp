#include "probes/doctor/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace plumbline {
namespace {

std::size_t count(const Checks& checks, State state) {
  return static_cast<std::size_t>(std::count_if(
      checks.begin(), checks.end(), [&](const Check& check) { return check.state == state; }));
}

std::string conclusion(const std::string& host, const Checks& checks) {
  const std::size_t lacks = count(checks, State::lacks);
  const std::size_t notes = count(checks, State::note);
  std::string text = fmt::format("{}: {} ok, {} to note, {} lacking", host,
                                 checks.size() - lacks - notes, notes, lacks);
  std::string names;
  for (const Check& check : checks) {
    if (check.state != State::lacks) continue;
    names += names.empty() ? ": " : ", ";
    names += check.name;
  }
  return text + names;
}

}  // namespace

State worst(const Checks& checks) {
  State worst = State::ok;
  for (const Check& check : checks) worst = std::max(worst, check.state);
  return worst;
}

std::string as_text(const std::string& host, const Checks& checks) {
  std::size_t width = 0;
  for (const Check& check : checks) width = std::max(width, check.name.size());

  std::string text;
  std::string group;
  for (const Check& check : checks) {
    if (check.group != group) {
      group = check.group;
      text += fmt::format("{}{}\n", text.empty() ? "" : "\n", group);
    }
    text += fmt::format("  {:<5}  {:<{}}  {}\n", state_names[check.state], check.name, width,
                        check.found);
    if (check.state == State::ok) continue;
    if (!check.why.empty()) text += fmt::format("  {:<5}    why:   {}\n", "", check.why);
    if (!check.mend.empty()) text += fmt::format("  {:<5}    mend:  {}\n", "", check.mend);
  }
  return text + '\n' + conclusion(host, checks) + '\n';
}

std::string as_json(const std::string& host, const Checks& checks) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Check& check : checks) {
    list.push_back({{"group", check.group},
                    {"name", check.name},
                    {"state", state_names[check.state]},
                    {"found", check.found},
                    {"why", check.why},
                    {"mend", check.mend}});
  }
  const Json document = {{"host", host}, {"state", state_names[worst(checks)]}, {"checks", list}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace plumbline
