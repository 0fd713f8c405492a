#include "probes/virtual_node/simt/windows.h"

#include <gtest/gtest.h>

namespace plumbline::virtual_node {
namespace {

TEST(Windows, SmallArraysAreVisitedWhole) {
  EXPECT_EQ(visited(1000), 1000U);
  EXPECT_EQ(element(1000, 999), 999U);
}

TEST(Windows, OfLargeArraysTheEndsAndPlacesBetween) {
  for (const std::size_t elements :
       {dense_limit + 1, std::size_t{1} << 26, std::size_t{5'000'000'001}}) {
    EXPECT_EQ(visited(elements), 65536U);
    EXPECT_EQ(element(elements, 0), 0U);
    EXPECT_EQ(element(elements, visited(elements) - 1), elements - 1);
    for (std::size_t window = 1; window < window_count; ++window) {
      ASSERT_GE(window_start(elements, window),
                window_start(elements, window - 1) + window_elements)
          << "windows do not overlap: " << elements << ", " << window;
    }
  }
}

}  // namespace
}  // namespace plumbline::virtual_node
