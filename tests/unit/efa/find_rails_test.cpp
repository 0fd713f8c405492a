#include "probes/efa/find_rails.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "probes/efa/interfaces.h"

namespace plumbline::efa {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

OfferedDomain device(const std::string& name, const std::string& fabric, const std::string& pci) {
  OfferedDomain domain;
  domain.provider = "efa";
  domain.fabric = fabric;
  domain.domain = name + "-rdm";
  domain.pci = pci;
  return domain;
}

/// libfabric 2.1 and later offers each device twice: all as efa-direct, then all as efa.
Offers two_devices_twice() {
  Offers offers;
  for (const char* fabric : {"efa-direct", "efa"}) {
    offers.domains.push_back(device("rdmap80s0", fabric, "0000:50:00.0"));
    offers.domains.push_back(device("rdmap79s0", fabric, "0000:4f:00.0"));
  }
  return offers;
}

auto subjects_are(const auto&... names) { return ElementsAre(Field(&Rail::subject, names)...); }

TEST(EfaRails, ADeviceIsCountedOnceAndDirectComesFirst) {
  const std::vector<Rail> rails = efa_rails(two_devices_twice(), {}, "auto");
  EXPECT_THAT(rails, subjects_are("rdmap79s0", "rdmap80s0"));
  for (const Rail& rail : rails) {
    EXPECT_EQ(rail.open.fabric, "efa-direct");
    EXPECT_EQ(rail.open.domain, rail.subject + "-rdm");
    EXPECT_FALSE(rail.open.receives_hold_data);
    EXPECT_EQ(transport_of(rail), "efa/efa-direct");
  }
}

TEST(EfaRails, TheOtherFabricWhereItIsAskedFor) {
  const std::vector<Rail> rails = efa_rails(two_devices_twice(), {}, "efa");
  ASSERT_THAT(rails, SizeIs(2));
  EXPECT_EQ(rails.front().open.fabric, "efa");
}

TEST(EfaRails, DirectOnlyWithDataInReceives) {
  Offers plain, with_data;
  plain.domains = {device("rdmap79s0", "efa", "0000:4f:00.0")};
  with_data.domains = {device("rdmap79s0", "efa-direct", "0000:4f:00.0")};
  const std::vector<Rail> rails = efa_rails(plain, with_data, "auto");
  ASSERT_THAT(rails, SizeIs(1));
  EXPECT_EQ(rails.front().open.fabric, "efa-direct");
  EXPECT_TRUE(rails.front().open.receives_hold_data);
}

TEST(EfaRails, WithoutDirect) {
  Offers plain;
  plain.domains = {device("rdmap16s27", "EFA-fe80::1", "0000:10:1b.0")};
  EXPECT_THAT(efa_rails(plain, {}, "auto"), subjects_are("rdmap16s27"));
  EXPECT_THAT(efa_rails(plain, {}, "efa-direct"), IsEmpty());
}

TEST(Provider, FollowsTheDevicesAndTheRelease) {
  Node with_efa;
  with_efa.devices.push_back({.kind = DeviceKind::efa});
  EXPECT_EQ(provider_for("auto", with_efa, "2.1"), "efa");
  EXPECT_EQ(provider_for("auto", {}, "1.17"), "net");
  EXPECT_EQ(provider_for("auto", {}, "2.6"), "tcp");
  EXPECT_EQ(provider_for("shm", with_efa, "2.1"), "shm");
}

const std::vector<Interface> three = {
    {"eth0", "192.0.2.2", false}, {"eth1", "192.0.2.3", false}, {"lo", "127.0.0.1", true}};

TEST(Interfaces, AllButLoopback) {
  EXPECT_THAT(choose_interfaces(three, {}), SizeIs(2));
  EXPECT_THAT(choose_interfaces({three[2]}, {}), ElementsAre(Field(&Interface::name, "lo")));
}

TEST(Interfaces, ThoseNamedInTheirOrder) {
  EXPECT_THAT(choose_interfaces(three, {"lo", "eth0"}),
              ElementsAre(Field(&Interface::name, "lo"), Field(&Interface::name, "eth0")));
  try {
    choose_interfaces(three, {"eth7"});
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "--rails: found \"eth7\", expected interfaces that are up and have "
                 "an address: eth0 eth1 lo");
  }
}

Node with_efa_device() {
  Node node;
  node.devices.emplace_back();
  node.devices.back().kind = DeviceKind::efa;
  return node;
}

TEST(FindRails, EfaWithoutItsProviderIsAFaultAndNoOtherProvider) {
  LocalCrew crew(this_program());
  const HostRails rails = find_rails(crew, with_efa_device(), {.provider = "efa"});
  EXPECT_THAT(rails.rails, IsEmpty());
  EXPECT_TRUE(rails.none_is_a_fault);
  EXPECT_THAT(rails.why_none, HasSubstr("libfabric"));
}

TEST(FindRails, EfaWithoutADeviceIsNoFaultAndNoOtherProvider) {
  LocalCrew crew(this_program());
  const HostRails rails = find_rails(crew, {}, {.provider = "efa"});
  EXPECT_THAT(rails.rails, IsEmpty());
  EXPECT_FALSE(rails.none_is_a_fault);
  EXPECT_EQ(rails.why_none, "this host has no EFA device");
}

TEST(FindRails, OverTcpARailIsItsInterface) {
  LocalCrew crew(this_program());
  const HostRails rails = find_rails(crew, {}, {.provider = "auto", .names = {"lo"}});
  ASSERT_THAT(rails.rails, SizeIs(1)) << rails.why_none;
  EXPECT_EQ(rails.rails[0].subject, "lo");
  EXPECT_EQ(rails.rails[0].open.source, "127.0.0.1");
  EXPECT_EQ(rails.rails[0].domain.domain, "lo");
}

TEST(FunctionOfCard, IsTheLowestByteOfTheGuid) {
  EXPECT_EQ(function_of_card("0abc:1234:0000:4f01"), 1U);
  EXPECT_EQ(function_of_card("0abc:1234:0000:4f00"), 0U);
  EXPECT_EQ(function_of_card("0000:0000:0000:0000"), std::nullopt) << "an older driver";
  EXPECT_EQ(function_of_card("0abc:1234"), std::nullopt);
  EXPECT_EQ(function_of_card(""), std::nullopt);
}

/// Two hosts whose buses have the functions of the cards in another order.
TEST(MeetingOrder, EqualFunctionsMeetBelowEachSwitch) {
  const std::vector<RailPlace> here = {{"gpu0", 0}, {"gpu0", 1}, {"gpu0", 0},
                                       {"gpu0", 1}, {"gpu1", 1}, {"gpu1", 0}};
  const std::vector<RailPlace> there = {{"gpu0", 1}, {"gpu0", 1}, {"gpu0", 0},
                                        {"gpu0", 0}, {"gpu1", 0}, {"gpu1", 1}};
  EXPECT_THAT(meeting_order(here), ElementsAre(0, 2, 1, 3, 5, 4));
  const auto a = meeting_order(here), b = meeting_order(there);
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(here[a[i]].function, there[b[i]].function);
    EXPECT_EQ(here[a[i]].near, there[b[i]].near);
  }
}

TEST(MeetingOrder, WithoutGuidsIsThatOfTheBus) {
  EXPECT_THAT(meeting_order({{"gpu0", {}}, {"gpu1", {}}, {"gpu0", {}}}), ElementsAre(0, 2, 1));
  EXPECT_THAT(meeting_order({{"", {}}, {"", {}}, {"", {}}}), ElementsAre(0, 1, 2));
}

TEST(FindRails, ACrashOfTheOneThatAsksIsTheReason) {
  LocalCrew crew("/bin/false");
  const HostRails rails = find_rails(crew, {}, {.provider = "efa"});
  EXPECT_TRUE(rails.none_is_a_fault);
  EXPECT_EQ(rails.why_none, "the process that asked libfabric ended: exit code 1");
}

}  // namespace
}  // namespace plumbline::efa
