#include <gtest/gtest.h>

#include "probes/nvlink/link_watch.h"

namespace plumbline::nvlink {
namespace {

LinkLook look(std::map<std::string, std::uint64_t> errors, std::vector<std::optional<bool>> up) {
  return {std::move(errors), std::move(up), "nvmlDeviceGetNvLinkState: GPU is lost (15)"};
}

TEST(LinkChange, NothingHappened) {
  const LinkLook same = look({{"link 0 replay", 7}}, {true, false});
  const LinkChange found = change(same, same);
  EXPECT_EQ(found.errors, 0U);
  EXPECT_EQ(found.errors_text + found.went_down + found.unread, "") << "one was down before";
}

TEST(LinkChange, ErrorsAreCountedByLink) {
  const LinkChange found =
      change(look({{"link 0 replay", 7}, {"link 1 crc", 0}, {"link 1 replay", 1}}, {true, true}),
             look({{"link 0 replay", 7}, {"link 1 crc", 2}, {"link 1 replay", 4}}, {true, true}));
  EXPECT_EQ(found.errors, 5U);
  EXPECT_EQ(found.errors_text, "link 1 crc 2, link 1 replay 3");
}

TEST(LinkChange, ACounterThatWasSetBackIsNoError) {
  EXPECT_EQ(change(look({{"link 0 replay", 7}}, {}), look({{"link 0 replay", 0}}, {})).errors, 0U);
}

TEST(LinkChange, ALinkThatWentDown) {
  const LinkChange found = change(look({}, {true, true, true}), look({}, {false, true, false}));
  EXPECT_EQ(found.went_down, "link 0, link 2");
}

TEST(LinkChange, OneThatCameUpIsNoHarm) {
  EXPECT_EQ(change(look({}, {false}), look({}, {true})).went_down, "");
}

TEST(LinkChange, WhatIsNotToldAnyMoreIsSaidWithItsReason) {
  const LinkLook before = look({{"link 0 replay", 7}}, {true});
  EXPECT_EQ(change(before, look({}, {true})).unread, "nvmlDeviceGetNvLinkState: GPU is lost (15)");
  EXPECT_EQ(change(before, look({{"link 0 replay", 7}}, {std::nullopt})).unread,
            "nvmlDeviceGetNvLinkState: GPU is lost (15)");
}

TEST(LinkChange, WhatWasNeverToldIsNotMissed) {
  const LinkChange found = change(look({}, {std::nullopt}), look({{"link 0 replay", 7}}, {true}));
  EXPECT_EQ(found.unread + found.errors_text, "");
}

}  // namespace
}  // namespace plumbline::nvlink
