#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "results/schema/measurement.h"
#include "results/schema/number.h"
#include "results/schema/params.h"
#include "results/schema/time.h"

namespace plumbline {
namespace {

TEST(Number, SixSignificantDigitsWithoutLocale) {
  EXPECT_EQ(format_number(12.34567891), "12.3457");
  EXPECT_EQ(format_number(1.5e-7), "1.5e-07");
  EXPECT_EQ(format_number(-0.0), "0");
  EXPECT_EQ(format_number(0.1 + 0.2), "0.3");
}

TEST(Number, WholeNumbersExactly) {
  EXPECT_EQ(format_number(1179648), "1179648");
  EXPECT_EQ(format_number(-7), "-7");
  EXPECT_EQ(format_number(4503599627370497), "4503599627370497");
}

TEST(Number, NotFiniteIsAnEmptyCell) {
  EXPECT_EQ(format_number(std::nan("")), "");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "");
}

TEST(Number, OnlyTheWholeTextIsANumber) {
  EXPECT_EQ(parse_number("12.5"), 12.5);
  EXPECT_EQ(parse_number("-3e2"), -300);
  for (const char* text : {"", " 1", "1 ", "1,5", "nan", "inf", "1e999", "0x10", "+1", "GB/s"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
  EXPECT_EQ(parse_integer("18446744073709551615"), 18446744073709551615ULL);
  for (const char* text : {"", "-1", "1.0", "18446744073709551616", "1k"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
}

TEST(Number, BytesExactlyOrAsTheyAre) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1000), "1000 B");
  EXPECT_EQ(format_bytes(1536), "1536 B");
  EXPECT_EQ(format_bytes(65536), "64 KiB");
  EXPECT_EQ(format_bytes(std::uint64_t{1} << 30), "1 GiB");
}

TEST(ParamsText, HasOneSpelling) {
  const auto params = parse_params("m=8192;dtype=bf16");
  ASSERT_TRUE(params);
  EXPECT_EQ(format_params(*params), "dtype=bf16;m=8192");
  EXPECT_EQ(parse_params("")->size(), 0U);
  EXPECT_EQ(parse_params("a=")->at("a"), "");
}

TEST(ParamsText, RefusesWhatIsNoPair) {
  for (const char* text : {"a", "=1", "a=1;a=2", "a=1=2", ";", "a=1;;b=2"}) {
    EXPECT_FALSE(parse_params(text)) << text;
  }
}

TEST(ParamsText, ContainsEveryPair) {
  const Params whole{{"a", "1"}, {"b", "2"}};
  EXPECT_TRUE(contains(whole, {}));
  EXPECT_TRUE(contains(whole, {{"b", "2"}}));
  EXPECT_FALSE(contains(whole, {{"b", "3"}}));
  EXPECT_FALSE(contains(whole, {{"c", "2"}}));
}

TEST(Time, ThereAndBack) {
  const auto time = parse_time("2026-02-28T23:59:59.007Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(format_time(*time), "2026-02-28T23:59:59.007Z");
  EXPECT_EQ(format_time_for_name(*time), "20260228T235959Z");
  EXPECT_EQ(time->time_since_epoch().count(), 1772323199007);
}

TEST(Time, RefusesWhatIsNone) {
  for (const char* text :
       {"", "2026-02-30T00:00:00.000Z", "2026-02-28 00:00:00.000Z", "2026-02-28T24:00:00.000Z",
        "2026-02-28T00:00:00Z", "2026-13-01T00:00:00.000Z", "20x6-02-28T00:00:00.000Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(SeriesKey, TellsSubjectsSizesAndParamsApart) {
  Measurement a;
  a.host = "n1";
  a.metric = "m";
  Measurement b = a;
  b.attempt = 2;
  b.run = "another";
  EXPECT_EQ(series_key(a), series_key(b));
  for (auto change :
       {+[](Measurement& m) { m.host = "n2"; }, +[](Measurement& m) { m.bytes = 1; },
        +[](Measurement& m) { m.peer = "x"; }, +[](Measurement& m) { m.params["a"] = "1"; }}) {
    b = a;
    change(b);
    EXPECT_NE(series_key(a), series_key(b));
  }
}

}  // namespace
}  // namespace plumbline
