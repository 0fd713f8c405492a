#include "results/schema/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

namespace plumbline {
namespace {

TEST(Text, OfEqualOnesThereIsOne) {
  const Text gpu = "gpu0";
  const Text same = std::string("gpu") + '0';
  EXPECT_EQ(gpu, same);
  EXPECT_EQ(gpu.c_str(), same.c_str());
  EXPECT_NE(gpu, Text("gpu1"));
  EXPECT_EQ(std::hash<Text>()(gpu), std::hash<Text>()(same));
  EXPECT_EQ(std::unordered_set<Text>({gpu, same, "gpu1"}).size(), 2U);
}

TEST(Text, OfNothingIsEmpty) {
  EXPECT_TRUE(Text().empty());
  EXPECT_EQ(Text(), Text(""));
  EXPECT_EQ(Text(), Text(std::string()));
  EXPECT_EQ(Text(), "");
  EXPECT_EQ(fmt::format("[{}]", Text()), "[]");
}

TEST(Text, OrderIsThatOfTheCharacters) {
  EXPECT_LT(Text("gpu10"), Text("gpu2"));
  EXPECT_LT(Text("gpu1"), "gpu10");
  EXPECT_GT("gpu2", Text("gpu10"));
  EXPECT_EQ(Text("a") <=> Text("a"), std::strong_ordering::equal);
  const std::set<Text> sorted = {"b", "", "a"};
  EXPECT_EQ(std::vector<std::string>(sorted.begin(), sorted.end()),
            (std::vector<std::string>{"", "a", "b"}));
}

TEST(Text, StandsWhereAStringDoes) {
  const Text gpu = "gpu0";
  EXPECT_EQ(gpu + '>' + Text("gpu1"), "gpu0>gpu1");
  EXPECT_EQ('"' + gpu + "\" is " + std::string("slow"), "\"gpu0\" is slow");
  EXPECT_EQ(fmt::format("{:>6}", gpu), "  gpu0");
  std::ostringstream stream;
  stream << gpu;
  EXPECT_EQ(stream.str(), "gpu0");
  const std::map<std::string, int> by_name = {{"gpu0", 7}};
  EXPECT_EQ(by_name.at(gpu), 7);
  EXPECT_EQ(gpu.find('0'), 3U);
  EXPECT_EQ(gpu.substr(1, 2), "pu");
  EXPECT_TRUE(gpu.starts_with("gpu") && gpu.ends_with("0"));
}

TEST(Text, KeepsWhatTheCharactersWereMadeOf) {
  std::string name = "rdmap0s0, whose string goes to the heap";
  const Text kept = name;
  name.assign(name.size(), 'x');
  EXPECT_EQ(kept, "rdmap0s0, whose string goes to the heap");
  EXPECT_EQ(Text(std::string("zero\0byte", 9)).size(), 9U);
}

TEST(Text, IsOneForAllThreads) {
  constexpr int count = 20000;  // more than a thread remembers
  std::vector<std::vector<Text>> texts(4);
  {
    std::vector<std::jthread> threads;
    for (auto& own : texts) {
      threads.emplace_back([&own] {
        for (int i = 0; i < count; ++i)
          own.emplace_back("text of all threads " + std::to_string(i));
      });
    }
  }
  for (const auto& own : texts) EXPECT_EQ(own, texts.front());
  EXPECT_EQ(texts.front().back(), "text of all threads " + std::to_string(count - 1));
}

}  // namespace
}  // namespace plumbline
