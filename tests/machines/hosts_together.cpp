#include "tests/machines/hosts_together.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// One that nobody listens on now.
int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(probe, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port is free");
  }
  ::close(probe);
  return ntohs(address.sin_port);
}

fs::path new_folder() {
  std::string name = (fs::temp_directory_path() / "hosts_together_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
  return name;
}

}  // namespace

HostsTogether::HostsTogether(const std::vector<VirtualHost>& hosts,
                             const std::vector<std::string>& more, std::size_t size)
    : folder_(new_folder()), ended_(hosts.size(), false) {
  const std::string rendezvous = fmt::format("127.0.0.1:{}", free_port());
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    const std::string machine = fmt::format("{}/{}", MACHINES, hosts[rank].machine);
    std::vector<std::string> words = {"/usr/bin/env",
                                      fmt::format("LD_PRELOAD={}", CLOCK),
                                      COLLECTIVES,
                                      "--libcuda",
                                      machine + "/libcuda.so.1",
                                      "--libnccl",
                                      machine + "/libnccl.so.2",
                                      "--ranks",
                                      std::to_string(size),
                                      "--rank",
                                      std::to_string(rank),
                                      "--rendezvous",
                                      rendezvous,
                                      "--token",
                                      "of this test",
                                      "--host",
                                      hosts[rank].name,
                                      "--instance-type",
                                      "p5.48xlarge",
                                      "--out",
                                      (folder_ / hosts[rank].name).string()};
    words.insert(words.end(), more.begin(), more.end());
    processes_.push_back(start_program(words, folder_ / (hosts[rank].name + ".log")));
  }
}

HostsTogether::~HostsTogether() {
  for (std::size_t rank = 0; rank < processes_.size(); ++rank) {
    if (testing::Test::HasFailure()) {
      std::printf("--- rank %zu\n%s", rank, processes_[rank].output().c_str());
    }
    if (ended_[rank]) continue;
    processes_[rank].signal(SIGKILL);
    processes_[rank].wait();
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

int HostsTogether::wait_for(std::size_t rank) {
  ended_.at(rank) = true;
  return processes_.at(rank).wait();
}

std::vector<Measurement> HostsTogether::rows() const {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const fs::path table = entry.path() / "measurements.csv";
    if (fs::exists(table)) return read_all<Measurement>(table);
  }
  return {};
}

Measurement HostsTogether::row(const std::string& metric, const std::string& part) const {
  std::vector<Measurement> found;
  for (const Measurement& row : rows()) {
    if (row.metric == metric && row.case_name.find(part) != std::string::npos) found.push_back(row);
  }
  EXPECT_EQ(found.size(), 1U) << metric << ' ' << part;
  return found.empty() ? Measurement{} : found.front();
}

}  // namespace plumbline
