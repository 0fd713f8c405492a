#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "probes/vendor/bound_function.h"
#include "probes/vendor/cublaslt_abi.h"
#include "probes/vendor/cuda_owners.h"
#include "probes/vendor/dynamic_library.h"

namespace plumbline::cublaslt {

/// cuBLASLt is not there or does not fit the driver. The message says what was found and how to
/// mend it; it becomes the reason of a skipped row.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Finds functions in the library by the names under which it exports them.
class Symbols {
 public:
  explicit Symbols(const DynamicLibrary& library);
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  Binding operator()(const char* name) const;
  const std::vector<std::string>& asked() const { return asked_; }
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  const DynamicLibrary& library_;
  ReadStatus read_status_;
  mutable std::vector<std::string> asked_;
  mutable std::vector<std::string> missing_;
};

/// Every function of the library that is called.
struct Functions {
  template <class Signature>
  using Call = BoundFunction<Signature>;

  const Symbols& find;

  Call<Status(LibraryHandle*)> create{find("cublasLtCreate")};
  Call<Status(LibraryHandle)> destroy{find("cublasLtDestroy")};

  Call<Status(MatmulHandle*, Compute, DataType)> matmul_create{find("cublasLtMatmulDescCreate")};
  Call<Status(MatmulHandle)> matmul_destroy{find("cublasLtMatmulDescDestroy")};
  Call<Status(MatmulHandle, MatmulAttribute, const void*, std::size_t)> matmul_set{
      find("cublasLtMatmulDescSetAttribute")};

  Call<Status(LayoutHandle*, DataType, std::uint64_t, std::uint64_t, std::int64_t)> layout_create{
      find("cublasLtMatrixLayoutCreate")};
  Call<Status(LayoutHandle)> layout_destroy{find("cublasLtMatrixLayoutDestroy")};

  Call<Status(PreferenceHandle*)> preference_create{find("cublasLtMatmulPreferenceCreate")};
  Call<Status(PreferenceHandle)> preference_destroy{find("cublasLtMatmulPreferenceDestroy")};
  Call<Status(PreferenceHandle, PreferenceAttribute, const void*, std::size_t)> preference_set{
      find("cublasLtMatmulPreferenceSetAttribute")};

  Call<Status(LibraryHandle, MatmulHandle, LayoutHandle, LayoutHandle, LayoutHandle, LayoutHandle,
              PreferenceHandle, int, Heuristic*, int*)>
      heuristics{find("cublasLtMatmulAlgoGetHeuristic")};
  Call<Status(const Algorithm*, AlgorithmAttribute, void*, std::size_t, std::size_t*)>
      algorithm_get{find("cublasLtMatmulAlgoConfigGetAttribute")};
  Call<Status(LibraryHandle, MatmulHandle, const void* alpha, const void* a, LayoutHandle,
              const void* b, LayoutHandle, const void* beta, const void* c, LayoutHandle, void* d,
              LayoutHandle, const Algorithm*, void* workspace, std::size_t, cuda::StreamHandle)>
      matmul{find("cublasLtMatmul")};
};

/// The library, opened and checked. What follows refers to one, so it must outlive them.
class Library {
 public:
  /// Opens libcublasLt.so.13, or .12 where that is absent or the driver is not made for it; or
  /// exactly the file `path` if that is not empty. Only one is ever opened. Throws Unavailable.
  explicit Library(const cuda::Driver& driver, const std::string& path = {});
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const Functions& call() const { return functions_; }
  const std::string& path() const { return library_.path(); }
  std::string version() const;  ///< "13.1.0"

 private:
  DynamicLibrary library_;
  Symbols symbols_;
  Functions functions_;
  std::size_t version_ = 0;
};

/// Variables of the environment that change what the library does.
std::span<const char* const> cublaslt_environment();

/// The library at work in a context.
class Handle {
 public:
  Handle(const Library& library, const cuda::Context& context);
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();

  LibraryHandle get() const { return handle_; }
  /// The functions, with the context made current on this thread.
  const Functions& call() const;
  const cuda::Context& context() const { return context_; }

 private:
  const Library& library_;
  const cuda::Context& context_;
  LibraryHandle handle_ = nullptr;
};

/// How a product is computed: types of accumulation and of the factors alpha and beta, what is
/// transposed, and scales.
class Matmul {
 public:
  Matmul(const Library& library, Compute compute, DataType scale);
  Matmul(const Matmul&) = delete;
  Matmul& operator=(const Matmul&) = delete;
  ~Matmul();

  MatmulHandle get() const { return handle_; }
  template <class T>
  void set(MatmulAttribute attribute, T value) {
    library_.call().matmul_set(handle_, attribute, &value, sizeof value);
  }

 private:
  const Library& library_;
  MatmulHandle handle_ = nullptr;
};

/// A matrix in memory, column after column.
class Layout {
 public:
  Layout(const Library& library, DataType type, std::uint64_t rows, std::uint64_t columns);
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;
  ~Layout();

  LayoutHandle get() const { return handle_; }

 private:
  const Library& library_;
  LayoutHandle handle_ = nullptr;
};

/// What is asked of an algorithm.
class Preference {
 public:
  explicit Preference(const Library& library);
  Preference(const Preference&) = delete;
  Preference& operator=(const Preference&) = delete;
  ~Preference();

  PreferenceHandle get() const { return handle_; }
  template <class T>
  void set(PreferenceAttribute attribute, T value) {
    library_.call().preference_set(handle_, attribute, &value, sizeof value);
  }

 private:
  const Library& library_;
  PreferenceHandle handle_ = nullptr;
};

}  // namespace plumbline::cublaslt
