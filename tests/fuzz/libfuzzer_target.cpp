// The readers for libFuzzer: fuzz_readers READER [OPTION OF LIBFUZZER...] [CORPUS...]

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/readers.h"

namespace {

const plumbline::fuzz::Reader* reader = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
  for (const auto& each : plumbline::fuzz::readers()) {
    if (*count > 1 && std::string(each.name) == (*words)[1]) reader = &each;
  }
  if (reader == nullptr) {
    std::fputs("usage: fuzz_readers READER [OPTION...] [CORPUS...]\nreaders:", stderr);
    for (const auto& each : plumbline::fuzz::readers()) std::fprintf(stderr, " %s", each.name);
    std::fputs("\n", stderr);
    std::exit(2);
  }
  std::rotate(*words + 1, *words + 2, *words + *count);
  --*count;
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  reader->takes(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
