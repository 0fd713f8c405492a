#include "suites/hosts/host_list.h"

#include <gmock/gmock.h>

#include "results/schema/file_error.h"
#include "suites/hosts/host_ranges.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Expansion {
  const char* name;
  const char* list;
  std::vector<std::string> words;
};

class Ranges : public ::testing::TestWithParam<Expansion> {};

TEST_P(Ranges, AreWrittenAsSlurmDoes) {
  EXPECT_EQ(expand_ranges(GetParam().list), GetParam().words);
}

// Slurm 22.05 says the same (`scontrol show hostnames LIST`), but for the suffix, which it refuses.
INSTANTIATE_TEST_SUITE_P(
    Table, Ranges,
    ::testing::Values(
        Expansion{"Word", "a", {"a"}}, Expansion{"Words", "a,b,c.d", {"a", "b", "c.d"}},
        Expansion{"Padded", "n[008-011]", {"n008", "n009", "n010", "n011"}},
        Expansion{"NotPadded", "n[8-11]", {"n8", "n9", "n10", "n11"}},
        Expansion{"Zero", "n[0-2]", {"n0", "n1", "n2"}}, Expansion{"OneNumber", "n[007]", {"n007"}},
        Expansion{"Several", "n[1-2,5,07-08]", {"n1", "n2", "n5", "n07", "n08"}},
        Expansion{"Suffix", "n[1-2].x", {"n1.x", "n2.x"}},
        Expansion{"TwoBrackets", "r[1-2]n[01-02]", {"r1n01", "r1n02", "r2n01", "r2n02"}},
        Expansion{"Mixed", "a,n[1-2],b", {"a", "n1", "n2", "b"}}),
    [](const auto& test) { return test.param.name; });

struct Refusal {
  const char* name;
  const char* text;
  const char* message;
};

class HostFile : public ::testing::TestWithParam<Refusal> {};

TEST_P(HostFile, IsRefusedWithItsLine) {
  const ScratchFolder folder;
  write_file(folder / "hosts", GetParam().text);
  try {
    hosts_of((folder / "hosts").string());
    FAIL() << "was taken as a list of hosts";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr(std::string("/hosts:") + GetParam().message));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostFile,
    ::testing::Values(
        Refusal{"Empty", "", " names no host; expected at least one"},
        Refusal{"OnlyComments", "# n1\n\n  # n2\n", " names no host"},
        Refusal{"Twice", "n1\nn2\nn1\n", "3: host: n1 comes twice, first in line 1"},
        Refusal{"TwiceInOtherCase", "node\nNODE\n", "2: host: NODE comes twice, first in line 1"},
        Refusal{"TwiceByRange", "n[1-3],n2\n", "1: host: n2 comes twice, expected each host once"},
        Refusal{"AddressTwice", "n1 10.0.0.1\nn2 10.0.0.1\n",
                "2: address: 10.0.0.1 comes twice, first in line 1"},
        Refusal{"AddressIsAnotherHost", "n1\nn2 n1\n", "2: address: n1 comes twice"},
        Refusal{"ThreeWords", "n1 10.0.0.1 -p 22\n", "1: found \"-p 22\" behind the address"},
        Refusal{"OptionAsHost", "-oProxyCommand=x\n",
                "1: host: found '-' in \"-oProxyCommand=x\", expected letters, digits, '.', '_' "
                "and '-' only, with neither '-' nor '.' first"},
        Refusal{"OptionAsAddress", "n1 -oProxyCommand=x\n", "1: address: found '-' in"},
        Refusal{"OptionBehindUser", "n1 me@-v\n", "1: address: found '-' in"},
        Refusal{"UserAlone", "n1 me@\n", "1: address: found '@' in \"me@\""},
        Refusal{"TwoUsers", "n1 a@b@c\n", "1: address: found '@' in \"a@b@c\""},
        Refusal{"UserInName", "me@n1\n", "1: host: found '@' in \"me@n1\""},
        Refusal{"Shell", "n1;reboot\n", "1: host: found ';' in \"n1;reboot\""},
        Refusal{"Slash", "n1/2\n", "1: host: found '/'"},
        Refusal{"NoAscii", "caf\xc3\xa9\n", "1: host: found the byte 0xc3"},
        Refusal{"CommaAtTheEnd", "n1,\n", "1: host: found \"\", expected a name"},
        Refusal{"BracketOpen", "n[1-2\n", "1: host: found \"n[1-2\", expected a ']'"},
        Refusal{"BracketClosed", "n1]\n", "1: host: found \"n1]\", expected a '['"},
        Refusal{"BracketInBracket", "n[1,[2]]\n", "1: host: found \"n[1,[2]]\", expected no"},
        Refusal{"BracketEmpty", "n[]\n", "1: host: found \"\", expected a number or a range"},
        Refusal{"BracketOfLetters", "n[a-c]\n", "1: host: found \"a-c\", expected a number"},
        Refusal{"RangeDown", "n[3-1]\n", "1: host: found \"3-1\", expected a range that goes up"},
        Refusal{"RangeOfWidths", "n[08-012]\n", "1: host: found \"08-012\", expected both ends"},
        Refusal{"RangeOfWidthsLast", "n[8-012]\n", "1: host: found \"8-012\", expected both ends"},
        Refusal{"RangeTooLong", "n[1-18446744073709551615]\n", "1: host: found \"1-1844674407"},
        Refusal{"NumberTooLong", "n[1-18446744073709551616]\n", "1: host: found \"1-1844674407"},
        Refusal{"BracketsTooMany", "n[1-2000][1-2000]\n",
                "1: host: found \"n[1-2000][1-2000]\", "
                "expected at most 1000000 hosts"},
        Refusal{"AddressMissing", "n[1-3] 10.0.0.[1-2]\n",
                "1: address: found 2 addresses for 3 hosts, expected one for each"}),
    [](const auto& test) { return test.param.name; });

TEST(HostFile, HasAHostOnALine) {
  const ScratchFolder folder;
  write_file(folder / "hosts",
             "# the new rack\r\nn1\r\n\n  n2   10.0.0.2  # moved\nn[03-04] root@10.1.0.[3-4]\n"
             "v6\tfe80::1%eth0\nlast");
  EXPECT_THAT(hosts_of((folder / "hosts").string()),
              ElementsAre(ListedHost{"n1", "n1"}, ListedHost{"n2", "10.0.0.2"},
                          ListedHost{"n03", "root@10.1.0.3"}, ListedHost{"n04", "root@10.1.0.4"},
                          ListedHost{"v6", "fe80::1%eth0"}, ListedHost{"last", "last"}));
}

TEST(HostList, IsOnTheCommandLine) {
  EXPECT_THAT(hosts_of("a,n[1-2]"),
              ElementsAre(ListedHost{"a", "a"}, ListedHost{"n1", "n1"}, ListedHost{"n2", "n2"}));
  const auto message_for = [](const std::string& list) {
    try {
      hosts_of(list);
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_THAT(message_for(""), HasSubstr("--hosts: names no host"));
  EXPECT_THAT(message_for("a,a"), HasSubstr("--hosts: host: a comes twice, expected each"));
  EXPECT_THAT(message_for("./none"), HasSubstr("./none: cannot be read"));
}

TEST(HostList, MayBeLongerThanTheNameOfAFile) {
  std::string list = "n0";
  for (int i = 1; i < 2000; ++i) list += ",n" + std::to_string(i);
  EXPECT_THAT(hosts_of(list), SizeIs(2000));
}

TEST(HostList, ComesFromAManifestUnderTheSameRules) {
  Manifest manifest(2);
  manifest[0].host = "n1";
  manifest[1].host = "n2";
  EXPECT_THAT(hosts_in(manifest, "manifest.csv"),
              ElementsAre(ListedHost{"n1", "n1"}, ListedHost{"n2", "n2"}));
  const auto message_for = [&](const char* name) {
    manifest[1].host = name;
    try {
      hosts_in(manifest, "manifest.csv");
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_EQ(message_for(""), "manifest.csv:3: host: is empty, expected a name");
  EXPECT_THAT(message_for("-v"), HasSubstr("manifest.csv:3: host: found '-' in \"-v\""));
  EXPECT_THAT(message_for("n1"),
              HasSubstr("manifest.csv:3: host: n1 comes twice, first in line 2"));
}

}  // namespace
}  // namespace plumbline
