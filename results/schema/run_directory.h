#pragma once

#include <filesystem>
#include <string>

#include "results/schema/time.h"

namespace plumbline {

/// One run: results/runs/<UTC time>_<suite>/ and the files in it. The names of the files stand here
/// and nowhere else.
class RunDirectory {
 public:
  /// Makes <results>/runs/<time>_<suite>, with "-2", "-3" ... behind it if that is taken.
  /// Throws std::filesystem::filesystem_error.
  static RunDirectory create(const std::filesystem::path& results, const std::string& suite,
                             WallTime time);

  /// Makes <results>/runs/<name>. Throws FileError if `name` is no name of a folder or is taken.
  static RunDirectory create(const std::filesystem::path& results, const std::string& name);

  /// By `name`, or, if that is empty, by time and suite.
  static RunDirectory create(const std::filesystem::path& results, const std::string& suite,
                             WallTime time, const std::string& name) {
    return name.empty() ? create(results, suite, time) : create(results, name);
  }

  /// An existing one; throws FileError if `path` is no folder with a manifest or measurements.
  static RunDirectory open(const std::filesystem::path& path);

  /// A folder taken as a run, whatever is in it by now.
  static RunDirectory at(const std::filesystem::path& path);

  /// The newest run below <results>/runs; throws FileError if there is none.
  static RunDirectory latest(const std::filesystem::path& results);

  const std::filesystem::path& path() const { return path_; }
  std::string name() const { return path_.filename().string(); }  ///< column "run"

  std::filesystem::path manifest() const { return path_ / "manifest.csv"; }
  std::filesystem::path measurements() const { return path_ / "measurements.csv"; }
  std::filesystem::path samples() const { return path_ / "samples.csv"; }
  std::filesystem::path courses() const { return path_ / "courses.csv"; }
  std::filesystem::path devices() const { return path_ / "devices.csv"; }
  std::filesystem::path context() const { return path_ / "context.csv"; }
  std::filesystem::path metrics() const { return path_ / "metrics.csv"; }
  std::filesystem::path journal() const { return path_ / "journal.jsonl"; }
  std::filesystem::path suite() const { return path_ / "suite.toml"; }  ///< as it was at the start
  std::filesystem::path logs() const { return path_ / "logs"; }
  /// Of a rehearsal: the machine that stands in for this one.
  std::filesystem::path virtual_machine() const { return path_ / "machine"; }
  std::filesystem::path findings() const { return path_ / "findings.csv"; }
  std::filesystem::path nodes() const { return path_ / "nodes.csv"; }
  std::filesystem::path pairs() const { return path_ / "pairs.csv"; }
  std::filesystem::path findings_page() const { return path_ / "findings.md"; }
  std::filesystem::path suspects() const { return path_ / "suspects.csv"; }
  /// Of a step on pairs by itself: whom the report names while the run goes on.
  std::filesystem::path suspects_of(const std::string& step) const {
    return path_ / ("suspects_of_" + step + ".csv");
  }
  /// Of a run that was told whom to test again.
  std::filesystem::path given_suspects() const { return path_ / "given_suspects.csv"; }
  /// What `--history` keeps of a run, to read it faster; may be removed.
  std::filesystem::path history() const { return path_ / "history.bin"; }
  std::filesystem::path report() const { return path_ / "report.html"; }
  /// Of a simulated run: what is really wrong.
  std::filesystem::path truth() const { return path_ / "truth.csv"; }

 private:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace plumbline
