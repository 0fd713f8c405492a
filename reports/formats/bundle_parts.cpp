#include "reports/formats/bundle_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "results/schema/course.h"
#include "results/schema/host_identity.h"
#include "results/schema/manifest.h"
#include "results/schema/measurement.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// A longer log is packed with its beginning left out: what went wrong stands at the end.
constexpr std::uintmax_t most_log_bytes = 8 << 20;

/// The records of a node in a table of a run. What cannot be read is left out.
template <class Record>
std::vector<Record> of_node(const fs::path& file, const std::string& node) {
  std::vector<Record> records;
  if (!fs::exists(file)) return records;
  read_csv<Record>(
      file,
      [&](const Record& record) {
        if (record.host == node) records.push_back(record);
      },
      BadRows::collect);
  return records;
}

std::string whole_file(const fs::path& file, std::uintmax_t most) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) return {};
  const auto size = static_cast<std::uintmax_t>(stream.tellg());
  const std::uintmax_t left_out = size > most ? size - most : 0;
  stream.seekg(static_cast<std::streamoff>(left_out));
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (left_out == 0) return text;
  return fmt::format("[the first {} bytes are left out]\n", left_out) + text;
}

/// The hosts that a text names, of those that there are.
class HostNames {
 public:
  explicit HostNames(const Manifest& manifest) {
    for (const ManifestEntry& entry : manifest) hosts_.insert(entry.host);
  }
  std::set<std::string> in(std::string_view text) const {
    std::set<std::string> found;
    const auto is_of_name = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             c == '-' || c == '.' || c == '_';
    };
    for (std::size_t i = 0; i < text.size();) {
      if (!is_of_name(text[i])) {
        ++i;
        continue;
      }
      std::size_t end = i;
      while (end < text.size() && is_of_name(text[end])) ++end;
      const auto host = hosts_.find(text.substr(i, end - i));
      if (host != hosts_.end()) found.insert(*host);
      i = end;
    }
    return found;
  }

 private:
  std::set<std::string, std::less<>> hosts_;
};

/// The lines of a text that name the node and no other one.
std::string lines_about(const std::string& text, const std::string& node, const HostNames& hosts) {
  std::string kept;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (hosts.in(line) == std::set{node}) kept += line;
    begin = end;
  }
  return kept;
}

/// Of a run on many hosts: the events of tasks in which the node took part.
std::string journal_about(const std::string& text, const std::string& node) {
  std::set<std::string> tasks;
  std::string kept;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string line = text.substr(begin, end - begin);
    begin = end;
    const auto event = nlohmann::json::parse(line, nullptr, false);
    if (!event.is_object()) continue;
    const auto word = [&](const char* key) {
      const auto found = event.find(key);
      return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const std::string hosts = '\n' + word("hosts") + '\n';
    const std::string task = word("task");
    if (task.empty()) continue;
    if (hosts.find('\n' + node + '\n') != std::string::npos) tasks.insert(task);
    if (tasks.contains(task)) kept += line;
  }
  return kept;
}

}  // namespace

std::vector<BundlePart> parts_of_run(const RunDirectory& run, const std::string& node,
                                     std::vector<Device>& devices) {
  std::vector<BundlePart> parts;
  const fs::path folder = file_safe(run.name());
  const auto add = [&](const fs::path& name, std::string bytes, const char* meaning) {
    if (!bytes.empty()) parts.push_back({folder / name, std::move(bytes), meaning});
  };
  Manifest manifest;
  if (fs::exists(run.manifest())) manifest = read_all<ManifestEntry>(run.manifest());
  const bool alone = manifest.size() == 1 && manifest.front().host == node;
  const HostNames hosts(manifest);
  const auto of_run = of_node<Device>(run.devices(), node);
  devices.insert(devices.end(), of_run.begin(), of_run.end());
  add("manifest.csv", table_of(of_node<ManifestEntry>(run.manifest(), node)),
      "what the node should be");
  add("samples.csv", table_of(of_node<Sample>(run.samples(), node)), "every sample");
  add("courses.csv", table_of(of_node<Course>(run.courses(), node)),
      "how clock, power and the like went over time");
  add("devices.csv", table_of(of_run), "its devices, with serial numbers where they tell");
  add("context.csv", table_of(of_node<ContextEntry>(run.context(), node)),
      "its software and settings");
  if (fs::exists(run.metrics())) {
    add("metrics.csv", whole_file(run.metrics(), UINTMAX_MAX), "what each metric counts");
  }
  if (fs::exists(run.suite())) {
    add("suite.toml", whole_file(run.suite(), UINTMAX_MAX), "what was run");
  }
  if (fs::exists(run.journal())) {
    const std::string journal = whole_file(run.journal(), UINTMAX_MAX);
    add("journal.jsonl", alone ? journal : journal_about(journal, node),
        "what was started, and how it ended");
  }
  if (!fs::is_directory(run.logs())) return parts;
  std::vector<fs::path> logs;
  for (const auto& entry : fs::directory_iterator(run.logs())) {
    if (entry.is_regular_file()) logs.push_back(entry.path());
  }
  std::sort(logs.begin(), logs.end());
  for (const fs::path& log : logs) {
    const std::string text = whole_file(log, most_log_bytes);
    add(fs::path("logs") / log.filename(), alone ? text : lines_about(text, node, hosts),
        "what was printed");
  }
  return parts;
}

}  // namespace plumbline
