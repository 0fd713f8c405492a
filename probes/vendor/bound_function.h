#pragma once

#include <functional>
#include <string>
#include <utility>

#include "probes/vendor/dynamic_library.h"
#include "probes/vendor/vendor_error.h"

namespace plumbline {

/// How a library names and explains one of its status codes. Code 0 is success in all of them.
struct StatusWords {
  std::string name;  ///< "CUDA_ERROR_OUT_OF_MEMORY"
  std::string text;  ///< "out of memory", and what to do about it where that is known
};
using ReadStatus = std::function<StatusWords(int code)>;

/// What a name in a vendor's library was found to be.
struct Binding {
  std::string call;               ///< as the vendor's documentation names it
  void* address = nullptr;        ///< null: this library does not have it
  std::string library;            ///< the file, for messages
  const ReadStatus* read_status;  ///< outlives every call
};

template <class Signature>
class BoundFunction;

/// A C function of a library opened at run time that checks its own status: a call either succeeds
/// or throws VendorError; one that the library lacks throws LibraryMissing.
template <class Status, class... Args>
class BoundFunction<Status(Args...)> {
 public:
  using Signature = Status(Args...);

  explicit BoundFunction(Binding binding)
      : binding_(std::move(binding)), function_(reinterpret_cast<Signature*>(binding_.address)) {}

  void operator()(Args... args) const {
    const Status got = status(args...);
    if (got != Status{}) throw error(got);
  }

  /// The bare status, where more than one is an answer ("not ready yet").
  Status status(Args... args) const {
    if (function_ == nullptr) {
      throw LibraryMissing(binding_.library + " has no function " + binding_.call);
    }
    return function_(args...);
  }

  VendorError error(Status status) const {
    const int code = static_cast<int>(status);
    StatusWords words = (*binding_.read_status)(code);
    return VendorError(binding_.call, code, std::move(words.name), words.text);
  }

  /// False: this library does not have it.
  explicit operator bool() const { return function_ != nullptr; }
  const std::string& name() const { return binding_.call; }

 private:
  Binding binding_;
  Signature* function_;
};

}  // namespace plumbline
