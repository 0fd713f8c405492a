#include "probes/virtual_node/cuda/meetings.h"

#include <algorithm>
#include <stdexcept>

#include "probes/virtual_node/cuda/driver.h"

namespace plumbline::virtual_node {

Meetings::~Meetings() {
  while (!meetings_.empty()) drop(meetings_.begin()->first);
}

Nanoseconds Meetings::Meeting::least_end() const {
  return arrived + work.latency_ns + work.bytes / work.bytes_per_s * nanoseconds_per_second;
}

Meetings::Meeting* Meetings::find(std::uint64_t id) {
  const auto found = meetings_.find(id);
  return found == meetings_.end() ? nullptr : &found->second;
}

std::uint64_t Meetings::open(unsigned parties) {
  Meeting meeting;
  meeting.missing = parties;
  meetings_.emplace(++last_id_, std::move(meeting));
  return last_id_;
}

void Meetings::describe(std::uint64_t id, const MeetingWork& work) {
  Meeting* meeting = find(id);
  if (meeting == nullptr) return work.drop(work.data);
  meeting->described = true;
  meeting->work = work;
  meeting->loads.assign(work.loads, work.loads + work.load_count);
  meeting->accesses.assign(work.accesses, work.accesses + work.access_count);
  meeting->key.assign(static_cast<const char*>(work.key), work.key_bytes);
}

void Meetings::join(std::uint64_t id, Queue& queue) {
  Meeting* meeting = find(id);
  if (meeting == nullptr) return;  // cancelled
  Operation come;
  come.queued = HostTime::now();
  come.act = [this, id] { arrive(id); };
  driver_.simulation.enqueue(queue, std::move(come));
  Operation wait;
  wait.queued = HostTime::now();
  wait.waits_for = meeting->end;
  driver_.simulation.enqueue(queue, std::move(wait));
}

void Meetings::arrive(std::uint64_t id) {
  Meeting* meeting = find(id);
  if (meeting == nullptr) return;  // cancelled
  meeting->arrived = driver_.simulation.now();
  if (--meeting->missing != 0) return;
  if (!meeting->described) throw std::logic_error("a meeting was joined before it was described");
  ++changes_;
  if (meeting->work.hangs != 0 || meeting->work.others != nullptr) {
    meeting->state = State::waiting;
    if (meeting->work.hangs != 0 && meeting->work.lost_gpu >= 0) {
      driver_.contexts[static_cast<std::size_t>(meeting->work.lost_gpu)].lost =
          CallFailed(static_cast<CUresult>(meeting->work.status), "the machine has it so");
    }
    return;
  }
  begin(id, *meeting);
}

void Meetings::look_around() {
  for (auto& [id, meeting] : meetings_) {
    if (meeting.state != State::waiting || meeting.work.hangs != 0) continue;
    const Nanoseconds all_came = meeting.work.others(meeting.work.data, meeting.arrived);
    if (all_came < 0) continue;
    meeting.arrived = std::max(meeting.arrived, all_came);
    begin(id, meeting);
  }
}

void Meetings::begin(std::uint64_t id, Meeting& meeting) {
  meeting.state = State::running;
  meeting.place = idle_place();
  Operation operation;
  operation.queued = driver_.simulation.now();
  operation.act = [this, id] { finish(id); };
  if (meeting.work.others != nullptr) {
    // Every process must come to the same end, whatever else its GPUs do.
    operation.latency = std::max(0.0, meeting.least_end() - operation.queued);
    driver_.simulation.enqueue(*meeting.place->queue, std::move(operation));
    return;
  }
  operation.latency = meeting.work.latency_ns;
  if (meeting.work.bytes > 0 && !meeting.loads.empty()) {
    operation.amount = meeting.work.bytes * driver_.noise(meeting.loads.front().gpu);
    const double bytes = meeting.work.bytes;
    const auto add = [&](std::size_t resource, double load) {
      if (load > 0) operation.loads.push_back({resource, load / bytes});
    };
    operation.loads.push_back({meeting.place->pace, 1 / meeting.work.bytes_per_s});
    for (const MeetingLoad& load : meeting.loads) {
      const CudaDriver::Resources& own = driver_.resources(load.gpu);
      add(own.link_out, load.link_out_bytes);
      add(own.link_in, load.link_in_bytes);
      add(own.memory, load.memory_seconds);
      add(own.compute, load.compute_seconds);
    }
  }
  driver_.simulation.enqueue(*meeting.place->queue, std::move(operation));
}

void Meetings::finish(std::uint64_t id) {
  Meeting& meeting = *find(id);
  act(meeting);
  meeting.work.ended(meeting.work.data);
  *meeting.end = {true, driver_.simulation.now()};
  idle_.push_back(*meeting.place);
  drop(id);
}

void Meetings::cancel(std::uint64_t id) {
  Meeting* meeting = find(id);
  // What runs already comes to its end by itself.
  if (meeting == nullptr || meeting->state == State::running) return;
  *meeting->end = {true, driver_.simulation.now()};
  ++changes_;
  drop(id);
}

void Meetings::drop(std::uint64_t id) {
  const auto found = meetings_.find(id);
  if (found->second.described) found->second.work.drop(found->second.work.data);
  meetings_.erase(found);
}

void Meetings::act(Meeting& meeting) {
  for (const MeetingAccess& access : meeting.accesses) {
    const Block* block = driver_.memory.find(access.address);
    if (block != nullptr && block->gpu == access.gpu &&
        block->holds(access.address, access.bytes)) {
      continue;
    }
    const CallFailed failure(CUDA_ERROR_ILLEGAL_ADDRESS,
                             "a collective reaches " + std::to_string(access.bytes) +
                                 " bytes that are not all in one allocation of gpu" +
                                 std::to_string(access.gpu));
    explain("on the device", failure);
    driver_.contexts[static_cast<std::size_t>(access.gpu)].lost = failure;
    return;
  }
  for (const MeetingAccess& access : meeting.accesses) {
    if (driver_.contexts[static_cast<std::size_t>(access.gpu)].lost) return;
  }
  const auto versions = [&] {
    Versions now;
    for (const MeetingAccess& access : meeting.accesses) {
      const Block* block = driver_.memory.find(access.address);
      now.emplace_back(block, block->version);
    }
    return now;
  };
  const auto known = settled_.find(meeting.key);
  if (!meeting.key.empty() && known != settled_.end() && known->second == versions()) return;
  meeting.work.act(meeting.work.data);
  for (const MeetingAccess& access : meeting.accesses) {
    if (access.write) driver_.memory.written(*driver_.memory.find(access.address));
  }
  if (!meeting.key.empty()) settled_[meeting.key] = versions();
}

Nanoseconds Meetings::horizon() const {
  Nanoseconds earliest = never;
  for (const auto& [id, meeting] : meetings_) {
    if (meeting.state == State::waiting && meeting.work.hangs == 0) {
      earliest = std::min(earliest, meeting.least_end());
    }
  }
  return earliest;
}

bool Meetings::some_wait() const {
  return std::any_of(meetings_.begin(), meetings_.end(),
                     [](const auto& entry) { return entry.second.state == State::waiting; });
}

Meetings::Place Meetings::idle_place() {
  if (idle_.empty()) {
    return {&driver_.simulation.add_queue(), driver_.simulation.add_resource(1)};
  }
  const Place place = idle_.back();
  idle_.pop_back();
  return place;
}

}  // namespace plumbline::virtual_node
