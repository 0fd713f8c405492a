#include "reports/judging/history_file.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <type_traits>

namespace plumbline {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t magic = 0x706c756d62310000U + sizeof(FleetRow);  // "plumb1": a version
constexpr std::uint64_t most_items = std::uint64_t{1} << 32;

/// Which files it was made of, as far as that is seen without reading them.
struct Origin {
  std::array<std::uint64_t, 3> sizes{};
  std::array<std::int64_t, 3> times{};

  bool operator==(const Origin&) const = default;
};

Origin origin_of(const RunDirectory& run) {
  Origin origin;
  const std::array files = {run.measurements(), run.devices(), run.context()};
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::error_code error;
    if (!fs::exists(files[i], error)) continue;
    origin.sizes[i] = fs::file_size(files[i], error);
    origin.times[i] = fs::last_write_time(files[i], error).time_since_epoch().count();
  }
  return origin;
}

class Writer {
 public:
  explicit Writer(const fs::path& file) : stream_(file, std::ios::binary) {}

  template <class Value>
  void put(const Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    stream_.write(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void put_text(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  template <class Item>
  void put_all(const std::vector<Item>& items) {
    static_assert(std::is_trivially_copyable_v<Item>);
    put(static_cast<std::uint64_t>(items.size()));
    stream_.write(reinterpret_cast<const char*>(items.data()),
                  static_cast<std::streamsize>(items.size() * sizeof(Item)));
  }
  bool finish() {
    put(magic);
    stream_.close();
    return !stream_.fail();
  }

 private:
  std::ofstream stream_;
};

/// Reads what a Writer wrote; once something is missing, everything else is nothing.
class Reader {
 public:
  explicit Reader(const fs::path& file) : stream_(file, std::ios::binary) {
    std::error_code error;
    left_ = fs::file_size(file, error);
    good_ = !error && stream_.good();
  }

  bool good() const { return good_; }

  template <class Value>
  Value get() {
    Value value{};
    take(&value, sizeof(value));
    return value;
  }
  std::uint64_t count(std::size_t least_size) {
    const auto items = get<std::uint64_t>();
    if (items > most_items || items * least_size > left_) good_ = false;
    return good_ ? items : 0;
  }
  std::string text() {
    std::string text(count(1), '\0');
    take(text.data(), text.size());
    return text;
  }
  template <class Item>
  std::vector<Item> all() {
    std::vector<Item> items(count(sizeof(Item)));
    take(items.data(), items.size() * sizeof(Item));
    return items;
  }

 private:
  void take(void* to, std::size_t size) {
    if (size > left_) good_ = false;
    if (!good_) return;
    stream_.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    good_ = stream_.good() || size == 0;
    left_ -= size;
  }

  std::ifstream stream_;
  std::uint64_t left_ = 0;
  bool good_ = false;
};

void put(Writer& writer, const TimedColumn& column) {
  writer.put_text(column.key);
  writer.put_text(column.instance_type);
  writer.put_text(column.metric);
  writer.put_text(column.subject_class);
  writer.put_text(format_params(column.params));
  writer.put_text(column.unit);
  writer.put(column.bytes);
  writer.put(column.better);
  writer.put(column.provenance);
  writer.put_all(column.rows);
}

TimedColumn get_column(Reader& reader) {
  TimedColumn column;
  column.key = reader.text();
  column.instance_type = reader.text();
  column.metric = reader.text();
  column.subject_class = reader.text();
  column.params = parse_params(reader.text()).value_or(Params());
  column.unit = reader.text();
  column.bytes = reader.get<std::uint64_t>();
  column.better = reader.get<Better>();
  column.provenance = reader.get<Provenance>();
  column.rows = reader.all<FleetRow>();
  return column;
}

void put(Writer& writer, const Versions& versions) {
  writer.put(static_cast<std::uint64_t>(versions.size()));
  for (const auto& [key, value] : versions) {
    writer.put_text(key);
    writer.put_text(value);
  }
}

Versions get_versions(Reader& reader) {
  Versions versions;
  for (std::uint64_t i = reader.count(16); i > 0; --i) {
    std::string key = reader.text();
    versions.emplace_back(std::move(key), reader.text());
  }
  return versions;
}

void put_all(Writer& writer, const std::vector<std::string>& texts) {
  writer.put(static_cast<std::uint64_t>(texts.size()));
  for (const std::string& text : texts) writer.put_text(text);
}

std::vector<std::string> get_texts(Reader& reader) {
  std::vector<std::string> texts;
  for (std::uint64_t i = reader.count(8); i > 0; --i) texts.push_back(reader.text());
  return texts;
}

TimedColumns get_table(Reader& reader) {
  TimedColumns table;
  table.has_too_many_names = reader.get<std::uint8_t>() != 0;
  table.hosts = get_texts(reader);
  for (std::uint64_t i = reader.count(16); i > 0; --i) {
    std::string subject = reader.text();
    table.paths.push_back({std::move(subject), reader.text()});
  }
  for (std::uint64_t i = reader.count(16); i > 0; --i) {
    std::string run = reader.text();
    table.occasions.push_back({std::move(run), reader.get<std::uint64_t>()});
  }
  for (std::uint64_t i = reader.count(8); i > 0; --i) table.columns.push_back(get_column(reader));
  return table;
}

void put(Writer& writer, const TimedColumns& table) {
  writer.put(static_cast<std::uint8_t>(table.has_too_many_names ? 1 : 0));
  put_all(writer, table.hosts);
  writer.put(static_cast<std::uint64_t>(table.paths.size()));
  for (const TimedColumns::Path& path : table.paths) {
    writer.put_text(path.subject);
    writer.put_text(path.peer);
  }
  writer.put(static_cast<std::uint64_t>(table.occasions.size()));
  for (const Occasion& occasion : table.occasions) {
    writer.put_text(occasion.run);
    writer.put(occasion.attempt);
  }
  writer.put(static_cast<std::uint64_t>(table.columns.size()));
  for (const TimedColumn& column : table.columns) put(writer, column);
}

/// Whether every number names something.
bool is_whole(const HistoryRun& history) {
  const TimedColumns& table = history.table;
  for (const TimedColumn& column : table.columns) {
    for (const FleetRow& row : column.rows) {
      if (row.host >= table.hosts.size() || row.path >= table.paths.size() ||
          row.occasion >= table.occasions.size()) {
        return false;
      }
    }
  }
  for (const PathPart& part : history.part_of) {
    if (part.host >= table.hosts.size() || part.path >= table.paths.size() ||
        part.part >= history.parts.size()) {
      return false;
    }
  }
  for (const std::uint32_t software : history.software_of) {
    if (software >= history.software.size()) return false;
  }
  return history.software_of.size() == table.hosts.size();
}

}  // namespace

std::optional<HistoryRun> read_history_file(const RunDirectory& run) {
  Reader reader(run.history());
  if (!reader.good() || reader.get<std::uint64_t>() != magic) return std::nullopt;
  if (reader.get<Origin>() != origin_of(run)) return std::nullopt;
  HistoryRun history;
  history.table = get_table(reader);
  for (std::uint64_t i = reader.count(8); i > 0; --i) {
    history.software.push_back(get_versions(reader));
  }
  history.software_of = reader.all<std::uint32_t>();
  history.parts = get_texts(reader);
  history.part_of = reader.all<PathPart>();
  if (reader.get<std::uint64_t>() != magic || !reader.good()) return std::nullopt;
  if (!is_whole(history)) return std::nullopt;
  history.run = run.name();
  return history;
}

bool write_history_file(const HistoryRun& history, const RunDirectory& run) {
  fs::path part = run.history();
  part += ".part" + std::to_string(::getpid());
  Writer writer(part);
  writer.put(magic);
  writer.put(origin_of(run));
  put(writer, history.table);
  writer.put(static_cast<std::uint64_t>(history.software.size()));
  for (const Versions& versions : history.software) put(writer, versions);
  writer.put_all(history.software_of);
  put_all(writer, history.parts);
  writer.put_all(history.part_of);
  std::error_code error;
  if (writer.finish()) {
    fs::rename(part, run.history(), error);
    if (!error) return true;
  }
  fs::remove(part, error);
  return false;
}

}  // namespace plumbline
