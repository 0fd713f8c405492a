#include "probes/collectives/operation.h"

#include <stdexcept>

#include "probes/gpu/pieces.h"

namespace plumbline::collectives {
namespace {

constexpr auto type = nccl::DataType::float32;

const float* piece(const void* buffer, int index, std::size_t count) {
  return static_cast<const float*>(buffer) + static_cast<std::size_t>(index) * count;
}
float* piece(void* buffer, int index, std::size_t count) {
  return static_cast<float*>(buffer) + static_cast<std::size_t>(index) * count;
}

}  // namespace

const char* name_of(Operation operation) {
  switch (operation) {
    case Operation::all_reduce:
      return "all_reduce";
    case Operation::all_gather:
      return "all_gather";
    case Operation::reduce_scatter:
      return "reduce_scatter";
    case Operation::broadcast:
      return "broadcast";
    case Operation::reduce:
      return "reduce";
    case Operation::alltoall:
      return "alltoall";
    case Operation::gather:
      return "gather";
    case Operation::scatter:
      return "scatter";
    case Operation::sendrecv:
      return "sendrecv";
  }
  throw std::logic_error("no such operation");
}

double bus_factor(Operation operation, int ranks) {
  const double n = ranks;
  switch (operation) {
    case Operation::all_reduce:
      return 2 * (n - 1) / n;
    case Operation::all_gather:
    case Operation::reduce_scatter:
    case Operation::alltoall:
    case Operation::gather:
    case Operation::scatter:
      return (n - 1) / n;
    case Operation::broadcast:
    case Operation::reduce:
    case Operation::sendrecv:
      return 1;
  }
  throw std::logic_error("no such operation");
}

bool is_split(Operation operation) {
  switch (operation) {
    case Operation::all_gather:
    case Operation::reduce_scatter:
    case Operation::alltoall:
    case Operation::gather:
    case Operation::scatter:
      return true;
    default:
      return false;
  }
}

bool has_in_place(Operation operation) {
  return operation != Operation::alltoall && operation != Operation::sendrecv;
}

bool in_place_consumes(Operation operation) {
  return operation == Operation::all_reduce || operation == Operation::reduce_scatter ||
         operation == Operation::reduce;
}

bool may_use_nvls(Operation operation) {
  return operation == Operation::all_reduce || operation == Operation::all_gather ||
         operation == Operation::reduce_scatter;
}

Layout layout_of(Operation operation, int ranks, int rank, std::uint64_t bytes) {
  const auto n = static_cast<std::size_t>(ranks);
  const std::size_t count = bytes / sizeof(float) / (is_split(operation) ? n : 1);
  const std::size_t for_root = rank == root ? 1 : 0;
  switch (operation) {
    case Operation::all_reduce:
    case Operation::sendrecv:
      return {count, 1, 1};
    case Operation::all_gather:
      return {count, 1, n};
    case Operation::reduce_scatter:
      return {count, n, 1};
    case Operation::broadcast:
      return {count, for_root, 1};
    case Operation::reduce:
      return {count, 1, for_root};
    case Operation::alltoall:
      return {count, n, n};
    case Operation::gather:
      return {count, 1, for_root * n};
    case Operation::scatter:
      return {count, for_root * n, 1};
  }
  throw std::logic_error("no such operation");
}

Expected expected(Operation operation, int ranks, int rank, std::size_t piece_number) {
  const auto from_one = [](int sender, int its_piece) {
    return Expected{piece_seed(static_cast<unsigned>(sender), static_cast<unsigned>(its_piece)), 0,
                    1};
  };
  const auto from_all = [&](int its_piece) {
    return Expected{piece_seed(0, static_cast<unsigned>(its_piece)), piece_seed(1, 0),
                    static_cast<unsigned>(ranks)};
  };
  switch (operation) {
    case Operation::all_reduce:
    case Operation::reduce:
      return from_all(0);
    case Operation::reduce_scatter:
      return from_all(rank);
    case Operation::all_gather:
    case Operation::gather:
      return from_one(static_cast<int>(piece_number), 0);
    case Operation::broadcast:
      return from_one(root, 0);
    case Operation::alltoall:
      return from_one(static_cast<int>(piece_number), rank);
    case Operation::scatter:
      return from_one(root, rank);
    case Operation::sendrecv:
      return from_one((rank + ranks - 1) % ranks, 0);
  }
  throw std::logic_error("no such operation");
}

void queue(Operation operation, const Ranks& ranks, std::size_t local, const void* from, void* to,
           std::size_t count) {
  const nccl::Functions& call = ranks.library().call();
  const nccl::CommHandle comm = ranks.communicators().handle(local);
  const cuda::StreamHandle stream = ranks.bench(local).stream.handle();
  const int n = ranks.size(), rank = ranks.rank(local);
  const auto send = [&](const void* data, int peer) {
    call.send(data, count, type, peer, comm, stream);
  };
  const auto receive = [&](void* data, int peer) {
    call.receive(data, count, type, peer, comm, stream);
  };
  switch (operation) {
    case Operation::all_reduce:
      return call.all_reduce(from, to, count, type, nccl::Reduction::sum, comm, stream);
    case Operation::all_gather:
      return call.all_gather(from, to, count, type, comm, stream);
    case Operation::reduce_scatter:
      return call.reduce_scatter(from, to, count, type, nccl::Reduction::sum, comm, stream);
    case Operation::broadcast:
      return call.broadcast(from, to, count, type, root, comm, stream);
    case Operation::reduce:
      return call.reduce(from, to, count, type, nccl::Reduction::sum, root, comm, stream);
    // From sends and receives, as nccl-tests does it: the calls of these names came with 2.28.
    case Operation::alltoall:
      for (int peer = 0; peer < n; ++peer) {
        send(piece(from, peer, count), peer);
        receive(piece(to, peer, count), peer);
      }
      return;
    case Operation::gather:
      send(from, root);
      for (int peer = 0; rank == root && peer < n; ++peer) receive(piece(to, peer, count), peer);
      return;
    case Operation::scatter:
      receive(to, root);
      for (int peer = 0; rank == root && peer < n; ++peer) send(piece(from, peer, count), peer);
      return;
    case Operation::sendrecv:
      send(from, (rank + 1) % n);
      receive(to, (rank + n - 1) % n);
      return;
  }
}

}  // namespace plumbline::collectives
