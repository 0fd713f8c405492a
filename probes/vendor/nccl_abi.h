#pragma once

#include <climits>
#include <cstddef>

/// The part of NCCL that the probes use, declared here, in the oldest layout that is needed: a
/// library of any later version takes it. tests/unit/vendor/nccl_abi_test.cpp compares it with the
/// vendor's header where that is installed.
namespace plumbline::nccl {

/// ncclResult_t
enum class Result : int {
  success = 0,
  unhandled_cuda_error = 1,
  system_error = 2,
  internal_error = 3,
  invalid_argument = 4,
  invalid_usage = 5,
  remote_error = 6,
  in_progress = 7,
};

/// ncclDataType_t
enum class DataType : int {
  int8 = 0,
  uint8 = 1,
  int32 = 2,
  uint32 = 3,
  int64 = 4,
  uint64 = 5,
  float16 = 6,
  float32 = 7,
  float64 = 8,
  bfloat16 = 9,
};

/// ncclRedOp_t
enum class Reduction : int { sum = 0, product = 1, max = 2, min = 3, average = 4 };

using CommHandle = struct Comm_*;  ///< ncclComm_t

/// ncclUniqueId: how ranks find each other; one of them makes it, the others are told.
struct UniqueId {
  char bytes[128];
};

/// ncclConfig_t as of 2.14, which brought it. A library copies as much of it as `size` says and
/// fills in what is newer than `version`, so both are those of this layout whatever it runs with.
struct Config {
  std::size_t size = sizeof(Config);
  unsigned magic = 0xcafebeef;
  unsigned version = 21400;
  int blocking = INT_MIN;  ///< INT_MIN: as the library likes; 0: calls return ncclInProgress
};

/// The code of ncclGetVersion: 22809 is 2.28.9. Those before 2.9 counted otherwise.
constexpr int version_code(int major, int minor, int patch) {
  return (major <= 2 && minor <= 8 ? 1000 : 10000) * major + 100 * minor + patch;
}

inline constexpr int oldest_version = version_code(2, 14, 0);

}  // namespace plumbline::nccl
