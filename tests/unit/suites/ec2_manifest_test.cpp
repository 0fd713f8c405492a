#include "suites/hosts/ec2_manifest.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "results/schema/file_error.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// As the AWS CLI writes it; `layers` is what stands in the brackets of NetworkNodes.
std::string placed(const std::string& id, const std::string& layers,
                   const std::string& type = "p5.48xlarge") {
  return R"({"InstanceId": ")" + id + R"(", "InstanceType": ")" + type +
         R"(", "GroupName": "cpg", "NetworkNodes": [)" + layers +
         R"(], "AvailabilityZone": "us-east-2a", "ZoneId": "use2-az1", "CapacityBlockId": null})";
}

std::string topology_of(const std::vector<std::string>& instances, const char* rest = "") {
  std::string text = R"({"Instances": [)";
  for (const auto& instance : instances) text += (&instance == &instances[0] ? "" : ",") + instance;
  return text + "]" + rest + "}";
}

std::string described(const std::string& id, const std::string& address,
                      const std::string& state = "running",
                      const std::string& type = "p5.48xlarge") {
  std::string dns = "ip-" + address;
  std::replace(dns.begin(), dns.end(), '.', '-');
  return R"({"InstanceId": ")" + id + R"(", "InstanceType": ")" + type +
         R"(", "PrivateDnsName": ")" + dns +
         R"(.us-east-2.compute.internal", "PrivateIpAddress": ")" + address +
         R"(", "Placement": {"AvailabilityZone": "us-east-2a"}, "State": {"Name": ")" + state +
         R"("}, "Tags": [{"Key": "Name", "Value": "x"}]})";
}

/// Each instance in a reservation of its own.
std::string instances_of(const std::vector<std::string>& instances) {
  std::string text = R"({"Reservations": [)";
  for (const auto& instance : instances) {
    text += (&instance == &instances[0] ? "" : ",") + (R"({"Instances": [)" + instance + "]}");
  }
  return text + "]}";
}

class Ec2 : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, const std::string& text) {
    write_file(folder_ / name, text);
    return folder_ / name;
  }

  Ec2Manifest manifest(const std::string& topology, const std::string& instances,
                       HostNaming naming = HostNaming::short_dns) {
    return manifest_from_ec2(std::vector{file("topology.json", topology)},
                             std::vector{file("instances.json", instances)}, naming);
  }

  /// What a refusal says, without the folder of the test.
  std::string message(const std::string& topology, const std::string& instances) {
    try {
      manifest(topology, instances);
    } catch (const FileError& error) {
      return without_folder(error.what());
    }
    return "taken";
  }

  std::string without_folder(std::string text) {
    const std::string folder = folder_.path().string() + "/";
    for (std::size_t at; (at = text.find(folder)) != std::string::npos;) {
      text.erase(at, folder.size());
    }
    return text;
  }

 private:
  ScratchFolder folder_;
};

TEST_F(Ec2, GivesRowsInTheOrderOfTheNetwork) {
  const Ec2Manifest made = manifest(
      topology_of({placed("i-3", R"("nn-top", "nn-mid", "nn-b")"),
                   placed("i-1", R"("nn-top", "nn-mid", "nn-a")"),
                   placed("i-4", R"("nn-1", "nn-2", "nn-3", "nn-4")", "p6-b200.48xlarge")}),
      instances_of({described("i-1", "10.0.0.1"), described("i-3", "10.0.0.3"),
                    described("i-4", "10.0.0.4", "running", "p6-b200.48xlarge")}));
  EXPECT_THAT(made.nodes, ElementsAre(ManifestEntry{"ip-10-0-0-4", "p6-b200.48xlarge", "i-4",
                                                    "use2-az1", "nn-1", "nn-2", "nn-3", "nn-4"},
                                      ManifestEntry{"ip-10-0-0-1", "p5.48xlarge", "i-1", "use2-az1",
                                                    "nn-top", "nn-mid", "nn-a", ""},
                                      ManifestEntry{"ip-10-0-0-3", "p5.48xlarge", "i-3", "use2-az1",
                                                    "nn-top", "nn-mid", "nn-b", ""}));
  EXPECT_THAT(made.addresses, ElementsAre("10.0.0.4", "10.0.0.1", "10.0.0.3"));
  EXPECT_THAT(made.notes, IsEmpty());
}

TEST_F(Ec2, NamesHostsAsAsked) {
  const std::string topology = topology_of({placed("i-1", R"("a", "b", "c")")});
  const std::string instances = instances_of({described("i-1", "10.0.0.1")});
  const auto host = [&](HostNaming naming) {
    return manifest(topology, instances, naming).nodes.at(0).host;
  };
  EXPECT_EQ(host(HostNaming::short_dns), "ip-10-0-0-1");
  EXPECT_EQ(host(HostNaming::dns), "ip-10-0-0-1.us-east-2.compute.internal");
  EXPECT_EQ(host(HostNaming::address), "10.0.0.1");
  EXPECT_EQ(host(HostNaming::id), "i-1");
}

TEST_F(Ec2, NamesHostsByIdWhereNothingElseIsKnown) {
  const auto topology = file("topology.json", topology_of({placed("i-1", R"("a", "b", "c")")}));
  const Ec2Manifest made = manifest_from_ec2(std::vector{topology}, {}, HostNaming::short_dns);
  EXPECT_THAT(made.nodes, ElementsAre(ManifestEntry{"i-1", "p5.48xlarge", "i-1", "use2-az1", "a",
                                                    "b", "c", ""}));
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("named by their instance ids")));
}

TEST_F(Ec2, JoinsPages) {
  const std::string first =
      topology_of({placed("i-1", R"("t", "m", "a")")}, R"(, "NextToken": "x")");
  const std::string again =
      topology_of({placed("i-1", R"("t", "m", "a")"), placed("i-2", R"("t", "m", "b")")});
  const auto instances = file("i.json", instances_of({described("i-1", "10.0.0.1")}) + "\n" +
                                            instances_of({described("i-2", "10.0.0.2")}));
  for (const auto& pages : {std::vector{file("1.json", first), file("2.json", again)},
                            std::vector{file("both.json", first + again + "\n")}}) {
    EXPECT_EQ(manifest_from_ec2(pages, std::vector{instances}, HostNaming::id).nodes.size(), 2U);
  }
  try {
    manifest_from_ec2(std::vector{file("1.json", first)}, std::vector{instances}, HostNaming::id);
    FAIL() << "took the first page for all";
  } catch (const FileError& error) {
    EXPECT_THAT(without_folder(error.what()),
                HasSubstr("1.json: NextToken: another page follows each of the answers"));
  }
}

TEST_F(Ec2, KeepsInstancesWithoutAPlaceAndSaysSo) {
  const Ec2Manifest made =
      manifest(R"({"Instances": [{"InstanceId": "i-2", "NetworkNodes": null}]})",
               instances_of({described("i-1", "10.0.0.1"), described("i-2", "10.0.0.2", "stopped"),
                             described("i-3", "10.0.0.3", "terminated")}));
  ASSERT_EQ(made.nodes.size(), 2U);
  EXPECT_EQ(made.nodes[0], (ManifestEntry{"ip-10-0-0-1", "p5.48xlarge", "i-1", "us-east-2a"}));
  EXPECT_EQ(made.nodes[1], (ManifestEntry{"ip-10-0-0-2", "p5.48xlarge", "i-2", "us-east-2a"}));
  ASSERT_EQ(made.notes.size(), 2U);
  EXPECT_EQ(without_folder(made.notes[0]),
            "1 instance left out, terminated: i-3 (instances.json: Reservations[2].Instances[0])");
  EXPECT_EQ(without_folder(made.notes[1]),
            "2 instances without a place in the network: i-1 (instances.json: "
            "Reservations[0].Instances[0]), i-2 (topology.json: Instances[0])");
}

TEST_F(Ec2, SaysWhatIsNoTree) {
  const Ec2Manifest made =
      manifest(topology_of({placed("i-1", R"("x", "m", "a")"), placed("i-2", R"("y", "m", "b")"),
                            placed("i-3", R"("y", "m", "c")")}),
               instances_of({described("i-1", "10.0.0.1"), described("i-2", "10.0.0.2"),
                             described("i-3", "10.0.0.3")}));
  EXPECT_THAT(made.notes, ElementsAre("network node m lies below x and y, expected one above it"));
}

struct Refused {
  const char* name;
  std::string topology;
  std::string instances;
  const char* message;
};

class Ec2Refusal : public Ec2, public ::testing::WithParamInterface<Refused> {};

TEST_P(Ec2Refusal, NamesTheFileAndThePlace) {
  EXPECT_THAT(message(GetParam().topology, GetParam().instances), HasSubstr(GetParam().message));
}

const std::string one_placed = topology_of({placed("i-1", R"("a", "b", "c")")});
const std::string one_described = instances_of({described("i-1", "10.0.0.1")});

INSTANTIATE_TEST_SUITE_P(
    Table, Ec2Refusal,
    ::testing::Values(
        Refused{"Empty", "\n", one_described, "topology.json: is empty, expected an answer of "},
        Refused{"NoJson", "{\"Instances\":\n [}\n", one_described,
                "topology.json:2: is no JSON, expected an answer of DescribeInstanceTopology"},
        Refused{"CutJson", one_placed.substr(0, 40), one_described, "topology.json:1: is no JSON"},
        Refused{"SecondIsNoJson", one_placed + "\nx", one_described, "topology.json:2: is no JSON"},
        Refused{"SwappedFiles", one_described, one_placed,
                "topology.json: Instances: is missing, expected an answer of"},
        Refused{"AnArray", "[]", one_described, "topology.json: found [], expected an object"},
        Refused{"InstancesNoArray", R"({"Instances": 7})", one_described,
                "topology.json: Instances: found 7, expected an array"},
        Refused{"NoId", R"({"Instances": [{}]})", one_described,
                "topology.json: Instances[0].InstanceId: is missing or empty"},
        Refused{"IdNoText", R"({"Instances": [{"InstanceId": 1}]})", one_described,
                "topology.json: Instances[0].InstanceId: found 1, expected a text or null"},
        Refused{"NodeNoText", topology_of({placed("i-1", R"("a", 7)")}), one_described,
                "topology.json: Instances[0].NetworkNodes[1]: found 7, expected a text"},
        Refused{"NodeEmpty", topology_of({placed("i-1", R"("a", "")")}), one_described,
                "topology.json: Instances[0]: found 2 network nodes, one of them empty"},
        Refused{"FiveLayers", topology_of({placed("i-1", R"("a", "b", "c", "d", "e")")}),
                one_described, "topology.json: Instances[0]: found 5 network nodes, expected at"},
        Refused{"SecondAnswer", one_placed + R"({"Instances": [{"InstanceId": 1}]})", one_described,
                "topology.json: answer 2: Instances[0].InstanceId: found 1"},
        Refused{"TwiceAndDifferent",
                topology_of({placed("i-1", R"("a", "b", "c")"), placed("i-1", R"("a", "b", "d")")}),
                one_described,
                "topology.json: Instances[1]: i-1 is listed with other values than "},
        Refused{
            "OnlyPlaced",
            topology_of({placed("i-1", R"("a", "b", "c")"), placed("i-2", R"("a", "b", "c")"),
                         placed("i-3", R"("a", "b", "c")")}),
            one_described,
            "topology.json: Instances[1]: i-2 and 1 more are in no answer of DescribeInstances"},
        Refused{"TypesDiffer", topology_of({placed("i-1", R"("a", "b", "c")", "p4d.24xlarge")}),
                one_described,
                "topology.json: Instances[0]: i-1 is a p4d.24xlarge, but a p5.48xlarge at "},
        Refused{"NoName", one_placed, R"({"Reservations": [{"Instances": [{"InstanceId": "i-1",
                "PrivateDnsName": ""}]}]})",
                "instances.json: Reservations[0].Instances[0]: i-1 has no PrivateDnsName (state: "},
        Refused{"PlacementNoObject", one_placed, R"({"Reservations": [{"Instances": [
                {"InstanceId": "i-1", "Placement": "here"}]}]})",
                "Instances[0].Placement: found \"here\", expected an object"},
        Refused{"HostTwice",
                topology_of({placed("i-1", R"("a", "b", "c")"), placed("i-2", R"("a", "b", "c")")}),
                instances_of({described("i-1", "10.0.0.1"), described("i-2", "10.0.0.1")}),
                "Reservations[1].Instances[0]: its host is ip-10-0-0-1, as at instances.json: "},
        Refused{"NoneRuns", R"({"Instances": []})",
                instances_of({described("i-1", "10.0.0.1", "terminated")}),
                "instances.json: names no instance that runs"},
        Refused{"FromTheBottomUp",
                topology_of({placed("i-1", R"("leaf1", "mid", "top")"),
                             placed("i-2", R"("leaf2", "mid", "top")")}),
                instances_of({described("i-1", "10.0.0.1"), described("i-2", "10.0.0.2")}),
                "topology.json: NetworkNodes: the first of 3 layers has 2 network nodes and the "
                "last 1, expected them from the top of the network down"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace plumbline
