#include "reports/formats/json_lines.h"

#include <nlohmann/json.hpp>

#include "reports/evaluation/sentence.h"

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

void put(Json& object, const char* key, const std::optional<double>& number) {
  if (number) object[key] = *number;
}

}  // namespace

std::string json_line(const Finding& f) {
  Json object;
  object["schema"] = schema_version;
  put(object, "id", f.id);
  object["verdict"] = verdict_names[f.verdict];
  put(object, "host", f.host);
  put(object, "instance_type", f.instance_type);
  put(object, "probe", f.probe);
  put(object, "case", f.case_name);
  put(object, "metric", f.metric);
  put(object, "subject", f.subject);
  put(object, "peer", f.peer);
  if (f.bytes != 0) object["bytes"] = f.bytes;
  if (!f.params.empty()) object["params"] = f.params.pairs();
  put(object, "unit", f.unit);
  object["better"] = better_names[f.better];
  object["runs"] = f.runs;
  put(object, "value", f.value);
  put(object, "ci_low", f.ci_low);
  put(object, "ci_high", f.ci_high);
  put(object, "text", f.text);
  put(object, "expected", f.expected);
  put(object, "low", f.low);
  put(object, "high", f.high);
  put(object, "deficit", f.deficit);
  put(object, "resolution", f.resolution);
  object["remeasure"] = f.remeasure;
  object["provenance"] = provenance_names[f.provenance];
  put(object, "rule", f.rule);
  put(object, "sentence", sentence_of(f));
  put(object, "action", f.action);
  put(object, "basis", f.basis);
  put(object, "source", f.source);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string JsonLines::text_of(const NodeEvaluation& node) const {
  std::string lines;
  for (const Finding& finding : node.findings) lines += json_line(finding) + '\n';
  return lines;
}

void JsonLines::add(const NodeEvaluation&, std::span<const Measurement>, const std::string& text) {
  out_.write(text);
}

bool JsonLines::finish(const Judgement&) {
  out_.commit();
  return true;
}

}  // namespace plumbline
