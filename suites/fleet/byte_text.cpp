#include "suites/fleet/byte_text.h"

#include <stdexcept>

namespace plumbline {

std::string text_of_bytes(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80) {
      text += byte;
    } else {  // two bytes of UTF-8
      text += static_cast<char>(0xc0U | (value >> 6U));
      text += static_cast<char>(0x80U | (value & 0x3fU));
    }
  }
  return text;
}

std::string bytes_of_text(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto value = static_cast<unsigned char>(text[i]);
    if (value < 0x80) {
      bytes += text[i];
      continue;
    }
    const auto next =
        i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : std::uint8_t{0};
    if ((value != 0xc2 && value != 0xc3) || (next & 0xc0U) != 0x80U) {
      throw std::runtime_error("a text that stands for bytes has a character beyond U+00FF");
    }
    bytes += static_cast<char>(((value & 0x03U) << 6U) | (next & 0x3fU));
    ++i;
  }
  return bytes;
}

}  // namespace plumbline
