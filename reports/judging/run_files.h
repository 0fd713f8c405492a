#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "results/schema/manifest.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// The nodes that should be there, from the manifests of all runs, in order of their names.
struct Denominator {
  Manifest nodes;
  std::vector<std::string> sources;  ///< the manifests that were read
  std::vector<std::string> notes;    ///< a run without one, a node with two types
};
Denominator read_manifests(std::span<const RunDirectory> runs);

/// The measurements.csv of those runs that have one.
std::vector<std::filesystem::path> measurement_files(std::span<const RunDirectory> runs);

/// A sentence about the tasks that the journal says were planned or begun and never ended, or about
/// a run on many hosts that has more to do; empty: there is none.
std::string what_did_not_end(const RunDirectory& run);

/// The host of each bad row, from the line itself; "" where the line does not say it.
/// `bad_rows` begin with "file:line: ", as read_by_host reports them.
std::vector<std::string> hosts_of_bad_rows(std::span<const std::string> bad_rows);

}  // namespace plumbline
