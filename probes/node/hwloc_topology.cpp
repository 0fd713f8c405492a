#include "probes/node/hwloc_topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "probes/node/xml_check.h"
#include "results/schema/file_error.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  if (stream && std::filesystem::is_directory(file)) errno = EISDIR;
  if (!stream || std::filesystem::is_directory(file)) {
    throw FileError(file, 0, "", std::string("cannot read it: ") + std::strerror(errno));
  }
  text.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  return text;
}

/// hwloc's own XML parser, the only one where its libxml plug-in is not installed, knows no
/// comments.
std::string without_comments(std::string text) {
  for (std::size_t begin = 0; (begin = text.find("<!--", begin)) != std::string::npos;) {
    const std::size_t end = text.find("-->", begin);
    text.erase(begin, end == std::string::npos ? end : end + 3 - begin);
    while (begin < text.size() && (text[begin] == '\n' || text[begin] == '\r'))
      text.erase(begin, 1);
  }
  return text;
}

/// hwloc makes a set of 512 MiB for a CPU or a node without a number, and for one with a huge
/// number.
void check_os_indices(const std::filesystem::path& file, const std::string& text) {
  constexpr std::uint64_t largest = 1 << 20;
  static const std::string object = "<object ", key = " os_index=\"";
  for (std::size_t at = 0; (at = text.find(object, at)) != std::string::npos; ++at) {
    const std::string_view tag(text.data() + at, text.find('>', at) - at);
    const bool numbered = tag.find(" type=\"PU\"") != std::string_view::npos ||
                          tag.find(" type=\"NUMANode\"") != std::string_view::npos;
    const std::size_t found = tag.find(key);
    if (found == std::string_view::npos && !numbered) continue;
    const std::string_view value =
        found == std::string_view::npos ? "" : tag.substr(found + key.size());
    const std::string number(value.substr(0, value.find('"')));
    const auto index = parse_integer(number);
    if (index && *index <= largest) continue;
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
    throw FileError(file, static_cast<std::size_t>(line), "os_index",
                    fmt::format("found \"{}\", expected a number up to {}", number, largest));
  }
}

/// Says what is wrong with a file that hwloc would refuse with a number, or without a word.
void check_xml(const std::filesystem::path& file, const std::string& text) {
  const std::size_t element = text.find("<topology");
  if (element == std::string::npos) {
    throw FileError(file, 0, "",
                    text.find("<system") != std::string::npos
                        ? "this is a NCCL topology (<system>), expected an hwloc XML (<topology>), "
                          "as `lstopo FILE.xml` writes it"
                        : "no <topology> element, expected an hwloc XML, as `lstopo FILE.xml` "
                          "writes it");
  }
  check_well_formed(file, text);
  const std::string tag = text.substr(element, text.find('>', element) - element);
  static const std::string key = "version=\"";
  check_os_indices(file, text);
  const std::size_t version = tag.find(key);
  if (version == std::string::npos) return;
  const std::size_t number = version + key.size();
  const std::string words = tag.substr(number, tag.find('"', number) - number);
  const auto major = parse_number(words);
  if (major && *major >= 3 && hwloc_get_api_version() < 0x30000) {
    throw FileError(file, 0, "topology version",
                    "hwloc XML " + words + ", but this program has hwloc " + hwloc_version() +
                        ", which reads up to 2; export it again with "
                        "`lstopo --export-xml-flags v2 FILE.xml`");
  }
}

}  // namespace

namespace {

/// Plug-ins of hwloc that would open the vendors' libraries in this process: nothing that we ask
/// hwloc for is in them. What a person has set is left.
void leave_vendors_out() {
  ::setenv("HWLOC_PLUGINS_BLACKLIST",
           "hwloc_cuda.so:hwloc_gl.so:hwloc_levelzero.so:hwloc_nvml.so:hwloc_opencl.so:"
           "hwloc_rsmi.so",
           0);
}

}  // namespace

HwlocTopology::HwlocTopology(const std::optional<std::filesystem::path>& xml) {
  leave_vendors_out();
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) throw std::runtime_error("hwloc: out of memory");
  topology_.reset(topology);
  std::string text;
  if (xml) {
    text = read_file(*xml);
    check_xml(*xml, text);
    text = without_comments(std::move(text));
    // The size counts the terminating zero.
    if (hwloc_topology_set_xmlbuffer(topology, text.c_str(), static_cast<int>(text.size() + 1)) !=
        0) {
      throw FileError(*xml, 0, "", "hwloc " + hwloc_version() + " cannot parse it as XML");
    }
  }
  // The default leaves PCI devices and bridges out.
  hwloc_topology_set_io_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
  if (hwloc_topology_load(topology) != 0) {
    if (xml) throw FileError(*xml, 0, "", "hwloc " + hwloc_version() + " cannot import it");
    throw std::runtime_error(std::string("hwloc cannot read this machine: ") +
                             std::strerror(errno));
  }
  if (!xml && hwloc_topology_is_thissystem(topology) == 0) {
    throw std::runtime_error(
        "hwloc describes another machine than this one, because HWLOC_XMLFILE, HWLOC_SYNTHETIC or "
        "HWLOC_FSROOT is set; unset it, or name the file with --from");
  }
}

CpuList indices_of(hwloc_const_bitmap_t bitmap) {
  CpuList indices;
  if (bitmap == nullptr || hwloc_bitmap_weight(bitmap) < 0) return indices;
  for (int i = hwloc_bitmap_first(bitmap); i >= 0; i = hwloc_bitmap_next(bitmap, i)) {
    indices.push_back(static_cast<unsigned>(i));
  }
  return indices;
}

}  // namespace plumbline
