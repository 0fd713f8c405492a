#include "reports/html/column_table.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "reports/html/deflate.h"

namespace plumbline::html {
namespace {

std::string inflated(std::string_view bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, -15), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 4096> part{};
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = part.size();
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(part.data(), part.size() - stream.avail_out);
  }
  EXPECT_EQ(state, Z_STREAM_END);
  inflateEnd(&stream);
  return out;
}

std::string header_of(const std::string& encoded) {
  std::uint32_t size = 0;
  std::memcpy(&size, encoded.data(), sizeof size);
  std::string header = encoded.substr(4, size);
  EXPECT_EQ((4 + size) % 8, 0U);
  return header.substr(0, header.find_last_not_of(' ') + 1);
}

std::string payload_of(const std::string& encoded) {
  std::uint32_t size = 0;
  std::memcpy(&size, encoded.data(), sizeof size);
  return encoded.substr(4 + size);
}

TEST(Deflated, InflatesToTheSame) {
  EXPECT_EQ(inflated(deflated("")), "");
  EXPECT_EQ(inflated(deflated(std::string(100000, 'a') + "end")), std::string(100000, 'a') + "end");
  EXPECT_LT(deflated(std::string(100000, 'a')).size(), 500U);
}

TEST(Deflated, WhatCannotBeCompressedComesThrough) {
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 100000; ++i) {
    state = state * 1664525U + 1013904223U;
    noise += static_cast<char>(state >> 24);
  }
  EXPECT_EQ(inflated(deflated(noise)), noise);
}

TEST(ColumnTable, NothingInIt) {
  EXPECT_EQ(header_of(ColumnTable().encoded()), "[]");
  EXPECT_EQ(payload_of(ColumnTable().encoded()), "");
}

TEST(ColumnTable, CountsTakeTheFewestBytes) {
  const auto encoded = [](std::uint64_t most) {
    ColumnTable table;
    const std::uint64_t values[] = {0, most};
    table.counts("n", values);
    return table.encoded();
  };
  EXPECT_EQ(header_of(encoded(255)), R"([{"name":"n","count":2,"type":"u8","at":0}])");
  EXPECT_EQ(payload_of(encoded(255)), std::string("\0\xFF", 2));
  EXPECT_EQ(payload_of(encoded(256)), std::string("\0\0\0\1", 4));
  EXPECT_EQ(payload_of(encoded(65536)), std::string("\0\0\0\0\0\0\1\0", 8));
  EXPECT_THROW(encoded(std::uint64_t{1} << 32), std::out_of_range);
}

TEST(ColumnTable, NumbersAreFloatsUnlessThatLosesOne) {
  const auto type_of = [](double value) {
    ColumnTable table;
    const double values[] = {value, ColumnTable::none};
    table.numbers("x", values);
    const std::string header = header_of(table.encoded());
    return header.substr(header.find("\"f") + 1, 3);
  };
  EXPECT_EQ(type_of(3080.12), "f32");
  EXPECT_EQ(type_of(-16777215), "f32");
  EXPECT_EQ(type_of(201379841), "f64");
  EXPECT_EQ(type_of(1e300), "f64");
}

TEST(ColumnTable, AValueThatIsNotThereIsNotANumber) {
  ColumnTable table;
  const double values[] = {1.5, ColumnTable::none};
  table.numbers("x", values);
  const std::string payload = payload_of(table.encoded());
  float read[2];
  ASSERT_EQ(payload.size(), sizeof read);
  std::memcpy(read, payload.data(), sizeof read);
  EXPECT_EQ(read[0], 1.5F);
  EXPECT_TRUE(std::isnan(read[1]));
}

TEST(ColumnTable, ATextStandsOnceHoweverOftenItComes) {
  ColumnTable table;
  const std::string values[] = {"gpu", "nic", "gpu"};
  table.texts("kind", values);
  EXPECT_EQ(header_of(table.encoded()),
            R"([{"name":"kind","count":3,"type":"u8","at":8,"words":[0,8]}])");
  EXPECT_EQ(payload_of(table.encoded()), std::string("gpu\0nic\0\0\1\0", 11));
}

TEST(ColumnTable, DifferentTextsNeedNoIndex) {
  ColumnTable table;
  const std::string values[] = {"a", "b"};
  table.texts("host", values);
  EXPECT_EQ(header_of(table.encoded()), R"([{"name":"host","count":2,"at":0,"words":[0,4]}])");
}

TEST(ColumnTable, ColumnsBeginAtMultiplesOfEight) {
  ColumnTable table;
  const std::uint8_t first[] = {1, 2, 3};
  const double second[] = {2.5};
  table.bytes("a", first);
  table.numbers("b", second);
  EXPECT_EQ(header_of(table.encoded()), R"([{"name":"a","count":3,"type":"u8","at":0},)"
                                        R"({"name":"b","count":1,"type":"f32","at":8}])");
}

TEST(ColumnTable, TextsAreAsHarmlessAsInThePage) {
  ColumnTable table;
  const std::string values[] = {std::string("nul\0byte", 8), "\xFF", "a\u202Eb", "</script>"};
  table.texts("host", values);
  EXPECT_EQ(payload_of(table.encoded()),
            std::string("nul\uFFFDbyte\0\uFFFD\0a\uFFFDb\0</script>\0", 31));
}

}  // namespace
}  // namespace plumbline::html
