#include "results/schema/host_identity.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

namespace plumbline {
namespace {

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
  return line;
}

/// x86 says "model name", Arm says "CPU part" and nothing readable.
std::string cpu_model(const std::filesystem::path& root) {
  std::ifstream stream(root / "proc/cpuinfo");
  std::string line, part;
  while (std::getline(stream, line)) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    if (line.starts_with("model name")) return line.substr(colon + 2);
    if (line.starts_with("CPU part") && part.empty()) part = "arm " + line.substr(colon + 2);
  }
  return part.empty() ? "cpu" : part;
}

std::string as_word(const std::string& text) {
  std::string word;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty() && word.back() != '-') {
      word += '-';
    }
  }
  while (!word.empty() && word.back() == '-') word.pop_back();
  return word;
}

}  // namespace

HostIdentity identify_host(const std::filesystem::path& root) {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  HostIdentity identity{name.data(), first_line(root / "sys/class/dmi/id/product_name"),
                        "DMI product name"};
  std::replace(identity.instance_type.begin(), identity.instance_type.end(), ' ', '-');
  if (identity.instance_type.empty()) {
    identity.instance_type = "unnamed-" + as_word(cpu_model(root));
    identity.source = "CPU model";
  }
  return identity;
}

std::string file_safe(std::string name) {
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '-';
  }
  if (name.starts_with('.')) name.front() = '-';
  return name;
}

}  // namespace plumbline
