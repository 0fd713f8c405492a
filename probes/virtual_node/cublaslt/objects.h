#pragma once

#include <cublasLt.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "probes/virtual_node/machine.h"
#include "probes/virtual_node/queued_work.h"

namespace plumbline::virtual_node {

/// How a call of cuBLASLt ends that does not succeed; `why` is printed for whoever wrote the call.
struct CublasFailed : std::exception {
  cublasStatus_t status;
  std::string why;

  explicit CublasFailed(cublasStatus_t status_, std::string why_ = {})
      : status(status_), why(std::move(why_)) {}
  const char* what() const noexcept override { return why.c_str(); }
};

/// Attributes by number, each of one size.
class Attributes {
 public:
  void set(int attribute, const void* value, std::size_t bytes, std::size_t expected) {
    if (value == nullptr || bytes != expected) {
      throw CublasFailed(CUBLAS_STATUS_INVALID_VALUE, "attribute " + std::to_string(attribute) +
                                                          " has " + std::to_string(expected) +
                                                          " bytes, not " + std::to_string(bytes));
    }
    const auto* data = static_cast<const std::byte*>(value);
    values_[attribute] = {data, data + bytes};
  }

  template <class T>
  T get(int attribute, T initial) const {
    const auto found = values_.find(attribute);
    if (found != values_.end()) std::memcpy(&initial, found->second.data(), sizeof initial);
    return initial;
  }

 private:
  std::map<int, std::vector<std::byte>> values_;
};

struct MatmulDescription {
  cublasComputeType_t compute;
  cudaDataType scale;
  Attributes attributes;
};

struct MatrixLayout {
  cudaDataType type;
  std::uint64_t rows, columns;
  std::int64_t leading;
};

struct MatmulPreference {
  Attributes attributes;
};

struct Library {
  void* context;  ///< that was current when it was made
};

/// Objects that a program holds by an opaque pointer.
template <class Object>
class Objects {
 public:
  Object* add(Object object) {
    auto owned = std::make_unique<Object>(std::move(object));
    Object* raw = owned.get();
    objects_[raw] = std::move(owned);
    return raw;
  }
  Object& at(const void* handle, const char* what) const {
    const auto found = objects_.find(handle);
    if (found == objects_.end()) {
      throw CublasFailed(CUBLAS_STATUS_INVALID_VALUE,
                         std::string("the ") + what + " is none that exists");
    }
    return *found->second;
  }
  void remove(const void* handle, const char* what) {
    at(handle, what);
    objects_.erase(handle);
  }

 private:
  std::unordered_map<const void*, std::unique_ptr<Object>> objects_;
};

/// What this library needs of the virtual libcuda.so.1, which the program has opened.
struct CudaSeam {
  int (*current_context)(void** context) = nullptr;  ///< cuCtxGetCurrent
  int (*queue_work)(void* stream, const QueuedWork* work) = nullptr;
  int (*gpu_of)(void* stream) = nullptr;
};

/// The library's state: one per process.
struct CublasLt {
  Machine machine;
  CudaSeam cuda;
  Objects<Library> libraries;
  Objects<MatmulDescription> matmuls;
  Objects<MatrixLayout> layouts;
  Objects<MatmulPreference> preferences;
  std::map<int, std::uint64_t> calls;  ///< products so far, by GPU

  /// The context that is current on this thread. Throws "not initialized" without a driver, or
  /// without a context.
  void* current_context();
};

CublasLt& the_cublaslt();
std::mutex& cublaslt_mutex();
void explain(const char* call, const CublasFailed& failure);

template <class Body>
cublasStatus_t guarded_cublaslt(const char* call, Body&& body) {
  const std::lock_guard lock(cublaslt_mutex());
  try {
    body(the_cublaslt());
    return CUBLAS_STATUS_SUCCESS;
  } catch (const CublasFailed& failure) {
    explain(call, failure);
    return failure.status;
  } catch (const std::exception& error) {
    explain(call, CublasFailed(CUBLAS_STATUS_INTERNAL_ERROR, error.what()));
    return CUBLAS_STATUS_INTERNAL_ERROR;
  }
}

}  // namespace plumbline::virtual_node
