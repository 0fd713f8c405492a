#include "suites/hosts/ec2_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "results/schema/file_error.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

/// A value of an answer that knows where it stands.
class JsonValue {
 public:
  JsonValue(const std::string& file, std::string path, const Json& json)
      : file_(&file), path_(std::move(path)), json_(&json) {}

  /// The text under `key`; "" if it is missing or null.
  std::string text(const char* key) const {
    const Json* found = find(key);
    if (found == nullptr) return "";
    if (!found->is_string()) refuse(at(key), *found, "a text or null");
    return found->get<std::string>();
  }

  std::string required_text(const char* key) const {
    std::string found = text(key);
    if (found.empty()) throw FileError(*file_, 0, at(key), "is missing or empty, expected a text");
    return found;
  }

  /// The elements of the array under `key`; none if it is missing or null.
  std::vector<JsonValue> elements(const char* key) const {
    std::vector<JsonValue> values;
    const Json* found = find(key);
    if (found == nullptr) return values;
    if (!found->is_array()) refuse(at(key), *found, "an array");
    for (const Json& element : *found) {
      values.emplace_back(*file_, fmt::format("{}[{}]", at(key), values.size()), element);
    }
    return values;
  }

  std::vector<JsonValue> required_elements(const char* key, const char* answer) const {
    if (find(key) != nullptr) return elements(key);
    throw FileError(*file_, 0, at(key),
                    fmt::format("is missing, expected an answer of {} in JSON", answer));
  }

  /// The object under `key`, with nothing in it if that is missing or null.
  JsonValue object(const char* key) const {
    static const Json nothing = Json::object();
    const Json* found = find(key);
    if (found != nullptr && !found->is_object()) refuse(at(key), *found, "an object");
    return {*file_, at(key), found != nullptr ? *found : nothing};
  }

  std::string as_text() const {
    if (!json_->is_string()) refuse(path_, *json_, "a text");
    return json_->get<std::string>();
  }

  AnswerPlace place() const { return {*file_, path_}; }

 private:
  const Json* find(const char* key) const {
    if (!json_->is_object()) refuse(path_, *json_, "an object");
    const auto found = json_->find(key);
    return found == json_->end() || found->is_null() ? nullptr : &*found;
  }

  std::string at(const char* key) const {
    return path_.empty() || path_.ends_with(": ") ? path_ + key : path_ + '.' + key;
  }

  [[noreturn]] void refuse(const std::string& path, const Json& found, const char* expected) const {
    std::string text = found.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > 40) text = text.substr(0, 40) + "...";
    throw FileError(*file_, 0, path, fmt::format("found {}, expected {}", text, expected));
  }

  const std::string* file_;
  std::string path_;
  const Json* json_;
};

/// The JSON texts in a file, one after the other.
std::vector<Json> read_documents(const fs::path& file, const char* answer) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file)) {
    throw FileError(file.string(), 0, "",
                    fmt::format("cannot be read; expected an answer of {} in JSON", answer));
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  std::istringstream rest(text);
  std::vector<Json> documents;
  while (!(rest >> std::ws).eof()) {
    const auto begin = static_cast<std::size_t>(rest.tellg());
    try {
      rest >> documents.emplace_back();
    } catch (const Json::out_of_range&) {
      throw FileError(
          file.string(), 0, "",
          fmt::format("holds a number that is too large, expected an answer of {}", answer));
    } catch (const Json::parse_error& error) {
      const std::size_t end = std::min(text.size(), begin + error.byte);
      const auto line =
          1 +
          std::count(text.begin(), std::next(text.begin(), static_cast<std::ptrdiff_t>(end)), '\n');
      throw FileError(file.string(), static_cast<std::size_t>(line), "",
                      fmt::format("is no JSON, expected an answer of {}", answer));
    }
  }
  if (documents.empty()) {
    throw FileError(file.string(), 0, "",
                    fmt::format("is empty, expected an answer of {} in JSON", answer));
  }
  return documents;
}

/// Calls `each` with every answer of a file and counts its pages.
template <class Instance, class Each>
Answers<Instance> read_answers(const fs::path& file, const char* answer, Each each) {
  const std::string name = file.string();
  const std::vector<Json> documents = read_documents(file, answer);
  Answers<Instance> answers;
  for (const Json& document : documents) {
    const std::string path =
        documents.size() == 1 ? "" : fmt::format("answer {}: ", answers.pages + 1);
    const JsonValue root(name, path, document);
    ++answers.pages;
    if (!root.text("NextToken").empty()) ++answers.open_pages;
    each(root, answers.instances);
  }
  return answers;
}

std::string first_known(const std::string& preferred, const std::string& otherwise) {
  return preferred.empty() ? otherwise : preferred;
}

PlacedInstance placed_instance(const JsonValue& value) {
  PlacedInstance instance;
  instance.place = value.place();
  instance.id = value.required_text("InstanceId");
  instance.type = value.text("InstanceType");
  instance.zone = first_known(value.text("ZoneId"), value.text("AvailabilityZone"));
  for (const JsonValue& node : value.elements("NetworkNodes")) {
    instance.network_nodes.push_back(node.as_text());
  }
  return instance;
}

DescribedInstance described_instance(const JsonValue& value) {
  const JsonValue placement = value.object("Placement");
  DescribedInstance instance;
  instance.place = value.place();
  instance.id = value.required_text("InstanceId");
  instance.type = value.text("InstanceType");
  instance.zone =
      first_known(placement.text("AvailabilityZoneId"), placement.text("AvailabilityZone"));
  instance.private_dns = value.text("PrivateDnsName");
  instance.private_address = value.text("PrivateIpAddress");
  instance.state = value.object("State").text("Name");
  return instance;
}

}  // namespace

Answers<PlacedInstance> read_instance_topology(const fs::path& file) {
  constexpr const char* answer = "DescribeInstanceTopology";
  return read_answers<PlacedInstance>(
      file, answer, [](const JsonValue& root, std::vector<PlacedInstance>& instances) {
        for (const JsonValue& value : root.required_elements("Instances", answer)) {
          instances.push_back(placed_instance(value));
        }
      });
}

Answers<DescribedInstance> read_instances(const fs::path& file) {
  constexpr const char* answer = "DescribeInstances";
  return read_answers<DescribedInstance>(
      file, answer, [](const JsonValue& root, std::vector<DescribedInstance>& instances) {
        for (const JsonValue& reservation : root.required_elements("Reservations", answer)) {
          for (const JsonValue& value : reservation.elements("Instances")) {
            instances.push_back(described_instance(value));
          }
        }
      });
}

}  // namespace plumbline
