#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "reports/evaluation/expectations.h"

namespace plumbline {

/// A place where baselines are looked up: a folder with a <type>.csv for each instance type, or one
/// file that holds for every type.
struct BaselinePlace {
  std::filesystem::path path;
  bool learned = false;  ///< on machines of this site, not shipped
};

/// A file that was found and used.
struct UsedBaselines {
  std::filesystem::path file;
  std::string instance_type;
  std::size_t rows = 0;
  bool learned = false;
};

/// The expectations of every instance type that is asked for, each read once. Later places override
/// rows of earlier ones that are about the same thing. Several threads may ask at once.
class BaselineStore {
 public:
  explicit BaselineStore(std::vector<BaselinePlace> places) : places_(std::move(places)) {}

  /// Where plumbline looks: the shipped ones, <results>/baselines, then what the command line
  /// names. Throws FileError if a place of the command line does not exist.
  static BaselineStore of(const std::filesystem::path& shipped,
                          const std::filesystem::path& results,
                          const std::vector<std::string>& named);

  /// Empty if no place has any. Throws FileError as read_baselines() does.
  const Expectations& of_type(const std::string& instance_type);

  /// What was read so far, in order of the types.
  std::vector<UsedBaselines> used() const;

 private:
  struct OfType {
    Expectations expectations;
    std::vector<UsedBaselines> used;
  };

  OfType read(const std::string& instance_type) const;

  std::vector<BaselinePlace> places_;
  mutable std::mutex mutex_;
  std::map<std::string, OfType> by_type_;
};

/// <folder>/<type>.csv, the type made fit for a file name.
std::filesystem::path baseline_file(const std::filesystem::path& folder,
                                    const std::string& instance_type);

}  // namespace plumbline
