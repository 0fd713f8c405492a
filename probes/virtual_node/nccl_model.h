#pragma once

#include <map>
#include <string>
#include <vector>

namespace plumbline::virtual_node {

/// How fast one operation of NCCL's is on all GPUs of a machine, as published programs print it.
struct CollectiveRate {
  double latency_ns = 0;  ///< of the smallest message
  struct Point {
    double bytes;            ///< size, by the counting rule of nccl-tests
    double bus_bytes_per_s;  ///< bus bandwidth there
  };
  std::vector<Point> points;  ///< by size; in between the bandwidth goes with the logarithm

  /// Nanoseconds for a size that moves `bus_bytes` over each link.
  double duration(double bytes, double bus_bytes) const;
  double peak() const;  ///< the highest of its points
};

/// How NCCL gets through the network between nodes. Its rates are shares of the nodes' line rate
/// instead of bytes per second.
struct NetworkRate {
  double bytes_per_s = 0;  ///< of all rails of a node together; 0: not described
  CollectiveRate two;   ///< of two nodes, which may exceed the line rate; without points: as more
  CollectiveRate more;  ///< its latency, as that of two, is for each doubling of the nodes

  /// Nanoseconds for a size of which `bytes` go over a part of the network that has so much of the
  /// node's line rate.
  double duration(int nodes, double size, double bytes, double part = 1) const;
};

/// A bit of an operation's result that comes out wrong.
struct WrongBit {
  int gpu = 0;
  std::string operation;   ///< "all_reduce"
  std::size_t offset = 0;  ///< of the byte in the result
  unsigned bit = 0;        ///< of that byte
};

/// An operation that never ends on a GPU.
struct StuckCollective {
  int gpu = 0;
  std::string operation;   ///< empty: every one
  bool at_launch = false;  ///< it is never under way: the communicator stays in progress
  int status = 0;          ///< not 0: the GPU is lost by it with this CUresult, and others wait
};

/// NCCL on a machine, and what is wrong with it.
struct NcclModel {
  int version = 0;             ///< 22809
  bool multicast = false;      ///< NVSwitch reduces and copies (NVLS)
  double call_host_ns = 0;     ///< what a call costs the host
  double multiprocessors = 0;  ///< that an operation takes
  /// By name: all_reduce, all_gather, reduce_scatter, broadcast, reduce, send_receive; with
  /// multicast, where that has rates of its own, all_reduce_nvls ...
  std::map<std::string, CollectiveRate> rates;
  NetworkRate network;
  bool by_sockets = false;      ///< goes to other nodes by sockets: its plugin for EFA is not found
  std::map<int, double> greed;  ///< by GPU: the share of its multiprocessors that operations take
  std::vector<WrongBit> wrong_bits;
  std::vector<StuckCollective> stuck;
};

}  // namespace plumbline::virtual_node
