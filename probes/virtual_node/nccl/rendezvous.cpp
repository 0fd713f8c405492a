#include "probes/virtual_node/nccl/rendezvous.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <system_error>

#include "probes/virtual_node/simt/windows.h"

namespace plumbline::virtual_node {
namespace {

constexpr std::size_t slots = 4;
constexpr int most_ranks = 1024;
/// Of one packet: all elements of the largest array that is moved whole, of the largest type.
constexpr std::size_t packet_room = dense_limit * sizeof(double);
constexpr std::uint64_t alignment = 16;

}  // namespace

/// A file of zeros is a valid beginning.
struct Rendezvous::Header {
  std::atomic<int> came;
  std::atomic<int> given_up;
  std::atomic<int> here[most_ranks];
  int gpu[most_ranks];
  int version[most_ranks];
};

struct Rendezvous::PartHeader {
  std::atomic<std::uint64_t> published;  ///< number of the operation + 1
  std::atomic<std::uint64_t> read;       ///< the same
  double arrived_ns;
  double duration_ns;
  std::uint64_t signature;
  std::uint64_t packets;
  struct {
    int peer;
    std::uint64_t count;
    std::uint64_t offset, bytes;  ///< in the rank's payload, one behind the other
  } of[most_ranks];
};

Rendezvous::Rendezvous(const std::filesystem::path& file, int size) : file_(file), size_(size) {
  if (size_ > most_ranks) throw std::length_error("more ranks than the virtual node models");
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), file.string());
  const auto ranks = static_cast<std::size_t>(size_);
  bytes_ = sizeof(Header) + slots * ranks * (sizeof(PartHeader) + ranks * packet_room);
  void* data = MAP_FAILED;
  if (::ftruncate(descriptor, static_cast<off_t>(bytes_)) == 0) {
    data =
        ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0);
  }
  const int error = errno;
  ::close(descriptor);
  if (data == MAP_FAILED) throw std::system_error(error, std::generic_category(), file.string());
  data_ = static_cast<std::byte*>(data);
}

Rendezvous::~Rendezvous() {
  if (!all_came()) ::unlink(file_.c_str());
  ::munmap(data_, bytes_);
}

Rendezvous::Header& Rendezvous::header() const { return *reinterpret_cast<Header*>(data_); }

Rendezvous::PartHeader& Rendezvous::part_header(std::uint64_t sequence, int rank) const {
  const std::size_t index =
      sequence % slots * static_cast<std::size_t>(size_) + static_cast<std::size_t>(rank);
  return *reinterpret_cast<PartHeader*>(data_ + sizeof(Header) + index * sizeof(PartHeader));
}

std::byte* Rendezvous::payload(std::uint64_t sequence, int rank) const {
  const auto ranks = static_cast<std::size_t>(size_);
  const std::size_t index = sequence % slots * ranks + static_cast<std::size_t>(rank);
  return data_ + sizeof(Header) + slots * ranks * sizeof(PartHeader) + index * ranks * packet_room;
}

bool Rendezvous::come(int rank, int gpu, int nccl_version) {
  if (header().here[rank].exchange(1) != 0) return false;
  header().gpu[rank] = gpu;
  header().version[rank] = nccl_version;
  if (header().came.fetch_add(1) + 1 == size_) ::unlink(file_.c_str());
  return true;
}

bool Rendezvous::all_came() const { return header().came.load() == size_; }

std::vector<int> Rendezvous::nodes() const {
  std::vector<int> nodes;
  std::map<int, int> ranks_of_gpu;
  for (int rank = 0; rank < size_; ++rank) nodes.push_back(ranks_of_gpu[header().gpu[rank]]++);
  return nodes;
}

std::optional<Rendezvous::Version> Rendezvous::other_version(int rank) const {
  for (int other = 0; other < size_; ++other) {
    const int version = header().version[other];
    if (version != header().version[rank]) return Version{other, version};
  }
  return std::nullopt;
}

int Rendezvous::first_missing() const {
  for (int rank = 0; rank < size_; ++rank) {
    if (header().here[rank].load() == 0) return rank;
  }
  return -1;
}

void Rendezvous::give_up() { header().given_up.store(1); }
bool Rendezvous::given_up() const { return header().given_up.load() != 0; }

bool Rendezvous::slot_free(std::uint64_t sequence) const {
  if (sequence < slots) return true;
  for (int rank = 0; rank < size_; ++rank) {
    if (part_header(sequence, rank).read.load() < sequence - slots + 1) return false;
  }
  return true;
}

std::byte* Rendezvous::room(std::uint64_t sequence, int rank, std::size_t packet, int peer,
                            std::size_t count, std::size_t bytes) {
  PartHeader& part = part_header(sequence, rank);
  std::uint64_t offset = 0;
  if (packet > 0) {
    const auto& before = part.of[packet - 1];
    offset = (before.offset + before.bytes + alignment - 1) / alignment * alignment;
  }
  part.of[packet] = {peer, count, offset, bytes};
  return payload(sequence, rank) + offset;
}

void Rendezvous::publish(std::uint64_t sequence, int rank, const Part& part, std::size_t packets) {
  PartHeader& header = part_header(sequence, rank);
  header.arrived_ns = part.arrived_ns;
  header.duration_ns = part.duration_ns;
  header.signature = part.signature;
  header.packets = packets;
  header.published.store(sequence + 1, std::memory_order_release);
}

bool Rendezvous::all_published(std::uint64_t sequence) const {
  for (int rank = 0; rank < size_; ++rank) {
    if (part_header(sequence, rank).published.load(std::memory_order_acquire) != sequence + 1) {
      return false;
    }
  }
  return true;
}

Rendezvous::Part Rendezvous::part(std::uint64_t sequence, int rank) const {
  const PartHeader& from = part_header(sequence, rank);
  Part part{from.arrived_ns, from.duration_ns, from.signature, {}};
  for (std::size_t i = 0; i < from.packets; ++i) {
    part.packets.push_back(
        {from.of[i].peer, from.of[i].count, payload(sequence, rank) + from.of[i].offset});
  }
  return part;
}

void Rendezvous::consumed(std::uint64_t sequence, int rank) {
  part_header(sequence, rank).read.store(sequence + 1, std::memory_order_release);
}

}  // namespace plumbline::virtual_node
