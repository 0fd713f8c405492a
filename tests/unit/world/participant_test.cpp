#include "probes/world/participant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Participant with_libfabric(const std::string& host, const json& version) {
  return {host, {{"plumbline", "0.1.0"}, {"libfabric", version}}};
}

TEST(Differences, NoneAmongEquals) {
  EXPECT_THAT(differences({}), IsEmpty());
  const std::vector<Participant> equal = {with_libfabric("n0", "1.17.0"),
                                          with_libfabric("n1", "1.17.0")};
  EXPECT_THAT(differences(equal), IsEmpty());
}

TEST(Differences, NameTheHostsOfEachValue) {
  const std::vector<Participant> ranks = {with_libfabric("n0", "2.1.0"),
                                          with_libfabric("n1", "1.17.0"),
                                          with_libfabric("n2", "1.17.0"),
                                          with_libfabric("n3", "1.17.0"),
                                          {"n4", {{"plumbline", "0.2.0"}}}};
  EXPECT_THAT(differences(ranks),
              ElementsAre("libfabric: 1.17.0 on n1, n2 and n3; 2.1.0 on n0; none on n4",
                          "plumbline: 0.1.0 on n0, n1, n2 and n3; 0.2.0 on n4"));
}

TEST(Differences, OneHostCountsOnceAndManyAreCounted) {
  std::vector<Participant> ranks;
  for (int i = 0; i < 64; ++i) {
    ranks.push_back(with_libfabric("n" + std::to_string(i), 1));
    ranks.push_back(with_libfabric("n" + std::to_string(i), 1));
  }
  ranks.push_back(with_libfabric("m0", 2));
  EXPECT_THAT(differences(ranks), ElementsAre("libfabric: 1 on n0, n1, n2 and 61 others; 2 on m0"));
}

}  // namespace
}  // namespace plumbline
