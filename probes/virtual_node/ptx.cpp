#include "probes/virtual_node/ptx.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace plumbline::virtual_node {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// A text that is read from its beginning on.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  bool at_end() const { return left_.find_first_not_of(blanks) == std::string_view::npos; }

  /// Goes on behind the next `mark`; false: there is none.
  bool skip_to(std::string_view mark) {
    const std::size_t at = left_.find(mark);
    if (at == std::string_view::npos) return false;
    left_.remove_prefix(at + mark.size());
    return true;
  }
  /// What comes until `end` or the end of all, blanks around it left out; the end is taken too.
  std::string_view until(char end) {
    left_.remove_prefix(std::min(left_.find_first_not_of(blanks), left_.size()));
    const std::size_t at = std::min(left_.find(end), left_.size());
    const std::string_view word = left_.substr(0, at);
    left_.remove_prefix(std::min(at + 1, left_.size()));
    return word.substr(0, word.find_last_not_of(blanks) + 1);
  }

 private:
  std::string_view left_;
};

unsigned number_in(std::string_view digits) {
  unsigned number = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec != std::errc()) {
    throw std::runtime_error("the PTX has \"" + std::string(digits) + "\", expected a number");
  }
  return number;
}

/// The CUDA that brought a version of PTX (PTX ISA, "Release Notes"): since 7.0 they count alike,
/// but for the last ones of CUDA 12.
int cuda_of(unsigned major, unsigned minor) {
  const unsigned of_major = major + 4;
  const unsigned of_minor = major == 8 && minor > 5 ? minor + 1 : minor;
  return static_cast<int>(1000 * of_major + 10 * of_minor);
}

/// Bytes of ".param .u64 .ptr .align 1 name", or of ".param .align 8 .b8 name[16]".
unsigned parameter_bytes(std::string_view parameter) {
  Reader words(parameter);
  if (words.until(' ') != ".param") {
    throw std::runtime_error("the PTX has \"" + std::string(parameter) +
                             "\", expected a parameter");
  }
  std::string_view type = words.until(' ');
  if (type == ".align") {
    words.until(' ');
    type = words.until(' ');
  }
  const std::size_t digits = std::min(type.find_first_of("0123456789"), type.size());
  const std::size_t elements = parameter.find('[');
  return number_in(type.substr(digits)) / 8 *
         (elements == std::string_view::npos ? 1 : number_in(parameter.substr(elements + 1)));
}

}  // namespace

ShippedPtx read_ptx(const char* text) {
  Reader reader(text);
  ShippedPtx shipped;
  if (!reader.skip_to("\n.version ")) throw std::runtime_error("the image is no PTX");
  const unsigned major = number_in(reader.until('.'));
  shipped.cuda_version = cuda_of(major, number_in(reader.until('\n')));
  if (!reader.skip_to(".target sm_")) throw std::runtime_error("the PTX has no target");
  shipped.architecture = number_in(reader.until('\n'));
  while (reader.skip_to(".entry ")) {
    ParameterSizes& sizes = shipped.kernels[std::string(reader.until('('))];
    for (Reader list(reader.until(')')); !list.at_end();) {
      sizes.push_back(parameter_bytes(list.until(',')));
    }
  }
  return shipped;
}

}  // namespace plumbline::virtual_node
