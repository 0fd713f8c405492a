#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "results/schema/manifest.h"

namespace plumbline {

/// A host on which tasks are started: its name in the rows, and how it is reached.
struct ListedHost {
  std::string name;
  std::string address;  ///< what ssh is given: a name, an IP address, "user@10.0.0.1"

  bool operator==(const ListedHost&) const = default;
};

/// What `--hosts` says: a file if there is one of that name or there is a '/' in it, else the hosts
/// themselves, "a,b,n[001-016]". Throws FileError.
std::vector<ListedHost> hosts_of(const std::string& file_or_list);

/// The hosts of a file: on each line `host` or `host address`, both may have ranges in brackets
/// (expand_ranges), '#' begins a comment. Throws FileError with the line: no host at all, one that
/// comes twice (by name or by address), a character that no name of a host has, as many addresses
/// as hosts not given.
std::vector<ListedHost> read_host_file(const std::filesystem::path& file);

/// The hosts of a list, "a,b,n[001-016]". `source` stands for the file in messages.
std::vector<ListedHost> parse_host_list(std::string_view list, const std::string& source);

/// The hosts of a manifest, reached by their names, under the same rules. `source` is its file.
std::vector<ListedHost> hosts_in(const Manifest& manifest, const std::string& source);

}  // namespace plumbline
