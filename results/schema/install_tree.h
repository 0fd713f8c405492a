#pragma once

#include <filesystem>
#include <string>

namespace plumbline {

/// Where the programs and the data of plumbline are, seen from the running program: <prefix>/bin,
/// <prefix>/share/plumbline and <prefix>/lib/plumbline. The tree may stand anywhere; the build
/// folder has the same shape.
struct InstallTree {
  std::filesystem::path bin;
  std::filesystem::path share;

  /// Throws std::system_error if /proc is not there.
  static InstallTree of_this_program();

  std::filesystem::path suites() const { return share / "suites"; }
  std::filesystem::path baselines() const { return share / "baselines"; }
  /// Descriptions of machines, for the virtual node.
  std::filesystem::path machines() const { return share / "machines"; }
  /// The libraries of the virtual node; absent in a build without the CUDA toolkit.
  std::filesystem::path virtual_node() const {
    return bin.parent_path() / "lib" / "plumbline" / "virtual_node";
  }
  /// The program behind `plumbline VERB`.
  std::filesystem::path program(const std::string& verb) const {
    return bin / ("plumbline-" + verb);
  }
  std::filesystem::path probe(const std::string& name) const { return program("probe-" + name); }
};

}  // namespace plumbline
