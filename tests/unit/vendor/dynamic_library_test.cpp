#include "probes/vendor/dynamic_library.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

namespace plumbline {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

const std::string answer_library = ANSWER_LIBRARY;

/// The message of what `act` throws.
template <class Act>
std::string reason(const Act& act) {
  try {
    act();
  } catch (const LibraryMissing& error) {
    return error.what();
  }
  return "did not throw";
}

TEST(DynamicLibrary, OpensAPathAndSaysWhatWasMapped) {
  const DynamicLibrary library(answer_library);
  EXPECT_EQ(library.name(), answer_library);
  EXPECT_THAT(library.path(), EndsWith("/libanswer.so.550.54.15"));
  EXPECT_EQ(file_version(library.path()), "550.54.15");
  EXPECT_FALSE(library.is_stub());
  EXPECT_EQ(library.function<int()>("answer")(), 42);
}

TEST(DynamicLibrary, TakesTheFirstThatCanBeOpened) {
  const std::vector<std::string> candidates = {"libnowhere.so.9", answer_library, "libc.so.6"};
  EXPECT_EQ(DynamicLibrary(candidates).name(), answer_library);
}

TEST(DynamicLibrary, FindsASonameThroughTheLoader) {
  const DynamicLibrary library("libc.so.6");
  EXPECT_THAT(library.path(), AllOf(HasSubstr("/"), HasSubstr("libc")));
  EXPECT_NE(library.find("getpid"), nullptr);
}

TEST(DynamicLibrary, NamesEverythingThatWasTried) {
  const std::vector<std::string> candidates = {"libnowhere.so.9", "/nowhere/libnowhere.so.8"};
  EXPECT_THAT(reason([&] { DynamicLibrary library(candidates); }),
              AllOf(HasSubstr("libnowhere.so.9 ("), HasSubstr("/nowhere/libnowhere.so.8 ("),
                    HasSubstr("No such file")));
  EXPECT_EQ(reason([] { DynamicLibrary library(std::span<const std::string>{}); }),
            "no library to open was named");
}

TEST(DynamicLibrary, NamesAMissingFunctionAndItsFile) {
  const DynamicLibrary library(answer_library);
  EXPECT_EQ(library.find("question"), nullptr);
  EXPECT_THAT(reason([&] { library.symbol("question"); }),
              AllOf(HasSubstr("libanswer.so.550.54.15"), HasSubstr("has no function question")));
}

TEST(DynamicLibrary, RecognisesTheStubsOfAToolkit) {
  const fs::path folder = fs::temp_directory_path() / ("plumbline-" + std::to_string(getpid()));
  fs::create_directories(folder / "stubs");
  fs::copy_file(answer_library, folder / "stubs" / "libanswer.so.1");
  EXPECT_TRUE(DynamicLibrary((folder / "stubs" / "libanswer.so.1").string()).is_stub());
  fs::remove_all(folder);
}

TEST(DynamicLibrary, KeepsItsSymbolsToItself) {
  const DynamicLibrary library(answer_library);
  EXPECT_EQ(dlsym(RTLD_DEFAULT, "answer"), nullptr);
}

TEST(DynamicLibrary, StaysMappedWhenItsOwnerIsGone) {
  int (*answer)() = nullptr;
  {
    DynamicLibrary first(answer_library);
    DynamicLibrary library(std::move(first));
    answer = library.function<int()>("answer");
  }
  EXPECT_EQ(answer(), 42);
}

TEST(FileVersion, IsWhatFollowsSo) {
  EXPECT_EQ(file_version("/usr/lib/libcuda.so.550.54.15"), "550.54.15");
  EXPECT_EQ(file_version("libnccl.so.2"), "2");
  EXPECT_EQ(file_version("libnccl.so"), "");
}

}  // namespace
}  // namespace plumbline
