#include "probes/world/place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <vector>

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using Words = std::map<std::string, std::string>;

Place find(const Words& options, const Words& environment) {
  return find_place(
      [&](const std::string& name) -> std::string {
        if (const auto found = options.find(name); found != options.end()) return found->second;
        for (const RankOption& option : rank_options) {
          if (option.name == name) return option.initial;
        }
        throw std::logic_error("there is no option " + name);
      },
      [&](const std::string& name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
      });
}

const Words slurm_step = {{"SLURM_PROCID", "2"},   {"SLURM_STEP_NUM_TASKS", "4"},
                          {"SLURM_NTASKS", "9"},   {"SLURM_JOB_ID", "17"},
                          {"SLURM_STEP_ID", "3"},  {"SLURM_STEP_NODELIST", "n[03-05,7]"},
                          {"SLURM_NODELIST", "m1"}};
const Words master = {{"MASTER_ADDR", "n0"}, {"MASTER_PORT", "29500"}};

Words with(Words words, const Words& more, const std::vector<std::string>& without = {}) {
  for (const auto& [name, value] : more) words[name] = value;
  for (const std::string& name : without) words.erase(name);
  return words;
}

struct Example {
  std::string name;
  Words options;
  Words environment;
  int rank;
  int size;
  std::string engine;
  Endpoint rendezvous;
  std::string token;
};

const Example examples[] = {
    {"Alone", {}, {}, 0, 1, "alone", {}, ""},
    {"AloneInABatchScript", {}, slurm_step, 0, 1, "alone", {}, ""},
    {"AloneByName", {{"ranks", "1"}, {"rank", "0"}}, slurm_step, 0, 1, "alone", {}, ""},
    {"ByHand",
     {{"ranks", "3"}, {"rank", "2"}, {"rendezvous", "n9:4000"}, {"token", "t"}},
     {},
     2,
     3,
     "options",
     {"n9", 4000},
     "t"},
    {"ByHandWhateverTheLauncherSays",
     {{"ranks", "3"}, {"rank", "1"}, {"rendezvous", "[::1]:4000"}},
     with(slurm_step, master),
     1,
     3,
     "options",
     {"::1", 4000},
     ""},
    // 17 * 7919 + 3 = 134626, and 134626 mod 12000 = 2626
    {"Slurm", {{"ranks", "4"}}, slurm_step, 2, 4, "slurm", {"n03", 22626}, "slurm step 17.3"},
    {"SlurmHasCounted",
     {{"ranks", "0"}},
     slurm_step,
     2,
     4,
     "slurm",
     {"n03", 22626},
     "slurm step 17.3"},
    {"SlurmWithoutTheStepsOwnVariables",
     {{"ranks", "0"}},
     with(slurm_step, {}, {"SLURM_STEP_NUM_TASKS", "SLURM_STEP_NODELIST"}),
     2,
     9,
     "slurm",
     {"m1", 22626},
     "slurm step 17.3"},
    {"SlurmAndAMaster",
     {{"ranks", "0"}, {"token", "t"}},
     with(slurm_step, master),
     2,
     4,
     "slurm",
     {"n0", 29500},
     "t"},
    {"OptionBeforeMaster",
     {{"ranks", "0"}, {"rendezvous", "n1:1"}},
     with(slurm_step, master),
     2,
     4,
     "slurm",
     {"n1", 1},
     "slurm step 17.3"},
    {"SlurmsPmiPlugin",
     {{"ranks", "4"}},
     with(slurm_step, {{"PMI_RANK", "2"}, {"PMI_SIZE", "4"}}),
     2,
     4,
     "slurm",
     {"n03", 22626},
     "slurm step 17.3"},
    // srun started one daemon per host, which started the ranks
    {"HydraInsideSlurm",
     {{"ranks", "0"}},
     with(with(slurm_step, master), {{"PMI_RANK", "6"}, {"PMI_SIZE", "8"}}),
     6,
     8,
     "pmi",
     {"n0", 29500},
     ""},
    {"MpirunInsideSlurm",
     {{"ranks", "0"}},
     with(with(slurm_step, master), {{"OMPI_COMM_WORLD_RANK", "5"}, {"OMPI_COMM_WORLD_SIZE", "8"}}),
     5,
     8,
     "mpirun",
     {"n0", 29500},
     ""},
    {"Torch",
     {{"ranks", "0"}},
     with(master, {{"RANK", "1"}, {"WORLD_SIZE", "2"}}),
     1,
     2,
     "environment",
     {"n0", 29500},
     ""},
    {"Kubernetes",
     {{"ranks", "4"}},
     with(master, {{"JOB_COMPLETION_INDEX", "3"}}),
     3,
     4,
     "kubernetes",
     {"n0", 29500},
     ""},
    {"OneRankStarted",
     {{"ranks", "0"}},
     {{"RANK", "0"}, {"WORLD_SIZE", "1"}},
     0,
     1,
     "alone",
     {},
     ""},
    {"LargestStepIds",
     {{"ranks", "0"}},
     with(slurm_step, {{"SLURM_JOB_ID", "4294967293"}, {"SLURM_STEP_ID", "4294967295"}}),
     2,
     4,
     "slurm",
     // (4294967293 mod 12000 = 7293) * 7919 + 7295 = 57760562, and that mod 12000 = 4562
     {"n03", 24562},
     "slurm step 4294967293.4294967295"},
};

TEST(FindPlace, Examples) {
  for (const Example& example : examples) {
    SCOPED_TRACE(example.name);
    const Place place = find(example.options, example.environment);
    EXPECT_EQ(place.rank, example.rank);
    EXPECT_EQ(place.size, example.size);
    EXPECT_EQ(place.engine, example.engine);
    EXPECT_EQ(to_string(place.rendezvous), to_string(example.rendezvous));
    EXPECT_EQ(place.token, example.token);
    EXPECT_EQ(place.gather_limit_s, 60);
  }
}

struct Refusal {
  std::string name;
  Words options;
  Words environment;
  std::string complaint;
};

const Refusal refusals[] = {
    {"LauncherDisagrees",
     {{"ranks", "8"}},
     slurm_step,
     "found --ranks 8, but SLURM_STEP_NUM_TASKS=4, expected the same"},
    {"NobodySaysWhichRank",
     {{"ranks", "2"}},
     master,
     "--ranks 2: nothing says which rank this is, expected --rank, or a launcher that sets one of "
     "OMPI_COMM_WORLD_RANK, PMI_RANK, SLURM_PROCID, RANK, JOB_COMPLETION_INDEX"},
    {"NobodySaysHowMany",
     {{"ranks", "0"}},
     {{"JOB_COMPLETION_INDEX", "1"}},
     "--ranks 0: JOB_COMPLETION_INDEX says which rank this is, but nothing says of how many, "
     "expected --ranks N"},
    {"SizeIsNotSet", {{"ranks", "0"}}, {{"RANK", "1"}}, "but WORLD_SIZE is not set"},
    {"RankWithoutRanks", {{"rank", "2"}}, {}, "--rank: found 2, expected 0 to 0 of 1 ranks"},
    {"RankOfAsManyAsThereAre", {{"ranks", "0"}, {"rank", "2"}}, {}, "expected --ranks N"},
    {"RankOutOfRange",
     {{"ranks", "3"}, {"rank", "3"}, {"rendezvous", "n:1"}},
     {},
     "--rank: found 3, expected 0 to 2 of 3 ranks"},
    {"LaunchersRankOutOfRange",
     {{"ranks", "0"}},
     with(slurm_step, {{"SLURM_PROCID", "4"}}),
     "SLURM_PROCID: found 4, expected 0 to 3 of 4 ranks"},
    {"LaunchersRankIsNoNumber",
     {{"ranks", "0"}},
     with(slurm_step, {{"SLURM_PROCID", "-1"}}),
     "SLURM_PROCID: found \"-1\", expected a number"},
    {"LaunchersRankIsEmpty",
     {{"ranks", "0"}},
     with(slurm_step, {{"SLURM_PROCID", ""}}),
     "SLURM_PROCID: found \"\", expected a number"},
    {"NoRanksAtAll",
     {{"ranks", "0"}},
     {{"RANK", "0"}, {"WORLD_SIZE", "0"}},
     "WORLD_SIZE: found 0 ranks"},
    {"RanksIsNoNumber", {{"ranks", "two"}}, {}, "--ranks: found \"two\", expected a number"},
    {"LimitIsNoNumber", {{"gather-limit", "1m"}}, {}, "--gather-limit: found \"1m\""},
    {"LimitIsNothing", {{"gather-limit", "0"}}, {}, "expected seconds above 0"},
    {"NoPlaceToMeet",
     {{"ranks", "0"}},
     {{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}},
     "nothing says where rank 0 of 2 listens, expected --rendezvous HOST:PORT, or MASTER_ADDR and "
     "MASTER_PORT"},
    {"HalfAPlaceToMeet",
     {{"ranks", "2"}, {"rank", "0"}},
     {{"MASTER_ADDR", "n0"}},
     "or MASTER_PORT beside MASTER_ADDR"},
    {"TheOtherHalf",
     {{"ranks", "2"}, {"rank", "0"}},
     {{"MASTER_PORT", "1"}},
     "or MASTER_ADDR beside MASTER_PORT"},
    {"ABatchScriptIsNoStep",
     {{"ranks", "0"}},
     with(slurm_step, {}, {"SLURM_STEP_ID"}),
     "or SLURM_STEP_NODELIST, SLURM_JOB_ID and SLURM_STEP_ID"},
    {"MpirunHasNoPlaceToMeet",
     {{"ranks", "0"}},
     with(slurm_step, {{"OMPI_COMM_WORLD_RANK", "5"}, {"OMPI_COMM_WORLD_SIZE", "8"}}),
     "nothing says where rank 0 of 8 listens"},
    {"MasterPortIsNone",
     {{"ranks", "0"}},
     with(slurm_step, with(master, {{"MASTER_PORT", "x"}})),
     "MASTER_PORT: found \"x\", expected a port of 1 to 65535"},
    {"RendezvousIsNone",
     {{"ranks", "0"}, {"rendezvous", "n1"}},
     slurm_step,
     "--rendezvous: found \"n1\", expected HOST:PORT"},
    {"HostsAreNone",
     {{"ranks", "0"}},
     with(slurm_step, {{"SLURM_STEP_NODELIST", "n[1-"}}),
     "SLURM_STEP_NODELIST: found \"n[1-\", expected a list of hosts"},
};

TEST(FindPlace, Refusals) {
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.name);
    try {
      const Place place = find(refusal.options, refusal.environment);
      ADD_FAILURE() << "found rank " << place.rank << " of " << place.size;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), HasSubstr(refusal.complaint));
    }
  }
}

TEST(FindPlace, StepsAtOnceHavePortsOfTheirOwn) {
  std::map<std::uint16_t, std::string> users;
  for (const std::string job : {"17", "18", "19"}) {
    for (int step = 0; step < 100; ++step) {
      const std::string name = job + "." + std::to_string(step);
      const Words variables = {{"SLURM_JOB_ID", job}, {"SLURM_STEP_ID", std::to_string(step)}};
      const Place place = find({{"ranks", "0"}}, with(slurm_step, variables));
      EXPECT_GE(place.rendezvous.port, 20000);
      EXPECT_LT(place.rendezvous.port, 32000);
      EXPECT_TRUE(users.emplace(place.rendezvous.port, name).second)
          << name << " and " << users[place.rendezvous.port];
    }
  }
}

TEST(ProcessEnvironment, KnowsWhatIsSet) {
  const Environment environment = process_environment();
  EXPECT_TRUE(environment("PATH").has_value());
  EXPECT_EQ(environment("NO_LAUNCHER_SETS_THIS"), std::nullopt);
}

}  // namespace
}  // namespace plumbline
