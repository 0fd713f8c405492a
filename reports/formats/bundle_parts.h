#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/schema/device.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// A file of a bundle.
struct BundlePart {
  std::filesystem::path name;
  std::string bytes;
  const char* meaning;
};

/// A table with its header; nothing of no records.
template <class Record>
std::string table_of(const std::vector<Record>& records) {
  if (records.empty()) return {};
  std::string text = csv_header<Record>();
  for (const Record& record : records) text += csv_line(record);
  return text;
}

/// What a run has about one node beside its measurements. Of a run on many hosts: of the journal
/// the tasks in which the node took part, of the logs the lines that name the node and no other
/// one. `devices` gets those of the node.
std::vector<BundlePart> parts_of_run(const RunDirectory& run, const std::string& node,
                                     std::vector<Device>& devices);

}  // namespace plumbline
