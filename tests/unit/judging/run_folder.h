#pragma once

#include <string>
#include <vector>

#include "results/schema/baseline.h"
#include "results/schema/manifest.h"
#include "results/schema/run_directory.h"
#include "tests/unit/evaluation/rows.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline::testing {

template <class Record>
void write_table(const std::filesystem::path& file, const std::vector<Record>& records) {
  std::string text = csv_header<Record>();
  for (const Record& record : records) text += csv_line(record);
  write_file(file, text);
}

/// The same on another host.
inline Measurement on(Measurement m, const std::string& host) {
  m.host = host;
  return m;
}
inline ManifestEntry node(const std::string& host) {
  ManifestEntry entry = node_a;
  entry.host = host;
  return entry;
}

/// A results folder of a test, with runs and learned baselines.
class ResultsFolder {
 public:
  RunDirectory run(const std::string& name, std::vector<Measurement> rows,
                   const Manifest& manifest = {node_a}) const {
    const auto folder = path() / "runs" / name;
    for (Measurement& m : rows) m.run = name;
    write_table(folder / "manifest.csv", manifest);
    write_table(folder / "measurements.csv", rows);
    return RunDirectory::open(folder);
  }
  void baseline(const std::vector<Baseline>& rows) const {
    write_table(path() / "baselines/m7i.large.csv", rows);
  }
  std::filesystem::path path() const { return folder_ / "results"; }

 private:
  ScratchFolder folder_;
};

}  // namespace plumbline::testing
