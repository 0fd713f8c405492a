#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace plumbline {

/// A call into a vendor's library that did not succeed: which call, and what the library says about
/// it.
class VendorError : public std::runtime_error {
 public:
  VendorError(std::string call, int code, std::string name, const std::string& text)
      : std::runtime_error(call + ": " + name + " (" + std::to_string(code) + ")" +
                           (text.empty() ? "" : ", " + text)),
        call_(std::move(call)),
        code_(code),
        name_(std::move(name)) {}

  const std::string& call() const { return call_; }  ///< "cuMemAlloc"
  int code() const { return code_; }                 ///< 2
  const std::string& name() const { return name_; }  ///< "CUDA_ERROR_OUT_OF_MEMORY"

 private:
  std::string call_;
  int code_;
  std::string name_;
};

}  // namespace plumbline
