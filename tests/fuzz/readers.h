#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace plumbline::fuzz {

/// A reader of what others write.
struct Reader {
  const char* name;
  std::vector<std::string> (*seeds)();
  /// Reads it. True if it was taken, false if it was refused as the reader's header says; throws
  /// whatever else happens.
  bool (*takes)(const std::string& input);
};

/// For messages of tests.
inline void PrintTo(const Reader& reader, std::ostream* out) { *out << reader.name; }

std::span<const Reader> readers();

}  // namespace plumbline::fuzz
