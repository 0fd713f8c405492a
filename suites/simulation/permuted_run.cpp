#include "suites/simulation/permuted_run.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <string>
#include <string_view>

#include "results/schema/append_file.h"
#include "results/schema/measurement.h"
#include "suites/description/bytes.h"
#include "suites/simulation/draw.h"

namespace plumbline::simulation {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

std::vector<RunDirectory> permuted_runs(const RunDirectory& run,
                                        const std::filesystem::path& results, std::uint64_t seed,
                                        std::size_t parts) {
  const std::string text = bytes_of(run.measurements());
  std::vector<std::string_view> lines = lines_of(text);
  lines.erase(lines.begin());  // the header
  schedule::Random(seed, {static_cast<std::uint64_t>(Stream::order)}).shuffle(lines);
  std::vector<RunDirectory> runs;
  for (std::size_t part = 0; part < parts; ++part) {
    // The first has the name that the rows say, so that the software of its hosts is known.
    const std::string name = run.name() + (part == 0 ? "" : "-part" + std::to_string(part + 1));
    const auto directory = RunDirectory::create(results, name);
    std::filesystem::copy_file(run.manifest(), directory.manifest());
    if (part == 0 && std::filesystem::exists(run.context())) {
      std::filesystem::copy_file(run.context(), directory.context());
    }
    std::string some;
    for (std::size_t i = part; i < lines.size(); i += parts) some += lines[i];
    AppendFile(directory.measurements(), csv_header<Measurement>()).append(some);
    runs.push_back(directory);
  }
  return runs;
}

bool same_bytes(const std::filesystem::path& a, const std::filesystem::path& b) {
  return bytes_of(a) == bytes_of(b);
}

}  // namespace plumbline::simulation
