#include "suites/hosts/host_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>

#include "results/schema/file_error.h"
#include "suites/hosts/host_ranges.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The first character of `word` that may not stand there, else '\0'. A word that begins with '-'
/// would be an option of the program that it is handed to.
char odd_character(std::string_view word, std::string_view allowed_marks) {
  if (word.front() == '-' || word.front() == '.') return word.front();
  const auto odd = std::find_if(word.begin(), word.end(), [&](char c) {
    return !is_alphanumeric(c) && allowed_marks.find(c) == std::string_view::npos;
  });
  return odd == word.end() ? '\0' : *odd;
}

std::string shown(char c) {
  return c > ' ' && c <= '~' ? fmt::format("'{}'", c)
                             : fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(c));
}

/// Names are the same host whatever their case.
std::string lower(std::string word) {
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return word;
}

/// Hosts in the order in which they come, none twice.
class HostCollection {
 public:
  explicit HostCollection(std::string source) : source_(std::move(source)) {}

  /// `names` and `addresses` may have ranges; an empty `addresses` means that the names are them.
  void add(std::size_t line, std::string_view names, std::string_view addresses) {
    const auto expanded_names = expanded(line, "host", names);
    const auto expanded_addresses =
        addresses.empty() ? expanded_names : expanded(line, "address", addresses);
    if (expanded_addresses.size() != expanded_names.size()) {
      throw FileError(source_, line, "address",
                      fmt::format("found {} for {}, expected one for each",
                                  counted(expanded_addresses.size(), "address", "addresses"),
                                  counted(expanded_names.size(), "host", "hosts")));
    }
    for (std::size_t i = 0; i < expanded_names.size(); ++i) {
      add_one(line, {expanded_names[i], expanded_addresses[i]});
    }
  }

  void add_one(std::size_t line, ListedHost host) {
    check(line, "host", host.name, "._-", "letters, digits, '.', '_' and '-' only");
    check(line, "address", host.address, "._-:@%",
          "a name or an IP address, perhaps with \"user@\" before it");
    remember(names_, line, "host", host.name);
    remember(addresses_, line, "address", host.address);
    hosts_.push_back(std::move(host));
  }

  std::vector<ListedHost> finish() {
    if (hosts_.empty()) {
      throw FileError(source_, 0, "", "names no host; expected at least one, one on each line");
    }
    return std::move(hosts_);
  }

 private:
  static std::string counted(std::size_t count, const char* one, const char* many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
  }

  std::vector<std::string> expanded(std::size_t line, const char* what, std::string_view list) {
    try {
      return expand_ranges(list);
    } catch (const std::invalid_argument& error) {
      throw FileError(source_, line, what, error.what());
    }
  }

  void check(std::size_t line, const char* what, std::string_view word, std::string_view marks,
             const char* expected) const {
    if (word.empty()) throw FileError(source_, line, what, "is empty, expected a name");
    char odd = odd_character(word, marks);
    const std::size_t at = word.find('@');
    if (odd == '\0' && at != std::string_view::npos) {
      const std::string_view behind = word.substr(at + 1);
      if (at == 0 || behind.empty()) {
        odd = '@';
      } else {
        odd = odd_character(behind, "._-:%");
      }
    }
    if (odd == '\0') return;
    throw FileError(
        source_, line, what,
        fmt::format("found {} in \"{}\", expected {}{}", shown(odd), word, expected,
                    odd == '-' || odd == '.' ? ", with neither '-' nor '.' first" : ""));
  }

  void remember(std::map<std::string, std::size_t>& seen, std::size_t line, const char* what,
                const std::string& word) const {
    const auto [earlier, is_new] = seen.try_emplace(lower(word), line);
    if (is_new) return;
    throw FileError(
        source_, line, what,
        fmt::format("{} comes twice{}, expected each {} once", word,
                    earlier->second == line ? std::string()
                                            : fmt::format(", first in line {}", earlier->second),
                    what));
  }

  std::string source_;
  std::vector<ListedHost> hosts_;
  std::map<std::string, std::size_t> names_, addresses_;  ///< lower case, with their lines
};

/// Takes the first word of `line` away, with the blanks around it.
std::string_view take_word(std::string_view& line) {
  constexpr std::string_view blanks = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  return word;
}

}  // namespace

std::vector<ListedHost> read_host_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file)) {
    throw FileError(file.string(), 0, "", "cannot be read; expected a file with a host on a line");
  }
  HostCollection hosts(file.string());
  std::string line;
  for (std::size_t number = 1; std::getline(stream, line); ++number) {
    std::string_view rest = std::string_view(line).substr(0, line.find('#'));
    const std::string_view name = take_word(rest);
    if (name.empty()) continue;
    const std::string_view address = take_word(rest);
    if (!rest.empty()) {
      throw FileError(file.string(), number, "",
                      fmt::format("found \"{}\" behind the address, expected `host` or `host "
                                  "address` on a line",
                                  rest));
    }
    hosts.add(number, name, address);
  }
  return hosts.finish();
}

std::vector<ListedHost> parse_host_list(std::string_view list, const std::string& source) {
  HostCollection hosts(source);
  if (!list.empty()) hosts.add(0, list, "");
  return hosts.finish();
}

std::vector<ListedHost> hosts_in(const Manifest& manifest, const std::string& source) {
  HostCollection hosts(source);
  for (std::size_t i = 0; i < manifest.size(); ++i) {
    hosts.add_one(i + 2, {manifest[i].host, manifest[i].host});  // line 1 is the header
  }
  return hosts.finish();
}

std::vector<ListedHost> hosts_of(const std::string& file_or_list) {
  std::error_code too_long_for_a_name;
  const fs::file_status status = fs::status(file_or_list, too_long_for_a_name);
  const bool is_file = fs::exists(status) && !fs::is_directory(status);
  if (is_file || file_or_list.find('/') != std::string::npos) {
    return read_host_file(file_or_list);
  }
  return parse_host_list(file_or_list, "--hosts");
}

}  // namespace plumbline
