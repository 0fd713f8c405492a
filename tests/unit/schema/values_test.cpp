#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "results/schema/digits.h"
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

std::string printed(const char* format, int digits, double value) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), format, digits, value);
  return text.data();
}

/// Of all sizes, some of them halfway between two texts or next to that.
std::vector<double> many_values() {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(-9, 16), share(1, 10);
  std::vector<double> values = {0, 1e-4, 9.99999e-5, 0.5, 2.5, 99.5, 999999.5, 999999, 9.999995e-5};
  for (int i = 0; i < 100'000; ++i) {
    const double value = share(random) * std::pow(10, std::floor(exponent(random)));
    values.push_back(value);
    values.push_back(std::floor(value) + 0.5);
    values.push_back(std::nextafter(std::floor(value * 1000) / 1000 + 0.0005, i % 2 * 1e300));
  }
  return values;
}

TEST(Number, SignificantDigitsAreThoseOfPrintf) {
  for (const double value : many_values()) {
    for (const int digits : {2, 4, 6}) {
      std::string text;
      append_significant(-value, digits, text);
      ASSERT_EQ(text, printed("%.*g", digits, -value));
    }
  }
}

TEST(Number, DecimalsAreThoseOfPrintfWithoutZerosAtTheEnd) {
  for (const double value : many_values()) {
    std::string whole, tenths;
    append_decimals(value, 0, whole);
    ASSERT_EQ(whole, printed("%.*f", 0, value));
    append_decimals(value, 1, tenths);
    std::string expected = printed("%.*f", 1, value);
    if (expected.ends_with(".0")) expected.resize(expected.size() - 2);
    ASSERT_EQ(tenths, expected);
  }
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

TEST(ParamsText, OfEqualSetsThereIsOne) {
  const Params params = {{"b", ""}, {"a", "1"}};
  EXPECT_EQ(params, parse_params("a=1;b="));
  EXPECT_EQ(&params.pairs(), &parse_params("b=;a=1")->pairs());
  for (const char* other : {"", "a=1", "a=1;b=2", "a=11;b="}) {
    EXPECT_NE(params, parse_params(other)) << other;
  }
  EXPECT_EQ(Params(), parse_params(""));
}

TEST(ParamsText, Change) {
  Params params = {{"a", "1"}};
  const Params before = params;
  params.set("b", "2");
  params.set("a", "3");
  EXPECT_EQ(format_params(params), "a=3;b=2");
  params.add({{"a", "4"}, {"c", "5"}});
  EXPECT_EQ(format_params(params), "a=3;b=2;c=5");
  params.erase("a");
  params.erase("a");
  EXPECT_EQ(format_params(params), "b=2;c=5");
  EXPECT_EQ(format_params(before), "a=1");
}

TEST(ParamsText, OrderIsThatOfThePairs) {
  EXPECT_LT((Params{{"a", "1"}}), (Params{{"a", "2"}}));
  EXPECT_LT((Params{{"a", "1"}}), (Params{{"a", "1"}, {"b", "0"}}));
  EXPECT_LT(Params(), (Params{{"a", ""}}));
}

TEST(ParamsText, RefusesWhatCouldNotBeReadAgain) {
  Params params = {{"a", "1"}, {"b", "2"}};
  EXPECT_THAT(
      [] {
        Params({{"a", "1;b=2"}});
      },
      ::testing::ThrowsMessage<std::logic_error>(
          "the parameters \"a=1;b=2\" have an empty key, or '=' or ';' in a key or a value"));
  EXPECT_THROW(params.set("c", "x=y"), std::logic_error);
  EXPECT_THROW(params.set("", "x"), std::logic_error);
  EXPECT_THROW(params.set("c;d", "x"), std::logic_error);
  EXPECT_EQ(format_params(params), "a=1;b=2");
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
        +[](Measurement& m) { m.peer = "x"; }, +[](Measurement& m) { m.params.set("a", "1"); }}) {
    b = a;
    change(b);
    EXPECT_NE(series_key(a), series_key(b));
  }
}

}  // namespace
}  // namespace plumbline
