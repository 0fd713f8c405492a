#include "reports/baselines/baseline_store.h"

#include "reports/baselines/lint.h"
#include "results/schema/file_error.h"
#include "results/schema/host_identity.h"

namespace plumbline {

namespace fs = std::filesystem;

fs::path baseline_file(const fs::path& folder, const std::string& instance_type) {
  return folder / (file_safe(instance_type) + ".csv");
}

BaselineStore BaselineStore::of(const fs::path& shipped, const fs::path& results,
                                const std::vector<std::string>& named) {
  std::vector<BaselinePlace> places = {{shipped, false}, {results / "baselines", true}};
  for (const std::string& place : named) {
    if (!fs::exists(place)) {
      throw FileError(place, 0, "", "there is no such folder or file of baselines");
    }
    places.push_back({place, true});
  }
  return BaselineStore(std::move(places));
}

BaselineStore::OfType BaselineStore::read(const std::string& instance_type) const {
  OfType found;
  std::map<std::string, Baseline> by_key;
  for (const BaselinePlace& place : places_) {
    const fs::path file =
        fs::is_directory(place.path) ? baseline_file(place.path, instance_type) : place.path;
    if (!fs::is_regular_file(file)) continue;
    const auto rows = read_baselines(file);
    for (const Baseline& b : rows) by_key.insert_or_assign(key_of(b), b);
    found.used.push_back({file, instance_type, rows.size(), place.learned});
  }
  std::vector<Baseline> baselines;
  for (auto& [key, b] : by_key) baselines.push_back(std::move(b));
  found.expectations = Expectations(std::move(baselines));
  return found;
}

const Expectations& BaselineStore::of_type(const std::string& instance_type) {
  const std::lock_guard lock(mutex_);
  const auto known = by_type_.find(instance_type);
  if (known != by_type_.end()) return known->second.expectations;
  return by_type_.emplace(instance_type, read(instance_type)).first->second.expectations;
}

std::vector<UsedBaselines> BaselineStore::used() const {
  const std::lock_guard lock(mutex_);
  std::vector<UsedBaselines> all;
  for (const auto& [type, found] : by_type_) {
    all.insert(all.end(), found.used.begin(), found.used.end());
  }
  return all;
}

}  // namespace plumbline
