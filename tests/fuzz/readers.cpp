#include "tests/fuzz/readers.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "probes/virtual_node/shape/shape.h"
#include "probes/world/channel.h"
#include "reports/baselines/lint.h"
#include "results/schema/csv_file.h"
#include "results/schema/device.h"
#include "results/schema/file_error.h"
#include "results/schema/finding.h"
#include "results/schema/host_order.h"
#include "results/schema/journal.h"
#include "results/schema/manifest.h"
#include "results/schema/measurement.h"
#include "results/schema/number.h"
#include "suites/description/suite.h"
#include "suites/fleet/frame.h"
#include "suites/fleet/host_order.h"
#include "suites/hosts/ec2_manifest.h"
#include "suites/hosts/host_list.h"
#include "suites/simulation/world.h"
#include "tests/fuzz/memory_file.h"

namespace plumbline::fuzz {
namespace {

using Texts = std::vector<std::string>;

std::string source(const std::string& path) {
  std::ifstream stream(std::string(PLUMBLINE_SOURCES "/") + path, std::ios::binary);
  if (!stream) throw std::runtime_error("no seed: " + path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Texts sources(const std::string& folder, const std::string& ending) {
  Texts texts;
  for (const auto& file : std::filesystem::directory_iterator(PLUMBLINE_SOURCES "/" + folder)) {
    if (file.path().extension() == ending) {
      texts.push_back(source(folder + '/' + file.path().filename().string()));
    }
  }
  if (texts.empty()) throw std::runtime_error("no seeds in " + folder);
  return texts;
}

/// The first lines of a file: a whole baseline is long, and says the same of many subjects.
std::string first_lines(std::string text, std::size_t lines) {
  std::size_t end = 0;
  while (lines-- > 0 && end != std::string::npos) end = text.find('\n', end + 1);
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

/// `read` with the input as a file; refused if it throws `Refusal`.
template <class Refusal, class Read>
bool takes_file(const std::string& input, const Read& read) {
  const MemoryFile file(input);
  try {
    read(file.path());
    return true;
  } catch (const Refusal&) {
    return false;
  }
}

// ---- tables -------------------------------------------------------------------------------------

/// What was taken is written and read again as the same.
template <class Record>
bool takes_table(const std::string& input) {
  const MemoryFile file(input);
  try {
    read_csv<Record>(
        file.path(),
        [](const Record& record) {
          const std::string line = csv_line(record);
          if (csv_line(csv_record<Record>(line)) != line) {
            throw std::logic_error("read again as another: " + line);
          }
        },
        BadRows::collect);
    read_csv<Record>(file.path(), [](const Record&) {});
    return true;
  } catch (const FileError&) {
    return false;
  }
}

Measurement measurement(const std::string& host, const std::string& metric, double median) {
  Measurement m;
  m.run = "20261130T120000Z_acceptance";
  m.host = host;
  m.instance_type = "p5.48xlarge";
  m.probe = "gpu_memory";
  m.metric = metric;
  m.subject = "gpu0>gpu3";
  m.bytes = 1U << 20U;
  m.params = {{"dtype", "bf16"}, {"m", "8192"}};
  m.unit = "GB/s";
  m.samples = 40;
  m.median = median;
  m.ci_low = median * 0.99;
  m.ci_high = median * 1.01;
  m.min = median * 0.9;
  m.max = median * 1.1;
  m.transport = "nvlink";
  m.note = "=1+1, \"quoted\"";
  return m;
}

Texts measurements() {
  return {csv_header<Measurement>() + csv_line(measurement("n1", "gpu_memory.read", 2500)) +
          csv_line(measurement("n2", "gpu_memory.read", 2412.5)) +
          csv_line(measurement("n1", "nvlink.write", 1e-7))};
}

bool takes_rows_by_host(const std::string& input) {
  return takes_file<FileError>(input, [](const std::filesystem::path& file) {
    const std::array files = {file, file};
    read_by_host(files, [](const std::string& host, std::span<const Measurement> rows) {
      for (const Measurement& row : rows) {
        if (row.host != host) throw std::logic_error("a row of " + row.host + " given to " + host);
      }
    });
  });
}

Texts findings() {
  Finding f;
  f.id = "0123456789abcdef";
  f.host = "n1";
  f.metric = "nvlink.write";
  f.verdict = Verdict::fail;
  f.sentence = "gpu0>gpu3 is 12.5 % below 360 GB/s";
  return {csv_header<Finding>() + csv_line(f)};
}

Texts manifests() {
  ManifestEntry node;
  node.host = "n1";
  node.instance_type = "p5.48xlarge";
  return {csv_header<ManifestEntry>() + csv_line(node)};
}

Texts devices() {
  Device gpu;
  gpu.host = "n1";
  gpu.subject = "gpu0";
  return {csv_header<Device>() + csv_line(gpu)};
}

Texts baselines() {
  Texts texts;
  for (const std::string& text : sources("reports/baselines", ".csv")) {
    texts.push_back(first_lines(text, 12));
  }
  return texts;
}

bool takes_baselines(const std::string& input) {
  return takes_table<Baseline>(input) &&
         takes_file<FileError>(input, [](const auto& file) { check_baselines(file); });
}

// ---- what a person writes -----------------------------------------------------------------------

Texts suites() { return sources("suites", ".toml"); }

bool takes_suite(const std::string& input) {
  return takes_file<FileError>(input, [](const auto& file) { read_suite(file); });
}

/// Those that need no other file: an input has none beside it.
Texts alone(Texts texts, std::initializer_list<const char*> needs) {
  std::erase_if(texts, [&](const std::string& text) {
    return std::ranges::any_of(
        needs, [&](const char* key) { return text.find(key) != std::string::npos; });
  });
  return texts;
}

Texts worlds() {
  return alone(sources("suites/simulation/worlds", ".toml"), {"\nbased_on =", "\nbaseline ="});
}

bool takes_world(const std::string& input) {
  return takes_file<FileError>(input, [](const auto& file) { simulation::read_world(file); });
}

Texts machines() { return alone(sources("probes/virtual_node/machines", ".toml"), {"base ="}); }

bool takes_machine(const std::string& input) {
  return takes_file<std::runtime_error>(
      input, [](const auto& file) { virtual_node::hwloc_xml(virtual_node::read_shape(file)); });
}

Texts host_lists() {
  return {"a,b,n[001-016]", "n[1-3]x[01,3-5]",
          "# rack 1\nn[1-2] 10.0.0.[1-2]\nuser user@10.0.0.9\n"};
}

bool takes_hosts(const std::string& input) {
  try {
    parse_host_list(input, "list");
  } catch (const FileError&) {
  }
  return takes_file<FileError>(input, [](const auto& file) { read_host_file(file); });
}

// ---- what other programs write ------------------------------------------------------------------

Texts topologies() {
  return {R"({"Instances": [{"InstanceId": "i-1", "InstanceType": "p5.48xlarge",
 "NetworkNodes": ["nn-1", "nn-2", "nn-3"], "AvailabilityZone": "us-east-2a", "ZoneId": "use2-az1"},
 {"InstanceId": "i-2", "InstanceType": "p5.48xlarge", "NetworkNodes": ["nn-1", "nn-2", "nn-4"]}],
 "NextToken": ""})"};
}

bool takes_topology(const std::string& input) {
  return takes_file<FileError>(input, [](const std::filesystem::path& file) {
    manifest_from_ec2(std::span(&file, 1), {}, HostNaming::id);
  });
}

Texts journals() {
  return {
      "{\"time\":\"2026-11-30T12:00:00.000Z\",\"event\":\"run_started\",\"suite\":\"smoke\"}\n"
      "{\"time\":\"2026-11-30T12:00:01.000Z\",\"event\":\"task_started\",\"task\":\"node#1\","
      "\"attempt\":1,\"pid\":\"17\"}\n"
      "{\"time\":\"2026-11-30T12:00:02.000Z\",\"event\":\"task_ended\",\"task\":\"node#1\","
      "\"attempt\":1,\"outcome\":\"ok\",\"exit\":\"0\"}\n"};
}

bool takes_journal(const std::string& input) {
  return takes_file<FileError>(input,
                               [](const std::filesystem::path& file) { read_journal(file); });
}

Texts frames() {
  Frame bytes;
  bytes.kind = Frame::Kind::bytes;
  bytes.host = "n1";
  bytes.task = "pairs.round3@n1+n2";
  bytes.file = "measurements.csv";
  bytes.offset = 4096;
  bytes.bytes = "1,run,\xff\n";
  Frame ended;
  ended.kind = Frame::Kind::ended;
  ended.end.elapsed = Seconds(1.5);
  ended.end.unkillable = {17, 18};
  return {to_line(bytes), to_line(ended)};
}

bool takes_frame(const std::string& input) {
  const std::optional<Frame> frame = read_frame(input);
  if (!frame) return false;
  const std::string line = to_line(*frame);
  if (const auto again = read_frame(line); !again || to_line(*again) != line) {
    throw std::logic_error("read again as another: " + line);
  }
  return true;
}

Texts orders() {
  FleetOrder order{"20261130T120000Z_acceptance", {}};
  order.orders.push_back({"n1",
                          "10.0.0.1",
                          "nodes",
                          {"plumbline", "run", "{folder}/suite.toml"},
                          Seconds(60),
                          {{"suite.toml", "name = \"a\"\n"}}});
  return {to_line(order)};
}

bool takes_order(const std::string& input) {
  try {
    const FleetOrder order = read_order(input);
    if (read_order(to_line(order)) != order) throw std::logic_error("read again as another");
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

Texts messages() {
  const auto framed = [](const std::string& json) {
    return std::string{0, 0, 0, static_cast<char>(json.size())} + json;
  };
  return {framed(R"({"token": "t", "rank": 1, "ranks": 2})") + framed(R"([1, 2.5, null, "é"])")};
}

bool takes_messages(const std::string& input) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::runtime_error("no pair of sockets");
  }
  constexpr std::size_t room = 65536;  // what the kernel surely takes at once
  if (::write(ends[1], input.data(), std::min(input.size(), room)) < 0) {
    throw std::runtime_error("the socket took nothing");
  }
  ::close(ends[1]);
  Channel channel(ends[0]);
  std::size_t taken = 0;
  try {
    while (channel.receive(deadline_in(10))) ++taken;
    throw std::logic_error("neither a message nor the end came");
  } catch (const ChannelError&) {
    return taken > 0;
  }
}

constexpr std::array all = {
    Reader{"measurements", measurements, takes_table<Measurement>},
    Reader{"rows_by_host", measurements, takes_rows_by_host},
    Reader{"findings", findings, takes_table<Finding>},
    Reader{"manifest", manifests, takes_table<ManifestEntry>},
    Reader{"devices", devices, takes_table<Device>},
    Reader{"baselines", baselines, takes_baselines},
    Reader{"suite", suites, takes_suite},
    Reader{"world", worlds, takes_world},
    Reader{"machine", machines, takes_machine},
    Reader{"hosts", host_lists, takes_hosts},
    Reader{"ec2_topology", topologies, takes_topology},
    Reader{"journal", journals, takes_journal},
    Reader{"frame", frames, takes_frame},
    Reader{"order", orders, takes_order},
    Reader{"messages", messages, takes_messages},
};

}  // namespace

std::span<const Reader> readers() { return all; }

}  // namespace plumbline::fuzz
