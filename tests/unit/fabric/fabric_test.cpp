#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "probes/vendor/fabric_owners.h"
#include "probes/vendor/fabric_version.h"

namespace plumbline::fabric {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The sockets provider of this release.
std::string over_tcp() { return library_version() < FI_VERSION(1, 18) ? "net" : "tcp"; }

Request loopback(const std::string& provider) {
  Request request;
  request.provider = provider;
  if (provider != "shm") request.source = "127.0.0.1";
  return request;
}

TEST(Fabric, AsksForNoNewerApiThanHeadersAndLibraryHave) {
  EXPECT_LE(api_version(), library_version());
  EXPECT_LE(api_version(), wanted_api);
  EXPECT_EQ(version_text(FI_VERSION(1, 17)), "1.17");
}

TEST(Fabric, NothingIsOfferedByAProviderThatIsNotThere) {
  EXPECT_THAT(find({.provider = "carrier_pigeon"}), IsEmpty());
}

TEST(Fabric, AnOfferSaysWhatItIs) {
  const std::vector<Info> offers = find(loopback(over_tcp()));
  ASSERT_THAT(offers, Not(IsEmpty()));
  const Offer offer = describe(*offers.front());
  EXPECT_THAT(offer.provider, HasSubstr(over_tcp()));
  EXPECT_EQ(offer.source, "127.0.0.1");
  EXPECT_EQ(offer.api, api_version());
  EXPECT_GT(offer.inject_size, 0U);
  EXPECT_GE(offer.immediate_bytes, 4U);
  EXPECT_FALSE(offer.pci);
}

TEST(Fabric, AnErrorNamesTheCallTheProviderAndWhatItMeans) {
  EXPECT_NO_THROW(check(3, "fi_av_insert", "net lo"));
  try {
    check(-FI_ENOMEM, "fi_domain", "net lo");
    FAIL() << "nothing was thrown";
  } catch (const VendorError& error) {
    EXPECT_STREQ(error.what(), "fi_domain of net lo: Cannot allocate memory (-12)");
  }
  EXPECT_EQ(to_string(CompletionError{FI_ENOTCONN, 107, "gone", 0}),
            "Transport endpoint is not connected (prov_errno 107: gone)");
}

/// A domain with one end, and memory that it may use.
struct End {
  explicit End(const std::string& provider) : End(loopback(provider)) {}
  explicit End(const Request& request)
      : domain(first(request)),
        queue(domain, 256),
        region(domain, memory, 1),
        endpoint(domain, queue, {.forbid_cuda = true, .forbid_shared_memory = true}) {}

  static Info first(const Request& request) {
    std::vector<Info> offers = find(request);
    if (offers.empty()) throw std::logic_error("no offer of " + request.provider);
    return std::move(offers.front());
  }

  alignas(4096) std::array<std::byte, 8192> memory{};
  Domain domain;
  CompletionQueue queue;
  MemoryRegion region;
  Endpoint endpoint;
};

TEST(Fabric, AnAddressOfAnotherHostIsRefusedByName) {
  Request request = loopback(over_tcp());
  request.source = "203.0.113.1";  // for documentation: nobody's
  try {
    const End end(request);
    FAIL() << "nothing was thrown";
  } catch (const VendorError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Cannot assign requested address"));
  }
}

class Pair : public testing::TestWithParam<std::string> {
 protected:
  Pair() : a(GetParam()), b(GetParam()) {
    to_b = a.endpoint.insert(b.endpoint.name());
    b.endpoint.insert(a.endpoint.name());
  }

  /// Polls both ends until `done`; every end must, or nothing moves.
  template <class Done>
  void drive(const Done& done) {
    const time_t end = ::time(nullptr) + 60;
    while (!done()) {
      ASSERT_LT(::time(nullptr), end) << "nothing came";
      for (auto [at, seen] : {std::pair(&a, &seen_by_a), std::pair(&b, &seen_by_b)}) {
        std::array<Completion, 4> entries;
        const long count = at->queue.read(entries);
        if (count < 0) throw std::runtime_error(to_string(*at->queue.error()));
        seen->insert(seen->end(), entries.begin(), entries.begin() + count);
      }
    }
  }
  template <class Post>
  void post(const Post& attempt) {
    long result = -FI_EAGAIN;
    drive([&] { return (result = attempt()) != -FI_EAGAIN; });
    check(result, "post", GetParam());
  }

  End a, b;
  fi_addr_t to_b = 0;
  std::vector<Completion> seen_by_a, seen_by_b;
  fi_context2 sent{}, received{};
};

TEST_P(Pair, AMessageArrives) {
  std::memcpy(a.memory.data(), "plumb", 5);
  post([&] {
    return b.endpoint.receive(std::span(b.memory).first(64), b.region.descriptor(), received);
  });
  post([&] {
    return a.endpoint.send(std::span(a.memory).first(5), a.region.descriptor(), to_b, sent);
  });
  drive([&] { return !seen_by_a.empty() && !seen_by_b.empty(); });
  EXPECT_EQ(seen_by_a.front().op_context, &sent);
  EXPECT_EQ(seen_by_b.front().op_context, &received);
  EXPECT_EQ(seen_by_b.front().len, 5U);
  EXPECT_EQ(std::memcmp(b.memory.data(), "plumb", 5), 0);
}

TEST_P(Pair, AWriteWithDataIsSeenByTheTarget) {
  std::memcpy(a.memory.data(), "line", 4);
  post([&] {
    return a.endpoint.write_data(std::span(a.memory).first(4), a.region.descriptor(), 77, to_b,
                                 b.region.remote_base() + 4096, b.region.key(), sent);
  });
  drive([&] { return !seen_by_a.empty() && !seen_by_b.empty(); });
  EXPECT_TRUE(seen_by_b.front().flags & FI_REMOTE_CQ_DATA);
  EXPECT_EQ(seen_by_b.front().data, 77U);
  EXPECT_EQ(std::memcmp(&b.memory[4096], "line", 4), 0);
}

TEST_P(Pair, AReadBringsWhatIsThere) {
  std::memcpy(&b.memory[100], "lead", 4);
  post([&] {
    return a.endpoint.read(std::span(a.memory).subspan(200, 4), a.region.descriptor(), to_b,
                           b.region.remote_base() + 100, b.region.key(), sent);
  });
  drive([&] { return !seen_by_a.empty(); });
  EXPECT_EQ(seen_by_a.front().op_context, &sent);
  EXPECT_EQ(std::memcmp(&a.memory[200], "lead", 4), 0);
}

INSTANTIATE_TEST_SUITE_P(Providers, Pair, testing::Values(over_tcp(), "shm"),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace plumbline::fabric
