#pragma once

#include <map>
#include <string>
#include <vector>

#include "suites/description/duration.h"

namespace plumbline {

/// What one host is to do: a program of plumbline, in a folder of its own on that host.
struct HostOrder {
  std::string host;     ///< as the rows name it
  std::string address;  ///< what ssh takes; empty: the host's name
  std::string task;     ///< "nodes", "pairs.round3@n1+n2"
  /// The program's name ("plumbline", "plumbline-probe-efa"), then its arguments. "{folder}" in
  /// them stands for the folder.
  std::vector<std::string> command;
  Seconds deadline{0};
  /// What is in the folder at the start, by path in it: a suite, rows from before an interruption.
  std::map<std::string, std::string> files;

  bool operator==(const HostOrder&) const = default;
};

/// What hosts are told together; each finds its own orders by its name, and does them one after the
/// other.
struct FleetOrder {
  std::string run;  ///< its name, for the folders
  std::vector<HostOrder> orders;

  bool operator==(const FleetOrder&) const = default;
};

/// One line of JSON, with its line end.
std::string to_line(const FleetOrder& order);
/// Throws std::runtime_error if it is none.
FleetOrder read_order(const std::string& line);

}  // namespace plumbline
