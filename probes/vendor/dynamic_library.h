#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace plumbline {

/// A library that could not be opened, or that lacks a function. The message lists every name that
/// was tried with the loader's own words; it becomes the reason of a skipped row.
class LibraryMissing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A shared library opened at run time: the owner of one dlopen handle. Symbols are bound lazily
/// and stay out of the program's own names. The code of a library once opened remains mapped until
/// the process ends, because vendors' drivers keep threads and exit handlers in it.
class DynamicLibrary {
 public:
  /// Opens the first of `candidates` that can be: sonames, which the loader looks up
  /// ("libcuda.so.1"), or absolute paths. Give a path alone to use exactly that library. Throws
  /// LibraryMissing if none can be opened or there is none to try.
  explicit DynamicLibrary(std::span<const std::string> candidates);
  explicit DynamicLibrary(const std::string& candidate)
      : DynamicLibrary(std::span(&candidate, 1)) {}
  DynamicLibrary(DynamicLibrary&& other) noexcept;
  DynamicLibrary& operator=(DynamicLibrary&& other) noexcept;
  ~DynamicLibrary();

  /// The candidate that was opened.
  const std::string& name() const { return name_; }

  /// The file that the loader really mapped, with symbolic links followed:
  /// "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15".
  const std::string& path() const { return path_; }

  /// True for the linking stubs of a toolkit (".../stubs/libcuda.so"): they have every symbol, and
  /// every call fails.
  bool is_stub() const;

  /// The address of a symbol, null if the library has none of that name.
  void* find(const char* symbol) const noexcept;

  /// The address of a symbol. Throws LibraryMissing, naming the library's file, if it has none.
  void* symbol(const char* symbol) const;

  /// The same as a function: `library.function<int(int*)>("cuDriverGetVersion")`.
  template <class Signature>
  Signature* function(const char* name) const {
    return reinterpret_cast<Signature*>(symbol(name));
  }

 private:
  void* handle_ = nullptr;
  std::string name_;
  std::string path_;
};

/// What stands behind ".so." in the name of a library's file: "550.54.15"; "" if there is nothing.
std::string_view file_version(std::string_view path);

}  // namespace plumbline
