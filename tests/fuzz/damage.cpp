#include "tests/fuzz/damage.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace plumbline::fuzz {
namespace {

using namespace std::string_view_literals;

/// What means something to one reader or another.
constexpr std::array telling = {
    "\0"sv,       "\n"sv,
    "\r\n"sv,     "\""sv,
    ","sv,        ";"sv,
    "="sv,        "#"sv,
    "["sv,        "]]"sv,
    "{"sv,        "}"sv,
    "[[[[[[[["sv, "\\u00"sv,
    "\xff"sv,     "\xc3\x28"sv,
    "-1"sv,       "nan"sv,
    "inf"sv,      "1e999"sv,
    "0x"sv,       "null"sv,
    "true"sv,     "18446744073709551616"sv,
    "-0"sv,       "1e-400"sv,
    "../"sv,      "\x1e{"sv,
    "gpu0>"sv,    "9999-99-99T99:99:99.999Z"sv,
    "base"sv,     "n[1-9]"sv,
    "%n%s"sv,     "\x7f\xff\xff\xff"sv,
};

class Draw {
 public:
  explicit Draw(std::mt19937_64& random) : random_(random) {}
  /// 0 to `most`.
  std::size_t up_to(std::size_t most) { return static_cast<std::size_t>(random_() % (most + 1)); }
  std::size_t below(std::size_t end) { return up_to(end - 1); }
  /// The length of a piece: short ones are likely.
  std::size_t length(std::size_t most) { return std::min(most, up_to(std::size_t{1} << up_to(9))); }

 private:
  std::mt19937_64& random_;
};

void damage(std::string& text, std::span<const std::string> seeds, Draw& draw) {
  const std::size_t at = draw.up_to(text.size());
  const std::size_t rest = text.size() - at;
  switch (draw.below(9)) {
    case 0:
      if (rest > 0) text[at] = static_cast<char>(text[at] ^ (1 << draw.below(8)));
      break;
    case 1:
      text.insert(at, 1, static_cast<char>(draw.below(256)));
      break;
    case 2:
      text.erase(at, draw.length(rest));
      break;
    case 3:
      text.insert(at, text.substr(at, draw.length(rest)));
      break;
    case 4:
      text.insert(at, telling[draw.below(telling.size())]);
      break;
    case 5: {
      const std::string_view word = telling[draw.below(telling.size())];
      text.replace(at, std::min(rest, word.size()), word);
      break;
    }
    case 6: {
      const std::string& other = seeds[draw.below(seeds.size())];
      const std::size_t from = draw.up_to(other.size());
      text.insert(at, other.substr(from, draw.length(other.size() - from)));
      break;
    }
    case 7:
      text.insert(at, draw.length(512), rest > 0 ? text[at] : 'a');
      break;
    default:
      text.resize(at);
  }
}

}  // namespace

std::string damaged(std::span<const std::string> seeds, std::mt19937_64& random) {
  Draw draw(random);
  std::string text = seeds[draw.below(seeds.size())];
  for (std::size_t left = 1 + draw.below(8); left > 0; --left) damage(text, seeds, draw);
  return text;
}

}  // namespace plumbline::fuzz
