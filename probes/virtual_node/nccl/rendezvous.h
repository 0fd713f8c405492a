#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace plumbline::virtual_node {

/// A piece of what a rank sends: to one other (`peer`), or the part that is for it.
struct Packet {
  int peer = 0;
  std::size_t count = 0;
  const std::byte* data = nullptr;  ///< the visited elements, packed
};

/// Where ranks of one communicator in several processes meet: a file that all of them map. For each
/// operation every rank publishes when it came and what it sends. An operation takes one of a few
/// slots in turn; no rank publishes into a slot before all have read what was there.
class Rendezvous {
 public:
  /// The file is made by whoever comes first, and unlinked once all have come.
  Rendezvous(const std::filesystem::path& file, int size);
  Rendezvous(const Rendezvous&) = delete;
  Rendezvous& operator=(const Rendezvous&) = delete;
  ~Rendezvous();

  /// This rank is here, on this GPU of its node; false if another one said so already.
  bool come(int rank, int gpu, int nccl_version);
  bool all_came() const;
  /// The first that did not come, or -1.
  int first_missing() const;
  /// Once all came: the node of each rank, from 0 on. Two ranks that have the same GPU are on
  /// different nodes; on one node they would not be let in.
  std::vector<int> nodes() const;
  /// Once all came: one whose NCCL is of another version than that of `rank`.
  struct Version {
    int rank;
    int version;
  };
  std::optional<Version> other_version(int rank) const;
  /// Everyone is told that the communicator was aborted.
  void give_up();
  bool given_up() const;

  /// All ranks have read what was in the slot of operation number `sequence` before.
  bool slot_free(std::uint64_t sequence) const;
  /// `signature` names the operation: all ranks must call the same one.
  struct Part {
    double arrived_ns;
    double duration_ns;  ///< from when all came, as far as this rank's process knows
    std::uint64_t signature;
    std::vector<Packet> packets;
  };
  /// Reserves room for the next packet, of so many bytes, to be filled before publish().
  std::byte* room(std::uint64_t sequence, int rank, std::size_t packet, int peer, std::size_t count,
                  std::size_t bytes);
  /// `part`: its packets are those that have room.
  void publish(std::uint64_t sequence, int rank, const Part& part, std::size_t packets);
  bool all_published(std::uint64_t sequence) const;
  Part part(std::uint64_t sequence, int rank) const;
  void consumed(std::uint64_t sequence, int rank);

 private:
  struct Header;
  struct PartHeader;

  Header& header() const;
  PartHeader& part_header(std::uint64_t sequence, int rank) const;
  std::byte* payload(std::uint64_t sequence, int rank) const;

  std::filesystem::path file_;
  int size_;
  std::size_t bytes_ = 0;
  std::byte* data_ = nullptr;
};

}  // namespace plumbline::virtual_node
