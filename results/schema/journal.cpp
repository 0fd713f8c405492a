#include "results/schema/journal.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "results/schema/file_error.h"

namespace plumbline {

std::string JournalEvent::detail(const std::string& key) const {
  for (const auto& [name, value] : details) {
    if (name == key) return value;
  }
  return {};
}

void Journal::append(const JournalEvent& event) {
  nlohmann::ordered_json line{{"time", format_time(event.time)}, {"event", event.event}};
  if (!event.task.empty()) {
    line["task"] = event.task;
    line["attempt"] = event.attempt;
  }
  for (const auto& [name, value] : event.details) line[name] = value;
  file_.append(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
}

std::vector<JournalEvent> read_journal(const std::filesystem::path& file) {
  std::vector<JournalEvent> events;
  read_journal(file, [&](const JournalEvent& event) { events.push_back(event); });
  return events;
}

void read_journal(const std::filesystem::path& file,
                  const std::function<void(const JournalEvent&)>& each) {
  std::ifstream stream(file);
  if (!stream) throw FileError(file.string(), 0, "", "cannot be read");
  std::string line;
  for (std::size_t number = 1; std::getline(stream, line); ++number) {
    if (stream.eof()) break;  // no line end: its writer was killed
    JournalEvent event;
    try {
      const auto json = nlohmann::ordered_json::parse(line);
      for (const auto& [key, value] : json.items()) {
        if (key == "time") {
          event.time = parse_time(value.get<std::string>()).value();
        } else if (key == "event") {
          event.event = value.get<std::string>();
        } else if (key == "task") {
          event.task = value.get<std::string>();
        } else if (key == "attempt") {
          event.attempt = value.get<std::uint64_t>();
        } else {
          event.details.emplace_back(key, value.get<std::string>());
        }
      }
    } catch (const std::exception& error) {
      throw FileError(file.string(), number, "",
                      std::string("is no journal event: ") + error.what());
    }
    each(event);
  }
}

}  // namespace plumbline
