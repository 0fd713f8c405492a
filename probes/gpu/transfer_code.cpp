#include "probes/gpu/transfer_code.h"

extern "C" const std::byte plumbline_transfer_device_code[];
extern "C" const std::byte plumbline_transfer_device_code_end[];

namespace plumbline {

std::span<const std::byte> transfer_code() {
  return {plumbline_transfer_device_code, plumbline_transfer_device_code_end};
}

}  // namespace plumbline
