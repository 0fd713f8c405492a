#include <gmock/gmock.h>

#include "probes/vendor/cuda.h"

namespace plumbline::cuda {
namespace {

using ::testing::HasSubstr;

TEST(CudaDriver, AMissingLibraryIsNamed) {
  try {
    open_library("/nowhere/libcuda.so.1");
    FAIL() << "it was opened";
  } catch (const Unavailable& reason) {
    EXPECT_EQ(reason.problem(), Problem::driver_missing);
    EXPECT_THAT(reason.what(), HasSubstr("/nowhere/libcuda.so.1"));
    EXPECT_THAT(reason.what(), HasSubstr("--libcuda"));
  }
}

TEST(CudaDriver, AnotherLibraryIsNoDriver) {
  try {
    const Driver driver(DynamicLibrary("libm.so.6"));
    FAIL() << "libm was started";
  } catch (const Unavailable& reason) {
    EXPECT_EQ(reason.problem(), Problem::driver_missing);
    EXPECT_THAT(reason.what(), HasSubstr("has no cuInit"));
  }
}

TEST(CudaDriver, VersionsReadAsCudaVersions) {
  EXPECT_EQ(version_text(12040), "12.4");
  EXPECT_EQ(version_text(13000), "13.0");
}

#ifdef CUDA_STUB_LIBRARY
TEST(CudaDriver, TheStubOfAToolkitIsRecognised) {
  try {
    const Driver driver(open_library(CUDA_STUB_LIBRARY));
    FAIL() << "the stub was started";
  } catch (const Unavailable& reason) {
    EXPECT_EQ(reason.problem(), Problem::stub_library);
    EXPECT_THAT(reason.what(), HasSubstr("stubs/libcuda.so"));
    EXPECT_THAT(reason.what(), HasSubstr("(34)"));
    EXPECT_THAT(reason.what(), HasSubstr("LD_LIBRARY_PATH"));
  }
}
#endif

}  // namespace
}  // namespace plumbline::cuda
