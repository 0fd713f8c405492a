// Compares what is declared by hand of NCCL with the vendor's own header.

#include <gmock/gmock.h>
#include <nccl.h>

#include <type_traits>

#include "probes/vendor/nccl.h"

namespace plumbline::nccl {
namespace {

/// Passed in the same way: integers and enumerations of one size, structures of one size, pointers
/// to anything that is as constant.
template <class Ours, class Theirs>
constexpr bool same_value() {
  if constexpr (std::is_pointer_v<Ours> || std::is_pointer_v<Theirs>) {
    return std::is_pointer_v<Ours> && std::is_pointer_v<Theirs> &&
           std::is_const_v<std::remove_pointer_t<Ours>> ==
               std::is_const_v<std::remove_pointer_t<Theirs>>;
  } else {
    return sizeof(Ours) == sizeof(Theirs) && std::is_class_v<Ours> == std::is_class_v<Theirs>;
  }
}

template <class Ours, class Theirs>
struct SameCall : std::false_type {};
template <class R1, class... A1, class R2, class... A2>
requires(sizeof...(A1) == sizeof...(A2)) struct SameCall<R1(A1...), R2(A2...)>
    : std::bool_constant<same_value<R1, R2>() && (same_value<A1, A2>() && ...)> {
};

static_assert(!SameCall<Result(int), ncclResult_t(int*)>::value);
static_assert(!SameCall<Result(const void*), ncclResult_t(void*)>::value);

#define COMPARE(member, function)                                                                 \
  []() -> const char* {                                                                           \
    using Ours = decltype(Functions::member)::Signature;                                          \
    static_assert(SameCall<Ours, std::remove_reference_t<decltype(function)>>::value, #function); \
    return #function;                                                                             \
  }()

const char* const compared[] = {
    COMPARE(version, ncclGetVersion),
    COMPARE(unique_id, ncclGetUniqueId),
    COMPARE(init_rank, ncclCommInitRankConfig),
    COMPARE(finalize, ncclCommFinalize),
    COMPARE(destroy, ncclCommDestroy),
    COMPARE(abort, ncclCommAbort),
    COMPARE(async_error, ncclCommGetAsyncError),
    COMPARE(count, ncclCommCount),
    COMPARE(device, ncclCommCuDevice),
    COMPARE(user_rank, ncclCommUserRank),
    COMPARE(group_start, ncclGroupStart),
    COMPARE(group_end, ncclGroupEnd),
    COMPARE(all_reduce, ncclAllReduce),
    COMPARE(all_gather, ncclAllGather),
    COMPARE(reduce_scatter, ncclReduceScatter),
    COMPARE(broadcast, ncclBroadcast),
    COMPARE(reduce, ncclReduce),
    COMPARE(send, ncclSend),
    COMPARE(receive, ncclRecv),
    COMPARE(memory_allocate, ncclMemAlloc),
    COMPARE(memory_free, ncclMemFree),
    COMPARE(register_buffer, ncclCommRegister),
    COMPARE(deregister_buffer, ncclCommDeregister),
};

#define SAME_NUMBER(ours, theirs) \
  static_assert(static_cast<int>(ours) == static_cast<int>(theirs), #theirs)

SAME_NUMBER(Result::success, ncclSuccess);
SAME_NUMBER(Result::unhandled_cuda_error, ncclUnhandledCudaError);
SAME_NUMBER(Result::system_error, ncclSystemError);
SAME_NUMBER(Result::internal_error, ncclInternalError);
SAME_NUMBER(Result::invalid_argument, ncclInvalidArgument);
SAME_NUMBER(Result::invalid_usage, ncclInvalidUsage);
SAME_NUMBER(Result::remote_error, ncclRemoteError);
SAME_NUMBER(Result::in_progress, ncclInProgress);
SAME_NUMBER(DataType::int8, ncclInt8);
SAME_NUMBER(DataType::uint8, ncclUint8);
SAME_NUMBER(DataType::int32, ncclInt32);
SAME_NUMBER(DataType::uint32, ncclUint32);
SAME_NUMBER(DataType::int64, ncclInt64);
SAME_NUMBER(DataType::uint64, ncclUint64);
SAME_NUMBER(DataType::float16, ncclFloat16);
SAME_NUMBER(DataType::float32, ncclFloat32);
SAME_NUMBER(DataType::float64, ncclFloat64);
SAME_NUMBER(DataType::bfloat16, ncclBfloat16);
SAME_NUMBER(Reduction::sum, ncclSum);
SAME_NUMBER(Reduction::product, ncclProd);
SAME_NUMBER(Reduction::max, ncclMax);
SAME_NUMBER(Reduction::min, ncclMin);
SAME_NUMBER(Reduction::average, ncclAvg);
static_assert(sizeof(UniqueId) == sizeof(ncclUniqueId));
static_assert(version_code(NCCL_MAJOR, NCCL_MINOR, NCCL_PATCH) == NCCL_VERSION_CODE);

// What the 2.14 layout has lies where every later one has it, and no later one is shorter.
static_assert(offsetof(Config, size) == offsetof(ncclConfig_t, size));
static_assert(offsetof(Config, magic) == offsetof(ncclConfig_t, magic));
static_assert(offsetof(Config, version) == offsetof(ncclConfig_t, version));
static_assert(offsetof(Config, blocking) == offsetof(ncclConfig_t, blocking));
static_assert(sizeof(Config) <= sizeof(ncclConfig_t));

TEST(NcclAbi, ItsConfigurationIsThatOfItsOwnVersion) {
  const ncclConfig_t theirs = NCCL_CONFIG_INITIALIZER;
  const Config ours;
  EXPECT_EQ(ours.magic, theirs.magic);
  EXPECT_EQ(ours.blocking, theirs.blocking);
  EXPECT_EQ(ours.size, sizeof(Config));
  EXPECT_EQ(ours.version, 21400U) << "whatever version is installed here";
}

TEST(NcclAbi, EveryFunctionIsCompared) {
  const DynamicLibrary any(std::string("libc.so.6"));
  const Symbols symbols(any);
  [[maybe_unused]] const Functions functions{symbols};
  EXPECT_THAT(symbols.asked(), ::testing::ElementsAreArray(compared));
}

}  // namespace
}  // namespace plumbline::nccl
