#include "tests/layering/layers.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

namespace plumbline {
namespace {

using Names = std::initializer_list<std::string_view>;

/// A folder, and which folders of ours its files may include beside itself. This is the table "Who
/// may include whom"; a new folder is a new line here.
struct Layer {
  std::string_view folder;
  Names may_include;
};

constexpr std::string_view schema = "results/schema";
constexpr std::string_view vendor = "probes/vendor";
constexpr std::string_view node = "probes/node";
constexpr std::string_view harness = "probes/harness";
constexpr std::string_view world = "probes/world";
constexpr std::string_view gpu = "probes/gpu";
constexpr std::string_view evaluation = "reports/evaluation";
constexpr std::string_view localisation = "reports/localisation";
constexpr std::string_view statistics = "reports/statistics";
constexpr std::string_view baselines = "reports/baselines";
constexpr std::string_view judging = "reports/judging";
constexpr std::string_view comparison = "reports/comparison";
constexpr std::string_view html = "reports/html";
constexpr std::string_view any = "";

const Layer layers[] = {
    {schema, {}},

    {vendor, {}},
    {node, {vendor, schema}},
    {harness, {schema}},
    {world, {schema}},
    {gpu, {harness, node, vendor, schema}},
    {"probes/topology", {harness, node, vendor, schema}},
    {"probes/host_memory", {harness, node, vendor, schema}},
    {"probes/host_link", {gpu, harness, node, vendor, schema}},
    {"probes/gpu_memory", {gpu, harness, node, vendor, schema}},
    {"probes/gpu_compute", {gpu, harness, node, vendor, schema}},
    {"probes/nvlink", {gpu, harness, node, vendor, schema}},
    {"probes/collectives", {gpu, harness, node, vendor, world, schema}},
    {"probes/overlap", {gpu, harness, node, vendor, schema}},
    {"probes/efa", {harness, node, vendor, world, schema}},
    {"probes/health", {gpu, harness, node, vendor, schema}},
    {"probes/doctor", {node, vendor, schema}},  // times nothing, so it needs no harness
    {"probes/virtual_node", {"probes"}},        // the kernels' own sources, see below
    {"probes/virtual_node/program", {"probes/virtual_node", schema}},

    {"suites", {schema}},

    {statistics, {}},
    {evaluation, {statistics, schema}},
    {localisation, {statistics, schema}},
    {html, {}},
    {"reports/pages", {html, comparison, evaluation, localisation, schema}},
    {baselines, {evaluation, schema}},
    {comparison, {baselines, evaluation, statistics, schema}},
    {"reports/learning", {baselines, evaluation, statistics, schema}},
    {judging, {baselines, evaluation, localisation, statistics, "reports/pages", schema}},
    {"reports/formats", {judging, comparison, localisation, evaluation, statistics, html, schema}},
    {"reports/programs", {"reports", schema}},  // they bring the folders together

    {"tests", {any}},
};

/// Headers from elsewhere that only some layers may include. What stands here in no line (std, the
/// C library, the kernel) is open to all.
struct Library {
  std::string_view name;
  Names prefixes;  ///< of what stands between < and >
  Names layers;    ///< folders; what lies in them may include it
};

const Library libraries[] = {
    {"Google Benchmark", {"benchmark/"}, {harness, "tests"}},
    {"hwloc", {"hwloc"}, {node, "probes/doctor", "tests"}},
    {"fast-cpp-csv-parser", {"libfccp/"}, {schema, "tests"}},
    {"toml11", {"toml"}, {"suites", "probes/virtual_node", "tests"}},
    {"Google Test", {"gtest/", "gmock/"}, {"tests"}},
    {"CUDA and the vendors' libraries",
     {"cuda", "cublas", "nvml", "nccl", "nvrtc", "rdma/", "infiniband/"},
     {vendor, "probes/virtual_node", "tests"}},
    {"fmt", {"fmt/"}, {schema, node, harness, "probes", "suites", "reports", "tests"}},
    {"CLI11", {"CLI/"}, {harness, "probes", "suites", "reports", "tests"}},
    {"libarchive", {"archive"}, {"reports/formats", "tests"}},
    {"zlib", {"zlib.h"}, {html, "tests"}},
    {"JSON", {"nlohmann/"}, {schema, "probes", "suites", "reports", "tests"}},
};

/// Layers that know std alone: a library is open to them only if its line names them themselves.
constexpr std::string_view std_only[] = {vendor, statistics, html};

bool lies_in(std::string_view file, std::string_view folder) {
  return folder.empty() ||
         (file.starts_with(folder) && file.size() > folder.size() && file[folder.size()] == '/');
}

bool contains(const auto& range, std::string_view word) {
  return std::find(std::begin(range), std::end(range), word) != std::end(range);
}

const Layer* find_layer(std::string_view file) {
  const Layer* found = nullptr;
  for (const Layer& layer : layers) {
    if (lies_in(file, layer.folder) &&
        (found == nullptr || layer.folder.size() > found->folder.size())) {
      found = &layer;
    }
  }
  return found;
}

/// A folder below probes/ or reports/ must be a layer of its own; files may stand in reports/
/// itself.
bool folder_is_known(std::string_view file, const Layer& layer) {
  if (layer.folder != "reports") return true;
  return file.find('/', layer.folder.size() + 1) == std::string_view::npos;
}

bool may_include(const Layer& layer, std::string_view included) {
  return lies_in(included, layer.folder) ||
         std::any_of(layer.may_include.begin(), layer.may_include.end(),
                     [&](std::string_view folder) { return lies_in(included, folder); });
}

/// "probes/node, results/schema or itself"
std::string allowed(const Layer& layer) {
  std::string text;
  for (const std::string_view folder : layer.may_include) text += std::string(folder) + ", ";
  return text + "itself";
}

bool may_use(const Layer& layer, const Library& library) {
  if (contains(library.layers, layer.folder)) return true;
  return !contains(std_only, layer.folder) &&
         std::any_of(library.layers.begin(), library.layers.end(),
                     [&](std::string_view folder) { return lies_in(layer.folder, folder); });
}

struct Include {
  std::string_view path;
  bool ours;  ///< written with quotes
};

/// What a line includes, if it is an #include line.
std::optional<Include> parse_include(std::string_view line) {
  const auto skip_spaces = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  const auto skip = [&](std::string_view word) {
    skip_spaces();
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    return true;
  };
  if (!skip("#") || !skip("include")) return std::nullopt;
  skip_spaces();
  if (line.empty() || (line.front() != '"' && line.front() != '<')) return std::nullopt;
  const bool ours = line.front() == '"';
  line.remove_prefix(1);
  const std::size_t end = line.find(ours ? '"' : '>');
  if (end == std::string_view::npos) return std::nullopt;
  return Include{line.substr(0, end), ours};
}

/// What is wrong with one include line of a file of `layer`; "" if nothing is.
std::string complaint(const Layer& layer, const Include& include,
                      const std::vector<std::string>& files) {
  const std::string path(include.path);
  if (include.ours) {
    if (!contains(files, path)) {
      return "includes \"" + path +
             "\", which is no file of the tree; expected its path from the root";
    }
    if (!may_include(layer, path)) {
      return std::string(layer.folder) + " includes \"" + path + "\", expected only " +
             allowed(layer);
    }
    return "";
  }
  for (const Library& library : libraries) {
    const bool matches =
        std::any_of(library.prefixes.begin(), library.prefixes.end(),
                    [&](std::string_view prefix) { return path.starts_with(prefix); });
    if (matches && !may_use(layer, library)) {
      return std::string(layer.folder) + " includes <" + path + ">, but " +
             std::string(library.name) + " ends at other folders";
    }
  }
  return "";
}

}  // namespace

std::string to_string(const Violation& violation) {
  std::string text = violation.file;
  if (violation.line != 0) text += ':' + std::to_string(violation.line);
  return text + ": " + violation.what;
}

std::string_view layer_of(std::string_view file) {
  const Layer* layer = find_layer(file);
  return layer != nullptr && folder_is_known(file, *layer) ? layer->folder : std::string_view();
}

std::vector<Violation> check(std::string_view file, std::string_view text,
                             const std::vector<std::string>& files) {
  const Layer* layer = find_layer(file);
  if (layer == nullptr || !folder_is_known(file, *layer)) {
    return {{std::string(file), 0,
             "lies in a folder that is no layer; add its line to tests/layering/layers.cpp"}};
  }
  std::vector<Violation> violations;
  if (file.ends_with(".h") && !text.starts_with("#pragma once\n")) {
    violations.push_back({std::string(file), 1, "does not begin with #pragma once"});
  }
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto include = parse_include(line);
    if (!include) continue;
    const std::string what = complaint(*layer, *include, files);
    if (!what.empty()) violations.push_back({std::string(file), number, what});
  }
  return violations;
}

}  // namespace plumbline
