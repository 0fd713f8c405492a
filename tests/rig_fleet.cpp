#include "tests/rig_fleet.h"

#include <algorithm>
#include <sstream>

#include "results/schema/file_error.h"
#include "suites/running/task_outcome.h"

namespace plumbline {

Said RigFleet::say(const std::filesystem::path& bin, std::vector<std::string> words) {
  const Running running = start(bin, std::move(words));
  const int exit = running.wait();
  return {exit, running.output()};
}

std::filesystem::path RigFleet::write(const std::string& name, const std::string& text) {
  const std::filesystem::path file = rig_->shared(name);
  write_file(file, text);
  return file;
}

std::vector<std::string> RigFleet::processes(const std::string& host,
                                             const std::vector<std::string>& words) {
  const Said said = on(host, {"sh", "-c",
                              "for p in /proc/[0-9]*; do printf '%s ' \"${p#/proc/}\"; "
                              "tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null"});
  std::vector<std::string> found;
  std::istringstream stream(said.output);
  for (std::string line; std::getline(stream, line);) {
    const bool has_all = std::ranges::all_of(words, [&](const std::string& word) {
      const bool unwanted = word.front() == '!';
      return (line.find(word.substr(unwanted ? 1 : 0)) != std::string::npos) != unwanted;
    });
    if (has_all && line.find("for p in") == std::string::npos) {
      found.push_back(line.substr(0, line.find(' ')));
    }
  }
  return found;
}

void RigFleet::signal(const std::string& host, const std::string& process,
                      const std::string& signal) {
  on(host, {"kill", "-" + signal, process});
}

bool RigFleet::has_begun() const {
  try {
    return std::filesystem::exists(run().journal());
  } catch (const FileError&) {
    return false;
  }
}

std::vector<std::filesystem::path> RigFleet::sent_tables() const {
  namespace fs = std::filesystem;
  std::vector<fs::path> tables;
  // Folders come while this looks, the first of them too.
  std::error_code missing;
  for (fs::recursive_directory_iterator entry(run().path() / "parts", missing), end;
       !missing && entry != end; entry.increment(missing)) {
    if (entry->path().filename() == "measurements.csv") tables.push_back(entry->path());
  }
  return tables;
}

bool RigFleet::has_sent(const std::string& host, const std::string& task,
                        const std::string& text) const {
  return std::ranges::any_of(sent_tables(), [&](const std::filesystem::path& table) {
    const std::string part = table.lexically_relative(run().path() / "parts");
    return part.find(host) != std::string::npos && part.find(task) != std::string::npos &&
           read_file(table).find(text) != std::string::npos;
  });
}

std::vector<Measurement> RigFleet::rows() const {
  return read_all<Measurement>(run().measurements());
}

std::vector<Measurement> RigFleet::rows_of(const std::string& metric) const {
  auto all = rows();
  std::erase_if(all, [&](const Measurement& row) { return row.metric != metric; });
  return all;
}

std::string RigFleet::failures() const {
  std::string text;
  for (const Measurement& row : rows()) {
    if (!is_task_row(row) || row.outcome == Outcome::ok) continue;
    text += row.host + ' ' + row.task + ' ' + std::to_string(row.attempt) + ": " + row.note + '\n';
  }
  return text;
}

}  // namespace plumbline
