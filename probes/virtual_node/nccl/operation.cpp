#include "probes/virtual_node/nccl/operation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "probes/virtual_node/nccl/reduction.h"

namespace plumbline::virtual_node {
namespace {

std::size_t element_bytes(const Collective& operation) { return *bytes_of(operation.call.type); }

/// What rank `from` sends as its `index`-th piece to `peer` (for collectives: its piece for it).
/// Of a rank of this process it lies where the program put it, of another one in its packet.
class Senders {
 public:
  explicit Senders(const Collective& operation) : collective_(operation) {
    for (const Contribution& part : operation.local) {
      for (const Piece& piece : part.sends) {
        add(part.rank, piece.peer, {piece.data, false}, piece.count);
      }
    }
    if (operation.others == nullptr) return;
    for (int rank = 0; rank < operation.size; ++rank) {
      if (is_local(rank)) continue;
      const Rendezvous::Part part = operation.others->part(operation.sequence, rank);
      if (part.signature != operation.call.signature()) {
        throw std::runtime_error("rank " + std::to_string(rank) + " called something else than " +
                                 operation.call.text());
      }
      for (const Packet& packet : part.packets) {
        add(rank, packet.peer, {packet.data, true}, packet.count);
      }
    }
  }

  /// The next piece from a rank for a peer.
  Elements take(int from, int peer, std::size_t count) {
    auto& queue = pieces_[{from, peer}];
    if (queue.empty()) {
      throw std::runtime_error("rank " + std::to_string(peer) + " receives from rank " +
                               std::to_string(from) + ", which sends it nothing");
    }
    const auto [elements, sent] = queue.front();
    queue.erase(queue.begin());
    if (sent != count) {
      throw std::runtime_error("rank " + std::to_string(from) + " sends " + std::to_string(sent) +
                               " elements to rank " + std::to_string(peer) + ", which expects " +
                               std::to_string(count));
    }
    return elements;
  }

  /// The piece of each rank for `peer`, in order.
  std::vector<Elements> of_all(int peer) {
    std::vector<Elements> all;
    for (int rank = 0; rank < collective_.size; ++rank) {
      all.push_back(take(rank, peer, collective_.call.count));
    }
    return all;
  }

 private:
  bool is_local(int rank) const {
    return std::any_of(collective_.local.begin(), collective_.local.end(),
                       [&](const Contribution& part) { return part.rank == rank; });
  }
  void add(int from, int peer, Elements elements, std::size_t count) {
    pieces_[{from, peer}].emplace_back(elements, count);
  }

  const Collective& collective_;
  std::map<std::pair<int, int>, std::vector<std::pair<Elements, std::size_t>>> pieces_;
};

void move_collective(const Collective& operation) {
  const Call& call = operation.call;
  const std::size_t size = element_bytes(operation);
  Senders senders(operation);
  switch (call.kind) {
    case Kind::all_reduce:
    case Kind::reduce: {
      std::vector<std::byte*> targets;
      for (const Contribution& part : operation.local) {
        for (const Piece& piece : part.receives) targets.push_back(piece.data);
      }
      if (!targets.empty()) {
        reduce(targets, senders.of_all(0), call.count, call.type, call.reduction);
      }
      return;
    }
    case Kind::reduce_scatter:
      for (const Contribution& part : operation.local) {
        std::byte* target = part.receives.front().data;
        reduce(std::span(&target, 1), senders.of_all(part.rank), call.count, call.type,
               call.reduction);
      }
      return;
    case Kind::broadcast: {
      const Elements source = senders.take(call.root, 0, call.count);
      for (const Contribution& part : operation.local) {
        copy(part.receives.front().data, source, call.count, size);
      }
      return;
    }
    case Kind::all_gather: {
      const std::vector<Elements> sources = senders.of_all(0);
      for (const Contribution& part : operation.local) {
        for (const Piece& piece : part.receives) {
          copy(piece.data, sources[static_cast<std::size_t>(piece.peer)], call.count, size);
        }
      }
      return;
    }
    case Kind::send_receive:
      for (const Contribution& part : operation.local) {
        for (const Piece& piece : part.receives) {
          copy(piece.data, senders.take(piece.peer, part.rank, piece.count), piece.count, size);
        }
      }
      return;
  }
}

/// Bytes that go out of and into a rank's GPU, over links.
struct LinkBytes {
  double out = 0, in = 0;
};

/// Those of each rank to and from other ranks, or only to and from those on other nodes.
std::map<int, LinkBytes> sent_and_received(const Collective& operation,
                                           const std::vector<int>* nodes = nullptr) {
  const auto counts = [&](int rank, int peer) {
    return nodes == nullptr ? rank != peer
                            : nodes->at(static_cast<std::size_t>(rank)) !=
                                  nodes->at(static_cast<std::size_t>(peer));
  };
  const auto bytes = static_cast<double>(element_bytes(operation));
  std::map<int, LinkBytes> of_rank;
  for (const Contribution& part : operation.local) {
    for (const Piece& piece : part.sends) {
      if (counts(part.rank, piece.peer)) {
        of_rank[part.rank].out += static_cast<double>(piece.count) * bytes;
      }
    }
    for (const Piece& piece : part.receives) {
      if (counts(part.rank, piece.peer)) {
        of_rank[part.rank].in += static_cast<double>(piece.count) * bytes;
      }
    }
  }
  return of_rank;
}

/// How long it is on the way between nodes; 0 where all ranks are on one.
double between_nodes_ns(const Collective& operation, const Machine& machine, double size,
                        double bus) {
  if (operation.others == nullptr) return 0;
  const std::vector<int> nodes = operation.others->nodes();
  const int count = 1 + *std::max_element(nodes.begin(), nodes.end());
  if (count == 1) return 0;
  const NetworkRate& network = machine.nccl.network;
  if (network.bytes_per_s <= 0) {
    throw std::runtime_error("the machine file has no [nccl.network], which several nodes need");
  }
  if (operation.call.kind != Kind::send_receive) return network.duration(count, size, bus);
  // Of sends and receives each GPU has the rails that are near to it.
  double most = 0;
  for (const auto& [rank, link] : sent_and_received(operation, &nodes)) {
    most = std::max({most, link.out, link.in});
  }
  const double part = 1.0 / static_cast<double>(operation.local.size());
  return most == 0 ? 0 : network.duration(count, size, most, part);
}

/// What is left of the links of the slowest GPU that takes part.
double worst_link_share(const Collective& operation, const Machine& machine) {
  double least = 1;
  for (const Contribution& part : operation.local) {
    const GpuLinks& links = machine.gpus[static_cast<std::size_t>(part.gpu)].links;
    least = std::min(least, nvlink_share(machine.links, links) *
                                std::min(links.nvlink_out_rate, links.nvlink_in_rate));
  }
  return least;
}

}  // namespace

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::all_reduce:
      return "all_reduce";
    case Kind::all_gather:
      return "all_gather";
    case Kind::reduce_scatter:
      return "reduce_scatter";
    case Kind::broadcast:
      return "broadcast";
    case Kind::reduce:
      return "reduce";
    case Kind::send_receive:
      return "send_receive";
  }
  throw std::logic_error("no such kind");
}

std::uint64_t Call::signature() const {
  std::uint64_t hash = static_cast<std::uint64_t>(kind) + 1;
  for (const std::uint64_t value :
       {static_cast<std::uint64_t>(count), static_cast<std::uint64_t>(type),
        static_cast<std::uint64_t>(reduction), static_cast<std::uint64_t>(root)}) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

std::string Call::text() const {
  return std::string(name_of(kind)) + " of " + std::to_string(count) + " elements of type " +
         std::to_string(type) + ", reduction " + std::to_string(reduction) + ", root " +
         std::to_string(root);
}

std::string key_of(const Collective& operation) {
  std::ostringstream key;
  key << operation.call.text();
  for (const Contribution& part : operation.local) {
    key << " |" << part.rank;
    for (const Piece& piece : part.sends) {
      key << " >" << piece.peer << ' ' << static_cast<const void*>(piece.data) << ' '
          << piece.count;
    }
    for (const Piece& piece : part.receives) {
      key << " <" << piece.peer << ' ' << static_cast<const void*>(piece.data) << ' '
          << piece.count;
    }
  }
  return key.str();
}

std::vector<MeetingAccess> accesses_of(const Collective& operation) {
  const std::size_t bytes = element_bytes(operation);
  std::vector<MeetingAccess> accesses;
  for (const Contribution& part : operation.local) {
    for (const Piece& piece : part.sends) {
      accesses.push_back({part.gpu, piece.data, piece.count * bytes, false});
    }
    for (const Piece& piece : part.receives) {
      accesses.push_back({part.gpu, piece.data, piece.count * bytes, true});
    }
  }
  std::erase_if(accesses, [](const MeetingAccess& access) { return access.bytes == 0; });
  return accesses;
}

Cost cost_of(const Collective& operation, const Machine& machine, bool multicast) {
  const Call& call = operation.call;
  const NcclModel& model = machine.nccl;
  const auto n = static_cast<double>(operation.size);
  const auto piece = static_cast<double>(call.count * element_bytes(operation));
  std::map<int, LinkBytes> of_rank;
  // Size and bytes over each link as nccl-tests counts them (its doc/PERFORMANCE.md).
  double bytes = 0, bus = 0;
  switch (call.kind) {
    case Kind::all_reduce:
      bytes = piece;
      bus = piece * 2 * (n - 1) / n;
      break;
    case Kind::all_gather:
    case Kind::reduce_scatter:
      bytes = piece * n;
      bus = piece * (n - 1);
      break;
    case Kind::broadcast:
    case Kind::reduce:
      bytes = piece;
      bus = n > 1 ? piece : 0;
      break;
    case Kind::send_receive:
      of_rank = sent_and_received(operation);
      for (const auto& [rank, link] : of_rank) bus = std::max({bus, link.out, link.in});
      bytes = bus;
      break;
  }
  auto found = model.rates.find(std::string(name_of(call.kind)) + (multicast ? "_nvls" : ""));
  if (found == model.rates.end()) found = model.rates.find(name_of(call.kind));
  if (found == model.rates.end()) {
    throw std::runtime_error(std::string("the machine file has no [nccl.rates.") +
                             name_of(call.kind) + "]");
  }
  const CollectiveRate& rate = found->second;
  Cost cost;
  cost.latency_ns = rate.latency_ns;
  if (bus <= 0) return cost;
  double flow_ns = std::max(1.0, rate.duration(bytes, bus) - rate.latency_ns);
  if (operation.others != nullptr) {
    // In one process the shares of the links come to this (Meetings::begin).
    const double alone_ns = bus / rate.peak() * nanoseconds_per_second;
    flow_ns = std::max(flow_ns, alone_ns / worst_link_share(operation, machine));
    flow_ns = std::max(flow_ns, between_nodes_ns(operation, machine, bytes, bus) - rate.latency_ns);
  }
  cost.bytes = bus;
  cost.bytes_per_s = bus / flow_ns * nanoseconds_per_second;
  const GpuModel& gpu = machine.model;
  const double of_link = gpu.nvlink_bytes_per_s / std::max(rate.peak(), cost.bytes_per_s);
  for (const Contribution& part : operation.local) {
    LinkBytes link{bus, bus};
    if (call.kind == Kind::send_receive) link = of_rank[part.rank];
    const auto greedy = model.greed.find(part.gpu);
    const double share = greedy != model.greed.end()
                             ? greedy->second
                             : model.multiprocessors / static_cast<double>(gpu.multiprocessors);
    cost.loads.push_back({part.gpu, link.out * of_link, link.in * of_link,
                          link.out / gpu.read_bytes_per_s + link.in / gpu.write_bytes_per_s,
                          share * flow_ns / nanoseconds_per_second});
  }
  return cost;
}

double meet_others(const Collective& operation, double arrived_ns, bool& published) {
  Rendezvous& others = *operation.others;
  if (!published) {
    if (!others.slot_free(operation.sequence)) return -1;
    const std::size_t bytes = element_bytes(operation);
    for (const Contribution& part : operation.local) {
      std::size_t packets = 0;
      for (const Piece& piece : part.sends) {
        pack(others.room(operation.sequence, part.rank, packets++, piece.peer, piece.count,
                         packet_bytes(piece.count, bytes)),
             piece.data, piece.count, bytes);
      }
      others.publish(operation.sequence, part.rank,
                     {arrived_ns, operation.duration_ns, operation.call.signature(), {}}, packets);
    }
    published = true;
  }
  if (!others.all_published(operation.sequence)) return -1;
  double latest = 0, longest = 0;
  for (int rank = 0; rank < operation.size; ++rank) {
    const Rendezvous::Part part = others.part(operation.sequence, rank);
    latest = std::max(latest, part.arrived_ns);
    longest = std::max(longest, part.duration_ns);
  }
  return latest + std::max(0.0, longest - operation.duration_ns);
}

void move_data(const Collective& operation, const NcclModel& faults) {
  move_collective(operation);
  for (const WrongBit& wrong : faults.wrong_bits) {
    if (wrong.operation != name_of(operation.call.kind)) continue;
    for (const Contribution& part : operation.local) {
      if (part.gpu != wrong.gpu || part.receives.empty()) continue;
      const Piece& piece = part.receives.front();
      if (wrong.offset < piece.count * element_bytes(operation)) {
        piece.data[wrong.offset] ^= std::byte{1} << wrong.bit;
      }
    }
  }
}

}  // namespace plumbline::virtual_node
