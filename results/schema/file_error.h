#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace plumbline {

/// A file that does not say what it should. The message is "file:line: column: what was found and
/// what was expected"; line 0 and an empty column are left out.
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& file, std::size_t line, const std::string& column,
            const std::string& what)
      : std::runtime_error(position(file, line, column) + what) {}

 private:
  static std::string position(const std::string& file, std::size_t line,
                              const std::string& column) {
    std::string text = file;
    if (line != 0) text += ':' + std::to_string(line);
    text += ": ";
    if (!column.empty()) text += column + ": ";
    return text;
  }
};

}  // namespace plumbline
