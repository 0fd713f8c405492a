#include "suites/fleet/frame.h"

#include <nlohmann/json.hpp>

#include "results/schema/names.h"
#include "suites/fleet/byte_text.h"

namespace plumbline {
namespace {

using nlohmann::json;

constexpr std::string_view mark = "\x1e{";  // RFC 7464: a record separator begins a JSON text
constexpr auto kind_names =
    names_of<Frame::Kind>("began", "bytes", "alive", "ended", "said", "gone");
constexpr auto stopped_names = names_of<Stopped>("not_at_all", "at_deadline", "by_interruption");

json to_json(const ProcessEnd& end) {
  json value = {{"stopped", stopped_names[end.stopped]},
                {"killed", end.killed},
                {"seconds", end.elapsed.count()},
                {"left_behind", end.left_behind},
                {"unkillable", end.unkillable}};
  if (end.status) value["status"] = {end.status->exit, end.status->signal};
  return value;
}

ProcessEnd read_end(const json& value) {
  ProcessEnd end;
  end.stopped = stopped_names.find(value.at("stopped").get<std::string>()).value();
  end.killed = value.at("killed");
  end.elapsed = Seconds(value.at("seconds").get<double>());
  end.left_behind = value.at("left_behind");
  end.unkillable = value.at("unkillable").get<std::vector<pid_t>>();
  if (value.contains("status")) end.status = {value["status"].at(0), value["status"].at(1)};
  return end;
}

}  // namespace

std::string to_line(const Frame& frame) {
  json value = {{"kind", kind_names[frame.kind]}, {"host", frame.host}, {"task", frame.task}};
  if (frame.kind == Frame::Kind::bytes) {
    value["file"] = frame.file;
    value["offset"] = frame.offset;
  }
  if (!frame.bytes.empty()) value["bytes"] = text_of_bytes(frame.bytes);
  if (frame.kind == Frame::Kind::ended) value["end"] = to_json(frame.end);
  return '\x1e' + value.dump() + '\n';
}

std::optional<Frame> read_frame(std::string_view line) {
  if (!line.starts_with(mark)) return std::nullopt;
  try {
    const json value = json::parse(line.substr(1));
    Frame frame;
    frame.kind = kind_names.find(value.at("kind").get<std::string>()).value();
    frame.host = value.at("host");
    frame.task = value.at("task");
    if (frame.kind == Frame::Kind::bytes) {
      frame.file = value.at("file");
      frame.offset = value.at("offset");
    }
    if (value.contains("bytes")) frame.bytes = bytes_of_text(value["bytes"].get<std::string>());
    if (frame.kind == Frame::Kind::ended) frame.end = read_end(value.at("end"));
    return frame;
  } catch (const std::exception&) {  // a line that was cut or mixed with another one
    return std::nullopt;
  }
}

}  // namespace plumbline
