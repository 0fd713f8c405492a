#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "probes/virtual_node/device_memory.h"
#include "probes/virtual_node/meeting.h"
#include "probes/virtual_node/simulation.h"

namespace plumbline::virtual_node {

class CudaDriver;

/// The work of several GPUs that is under way (meeting.h).
class Meetings {
 public:
  explicit Meetings(CudaDriver& driver) : driver_(driver) {}
  Meetings(const Meetings&) = delete;
  Meetings& operator=(const Meetings&) = delete;
  ~Meetings();

  std::uint64_t open(unsigned parties);
  /// Queues a part: the queue comes to it, and goes on when the meeting has ended.
  void join(std::uint64_t id, Queue& queue);
  void describe(std::uint64_t id, const MeetingWork& work);
  void cancel(std::uint64_t id);

  /// Begins those whose other parties have come by now.
  void look_around();
  /// How far time may go: the earliest possible end of those that wait for another process.
  Nanoseconds horizon() const;
  /// Some wait for another process, or hang: something may yet happen without time going on.
  bool some_wait() const;
  /// Changes whenever one begins to wait or was cancelled.
  std::size_t changes() const { return changes_; }

 private:
  enum class State { gathering, waiting, running };
  /// A queue, and what sets the pace of the work in it however fast the links are.
  struct Place {
    Queue* queue;
    std::size_t pace;
  };
  struct Meeting {
    unsigned missing;
    std::shared_ptr<Moment> end = std::make_shared<Moment>();
    State state = State::gathering;
    bool described = false;
    Nanoseconds arrived = 0;
    MeetingWork work{};
    std::vector<MeetingLoad> loads;
    std::vector<MeetingAccess> accesses;
    std::string key;
    std::optional<Place> place;  ///< where it runs

    Nanoseconds least_end() const;
  };
  using Versions = std::vector<std::pair<const Block*, std::uint64_t>>;

  Meeting* find(std::uint64_t id);
  void arrive(std::uint64_t id);
  void begin(std::uint64_t id, Meeting& meeting);
  void finish(std::uint64_t id);
  void drop(std::uint64_t id);
  /// Does the work, unless the same one left everything as it is now.
  void act(Meeting& meeting);
  Place idle_place();

  CudaDriver& driver_;
  std::map<std::uint64_t, Meeting> meetings_;
  std::vector<Place> idle_;
  std::unordered_map<std::string, Versions> settled_;
  std::uint64_t last_id_ = 0;
  std::size_t changes_ = 0;
};

}  // namespace plumbline::virtual_node
