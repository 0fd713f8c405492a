#include "probes/world/place.h"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "probes/world/host_list.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr std::uint64_t most_ranks = 1'000'000;

/// How an engine tells its processes which they are. A variable may have an older name.
struct Engine {
  const char* name;
  const char* rank;
  std::array<const char*, 2> size;
};

/// The innermost first: mpirun starts its daemons with srun, and all of them may run in a pod.
constexpr Engine engines[] = {
    {"mpirun", "OMPI_COMM_WORLD_RANK", {"OMPI_COMM_WORLD_SIZE"}},
    {"pmi", "PMI_RANK", {"PMI_SIZE"}},
    {"slurm", "SLURM_PROCID", {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"}},
    {"environment", "RANK", {"WORLD_SIZE"}},
    {"kubernetes", "JOB_COMPLETION_INDEX", {}},
};

struct Found {
  std::string variable;
  std::string value;
};

std::optional<Found> find_first(const Environment& environment,
                                std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (name == nullptr) continue;
    if (auto value = environment(name); value && !value->empty()) return Found{name, *value};
  }
  return std::nullopt;
}

int number(const std::string& name, const std::string& value) {
  const auto parsed = parse_integer(value);
  if (!parsed || *parsed > most_ranks) {
    throw std::invalid_argument(
        fmt::format("{}: found \"{}\", expected a number up to {}", name, value, most_ranks));
  }
  return static_cast<int>(*parsed);
}

void check_range(const std::string& name, int rank, int size) {
  if (rank >= size) {
    throw std::invalid_argument(
        fmt::format("{}: found {}, expected 0 to {} of {} ranks", name, rank, size - 1, size));
  }
}

std::string rank_variables() {
  std::string text;
  for (const Engine& engine : engines) {
    if (!text.empty()) text += ", ";
    text += engine.rank;
  }
  return text;
}

/// Slurm's PMI plugin sets both; then it is Slurm, which also says where the first rank is.
bool is_slurm_too(const Engine& engine, const Environment& environment) {
  return engine.name == std::string_view("pmi") &&
         environment("SLURM_PROCID") == environment("PMI_RANK") &&
         find_first(environment, {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"})
                 .value_or(Found{})
                 .value == environment("PMI_SIZE").value_or("?");
}

const Engine* find_engine(const Environment& environment) {
  for (const Engine& engine : engines) {
    if (environment(engine.rank) && !is_slurm_too(engine, environment)) return &engine;
  }
  return nullptr;
}

/// Rank and size as the launcher says, where --ranks says `asked` (0: whatever it is).
void ask_launcher(Place& place, int asked, const Environment& environment) {
  const Engine* engine = find_engine(environment);
  if (engine == nullptr) {
    throw std::invalid_argument(
        fmt::format("--ranks {}: nothing says which rank this is, expected --rank, or a launcher "
                    "that sets one of {}",
                    asked, rank_variables()));
  }
  place.engine = engine->name;
  place.rank = number(engine->rank, environment(engine->rank).value_or(""));
  const auto size = find_first(environment, {engine->size[0], engine->size[1]});
  if (!size && asked == 0) {
    throw std::invalid_argument(fmt::format(
        "--ranks 0: {} says which rank this is, but {}, expected --ranks N", engine->rank,
        engine->size[0] == nullptr ? "nothing says of how many"
                                   : fmt::format("{} is not set", engine->size[0])));
  }
  place.size = size ? number(size->variable, size->value) : asked;
  if (place.size == 0) {
    throw std::invalid_argument(size->variable + ": found 0 ranks, expected at least 1");
  }
  if (asked != 0 && place.size != asked) {
    throw std::invalid_argument(fmt::format("found --ranks {}, but {}={}, expected the same", asked,
                                            size->variable, size->value));
  }
  check_range(engine->rank, place.rank, place.size);
}

/// A port below those that the kernel gives to clients; no two steps of a job that run at once, and
/// no two neighbouring jobs, have the same.
std::uint16_t port_of_step(std::uint64_t job, std::uint64_t step) {
  return static_cast<std::uint16_t>(20000 + (job % 12000 * 7919 + step % 12000) % 12000);
}

struct SlurmStep {
  std::string name;  ///< "17.0"
  std::uint16_t port;
};

std::optional<SlurmStep> slurm_step(const Environment& environment) {
  const auto job = find_first(environment, {"SLURM_JOB_ID", "SLURM_JOBID"});
  const auto step = find_first(environment, {"SLURM_STEP_ID", "SLURM_STEPID"});
  if (!job || !step) return std::nullopt;
  const auto job_number = parse_integer(job->value);
  const auto step_number = parse_integer(step->value);
  if (!job_number || !step_number) return std::nullopt;
  return SlurmStep{job->value + '.' + step->value, port_of_step(*job_number, *step_number)};
}

/// `error` with the name of what it is about.
std::invalid_argument about(const std::string& name, const std::exception& error) {
  return std::invalid_argument(name + ": " + error.what());
}

Endpoint find_rendezvous(const Place& place, const std::string& asked,
                         const Environment& environment) {
  if (!asked.empty()) {
    try {
      return parse_endpoint(asked);
    } catch (const std::invalid_argument& error) {
      throw about("--rendezvous", error);
    }
  }
  const auto address = find_first(environment, {"MASTER_ADDR"});
  const auto port = find_first(environment, {"MASTER_PORT"});
  if (address && port) {
    const auto parsed = parse_integer(port->value);
    if (!parsed || *parsed == 0 || *parsed > 65535) {
      throw std::invalid_argument(
          fmt::format("MASTER_PORT: found \"{}\", expected a port of 1 to 65535", port->value));
    }
    return {address->value, static_cast<std::uint16_t>(*parsed)};
  }
  const auto hosts =
      find_first(environment, {"SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST"});
  const auto step = slurm_step(environment);
  if (place.engine == "slurm" && hosts && step) {
    try {
      return {first_host(hosts->value), step->port};
    } catch (const std::invalid_argument& error) {
      throw about(hosts->variable, error);
    }
  }
  throw std::invalid_argument(fmt::format(
      "nothing says where rank 0 of {} listens, expected --rendezvous HOST:PORT{}", place.size,
      address                   ? ", or MASTER_PORT beside MASTER_ADDR"
      : port                    ? ", or MASTER_ADDR beside MASTER_PORT"
      : place.engine == "slurm" ? ", or SLURM_STEP_NODELIST, SLURM_JOB_ID and SLURM_STEP_ID"
                                : ", or MASTER_ADDR and MASTER_PORT"));
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Place find_place(const OptionValue& option, const Environment& environment) {
  Place place;
  const auto limit = parse_number(option(gather_limit_option.name));
  if (!limit || *limit <= 0) {
    throw std::invalid_argument(fmt::format("--{}: found \"{}\", expected seconds above 0",
                                            gather_limit_option.name,
                                            option(gather_limit_option.name)));
  }
  place.gather_limit_s = *limit;
  place.token = option(token_option.name);

  const int asked = number("--ranks", option(ranks_option.name));
  const std::string rank = option(rank_option.name);
  if (!rank.empty() && asked == 0) {
    throw std::invalid_argument(
        fmt::format("found --rank {} and --ranks 0, expected --ranks N beside --rank", rank));
  }
  if (!rank.empty()) {
    place.engine = "options";
    place.rank = number("--rank", rank);
    place.size = asked;
    check_range("--rank", place.rank, place.size);
  } else if (asked != 1) {
    ask_launcher(place, asked, environment);
  }
  if (place.alone()) {
    place.engine = "alone";
    return place;
  }
  place.rendezvous = find_rendezvous(place, option(rendezvous_option.name), environment);
  if (place.token.empty() && place.engine == "slurm") {
    if (const auto step = slurm_step(environment)) place.token = "slurm step " + step->name;
  }
  return place;
}

Place find_place(const std::map<std::string, std::string>& options) {
  return find_place([&](const std::string& name) { return options.at(name); },
                    process_environment());
}

}  // namespace plumbline
