#pragma once

#include <cstdint>

namespace plumbline {

/// FNV-1a of 64 bits over what is fed to it, byte by byte: the same on every machine.
class Fnv1a {
 public:
  void feed(char byte) { value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3U; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

}  // namespace plumbline
