#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "results/schema/append_file.h"
#include "results/schema/time.h"

namespace plumbline {

/// One line of journal.jsonl: something began or ended, at the moment when it did.
struct JournalEvent {
  WallTime time{};
  std::string event;  ///< run_started, task_started, task_ended, run_ended, resumed ...
  std::string task;   ///< "host_memory#2"; empty for events of the run
  std::uint64_t attempt = 0;
  /// What else belongs to the event, as text: command, outcome, exit, signal, seconds, reason.
  std::vector<std::pair<std::string, std::string>> details;

  std::string detail(const std::string& key) const;  ///< "" if it has none of that name
};

/// Append-only and flushed: what was started, what ended and how. A run is resumed from it.
class Journal {
 public:
  explicit Journal(const std::filesystem::path& file) : file_(file, "") {}

  void append(const JournalEvent& event);

 private:
  AppendFile file_;
};

/// All events in order. A cut last line is left out; any other line that is no event throws
/// FileError with its line.
std::vector<JournalEvent> read_journal(const std::filesystem::path& file);

/// The same one after another, for the journal of a large fleet.
void read_journal(const std::filesystem::path& file,
                  const std::function<void(const JournalEvent&)>& each);

}  // namespace plumbline
