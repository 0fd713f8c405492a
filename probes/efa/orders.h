#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "probes/efa/operation.h"
#include "probes/efa/pattern.h"

/// What a rail worker is told and what it answers. Every message is an object whose one key says
/// what it is about: {"open": {...}}, {"ready": {...}}; see rail_worker.h for the order.
namespace plumbline::efa {

NLOHMANN_JSON_SERIALIZE_ENUM(Operation, {{Operation::write, "write"},
                                         {Operation::read, "read"},
                                         {Operation::send, "send"}})

/// Which domain to open, and where its thread and memory belong.
struct OpenOrder {
  std::string provider, fabric, domain, source;
  bool receives_hold_data = false;
  std::vector<unsigned> cpus;  ///< the thread may run on these; empty: anywhere
  int numa_node = -1;          ///< of the memory; -1: anywhere
  bool spins = true;           ///< false: gives its CPU to others when nothing has come
  std::string gpu;             ///< whose memory it is, by PCI address; empty: the host's
  std::string libcuda;         ///< the driver's library for that; empty: libcuda.so.1
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OpenOrder, provider, fabric, domain, source, receives_hold_data,
                                   cpus, numa_node, spins, gpu, libcuda)

/// What became of it.
struct Opened {
  std::string name;  ///< its address, in hexadecimal digits
  std::string provider, fabric, domain, api, library;
  std::uint64_t inject_size = 0, transmits = 0, receives = 0, largest_message = 0;
  std::string writes_are_emulated;  ///< "yes", "no", "unknown"
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Opened, name, provider, fabric, domain, api, library,
                                   inject_size, transmits, receives, largest_message,
                                   writes_are_emulated)

/// Memory that peers may reach.
struct RemoteMemory {
  std::uint64_t base = 0, key = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RemoteMemory, base, key)

/// The other end of what is sent.
struct Target {
  std::uint64_t address = 0;  ///< as its name was inserted
  RemoteMemory memory;        ///< where its part begins
  std::uint32_t tag = 0;      ///< which of the streams that meet there this one is
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Target, address, memory, tag)

/// Messages of one size, one after the other, so many at once.
struct StreamOrder {
  Operation operation = Operation::write;
  std::uint64_t bytes = 0;    ///< of a message
  std::uint64_t window = 1;   ///< messages under way at once
  std::uint64_t slots = 1;    ///< messages that have a place of their own in memory
  std::uint64_t burst = 1;    ///< writes that one immediate announces
  std::uint64_t seed = 0;     ///< of the pattern
  std::vector<Target> to;     ///< at most one: this end posts
  std::uint32_t sources = 0;  ///< streams that meet at this end
  double warm_up_s = 0.5;
  double stall_s = 5;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StreamOrder, operation, bytes, window, slots, burst, seed, to,
                                   sources, warm_up_s, stall_s)

/// So many intervals of so many seconds, or fewer when `most_s` is over.
struct CountOrder {
  std::uint64_t intervals = 20;
  double interval_s = 0.1;
  double most_s = 10;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CountOrder, intervals, interval_s, most_s)

/// What was counted: bytes and seconds of each interval, which ends with the arrival of a message.
struct Counted {
  std::vector<double> bytes, seconds;
  std::vector<double> of_source;  ///< bytes of each source, over all intervals
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Counted, bytes, seconds, of_source)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WrongBytes, count, first)

/// One message there, one back, and again.
struct PingPongOrder {
  Operation operation = Operation::send;
  std::uint64_t bytes = 8;
  std::uint64_t seed = 0;
  bool begins = false;
  Target to;
  double warm_up_s = 0.5;
  std::uint64_t rounds = 10'000;  ///< to be timed
  double most_s = 5;              ///< or so many seconds
  double stall_s = 5;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PingPongOrder, operation, bytes, seed, begins, to, warm_up_s,
                                   rounds, most_s, stall_s)

}  // namespace plumbline::efa
