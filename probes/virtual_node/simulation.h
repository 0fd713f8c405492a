#pragma once

#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "probes/virtual_node/fair_share.h"

namespace plumbline::virtual_node {

/// Virtual time, in nanoseconds since the process started the machine.
using Nanoseconds = double;
inline constexpr Nanoseconds never = std::numeric_limits<double>::infinity();
inline constexpr double nanoseconds_per_second = 1e9;

/// A point in a queue that others can wait for: one recording of an event.
struct Moment {
  bool reached = false;
  Nanoseconds at = 0;
};

/// One piece of work in a queue. It starts when it has been queued, what precedes it is done and
/// what it waits for is reached; then comes its latency, then `amount` flows through its loads.
struct Operation {
  Nanoseconds queued = 0;
  Nanoseconds latency = 0;
  double amount = 0;
  Loads loads;
  double core_watts = 0;  ///< drawn at the highest clock, with a GPU's compute resource to itself
  std::shared_ptr<const Moment> waits_for;  ///< null: nothing
  std::shared_ptr<Moment> reaches;          ///< null: nothing
  /// Before when it does not end, given when it began to flow; infinity: not known yet. It is asked
  /// again and again. Empty: it ends when all has flowed.
  std::function<Nanoseconds(Nanoseconds since)> not_before;
  /// A pool of engines (add_engines) of which it takes one while it runs.
  std::optional<std::size_t> engines;
  std::function<void()> act;  ///< at its end; may be empty
};

/// Work that is done in order: a stream.
class Queue {
 public:
  bool empty() const { return operations_.empty(); }
  /// When the last finished operation ended.
  Nanoseconds end() const { return end_; }

 private:
  friend class Simulation;
  struct Running {
    Operation operation;
    bool started = false;
    Nanoseconds flows_from = 0;
    double left = 0;
    Nanoseconds not_before() const;
  };
  std::deque<Running> operations_;
  Nanoseconds end_ = 0;
};

/// An operation that flows, in units of its amount per second.
struct Flowing {
  const Operation* operation;
  double rate;
};

/// Something that changes what resources can do: by what flows, and as time passes.
class Regulator {
 public:
  virtual ~Regulator() = default;
  /// Told what flows from `now` on, sets capacities; true if that changes rates.
  virtual bool regulate(Nanoseconds now, const std::vector<Flowing>& flowing) = 0;
  /// When it must be asked again if the same flows on.
  virtual Nanoseconds next_change() const = 0;
};

/// The machine's time as discrete events: it stands still until someone waits for something, then
/// jumps from the end of one operation to the end of the next. Nothing in it depends on how fast
/// this host is, so a run repeats exactly.
class Simulation {
 public:
  /// Adds something whose capacity (in units per second) operations share.
  std::size_t add_resource(double capacity);
  double capacity(std::size_t resource) const { return capacities_[resource]; }
  void set_capacity(std::size_t resource, double capacity) { capacities_[resource] = capacity; }
  /// Units that flowed through a resource so far.
  double passed(std::size_t resource) const { return passed_[resource]; }

  /// Adds a pool of engines, each of which does one operation at a time: first queued, first done.
  std::size_t add_engines(unsigned count);

  /// At most one; it outlives the simulation or its last step.
  void set_regulator(Regulator* regulator) { regulator_ = regulator; }

  /// A queue lives until it is removed; what is still in it is dropped then.
  Queue& add_queue();
  void remove(Queue& queue);

  void enqueue(Queue& queue, Operation operation);

  /// Advances until `done`; false if nothing is left that could bring it about, or could before
  /// `no_later_than`.
  bool run_until(const std::function<bool()>& done,
                 Nanoseconds no_later_than = std::numeric_limits<double>::infinity());
  /// Advances to the next event, but not beyond a time; false if there is none and no time to go.
  bool run_to_next(Nanoseconds no_later_than = std::numeric_limits<double>::infinity());
  /// Advances to `time`, or until nothing is left to do.
  void run_to(Nanoseconds time);

  Nanoseconds now() const { return now_; }

 private:
  /// From now to the next event or to a time, whichever is first; false if nothing changes by then.
  bool step(Nanoseconds no_later_than);
  void start_ready();
  void give_back_engine(const Queue::Running& done);
  bool finish_ended();
  /// Fair rates of what flows, with the capacities that it leads to.
  std::vector<double> regulated_rates(const std::vector<const Operation*>& flowing);

  std::vector<double> capacities_;
  std::vector<double> passed_;
  std::vector<unsigned> free_engines_;  // of each pool
  Regulator* regulator_ = nullptr;
  std::list<Queue> queues_;
  Nanoseconds now_ = 0;
};

}  // namespace plumbline::virtual_node
