#include "probes/virtual_node/simulation.h"

#include <algorithm>
#include <utility>

namespace plumbline::virtual_node {

std::size_t Simulation::add_resource(double capacity) {
  capacities_.push_back(capacity);
  passed_.push_back(0);
  return capacities_.size() - 1;
}

std::size_t Simulation::add_engines(unsigned count) {
  free_engines_.push_back(count);
  return free_engines_.size() - 1;
}

Nanoseconds Queue::Running::not_before() const {
  return operation.not_before ? operation.not_before(flows_from) : 0;
}

Queue& Simulation::add_queue() { return queues_.emplace_back(); }

void Simulation::remove(Queue& queue) {
  if (!queue.empty() && queue.operations_.front().started) {
    give_back_engine(queue.operations_.front());
  }
  queues_.remove_if([&](const Queue& candidate) { return &candidate == &queue; });
}

void Simulation::enqueue(Queue& queue, Operation operation) {
  queue.operations_.push_back({std::move(operation), false, 0, 0});
}

bool Simulation::run_until(const std::function<bool()>& done, Nanoseconds no_later_than) {
  while (!done()) {
    if (!step(no_later_than)) return false;
  }
  return true;
}

bool Simulation::run_to_next(Nanoseconds no_later_than) { return step(no_later_than); }

void Simulation::run_to(Nanoseconds time) {
  while (step(time)) {
  }
  now_ = std::max(now_, time);  // nothing was under way
}

void Simulation::start_ready() {
  std::vector<Queue*> ready;
  for (Queue& queue : queues_) {
    if (queue.empty()) continue;
    const Queue::Running& head = queue.operations_.front();
    const Moment* awaited = head.operation.waits_for.get();
    if (head.started || (awaited != nullptr && !awaited->reached)) continue;
    ready.push_back(&queue);
  }
  if (ready.size() > 1) {
    std::stable_sort(ready.begin(), ready.end(), [](const Queue* a, const Queue* b) {
      return a->operations_.front().operation.queued < b->operations_.front().operation.queued;
    });
  }
  for (Queue* queue : ready) {
    Queue::Running& head = queue->operations_.front();
    if (head.operation.engines) {
      unsigned& free = free_engines_[*head.operation.engines];
      if (free == 0) continue;
      --free;
    }
    // Not before now: what has been simulated is past, even for a thread of the host that lags.
    const Nanoseconds start = std::max({now_, head.operation.queued, queue->end_});
    head.started = true;
    head.flows_from = start + head.operation.latency;
    head.left = head.operation.amount;
  }
}

void Simulation::give_back_engine(const Queue::Running& done) {
  if (done.operation.engines) ++free_engines_[*done.operation.engines];
}

bool Simulation::finish_ended() {
  bool any = false;
  for (Queue& queue : queues_) {
    if (queue.empty()) continue;
    Queue::Running& head = queue.operations_.front();
    if (!head.started || head.flows_from > now_ || head.left > 0 || head.not_before() > now_) {
      continue;
    }
    give_back_engine(head);
    const Operation ended = std::move(head.operation);
    queue.operations_.pop_front();
    queue.end_ = now_;
    if (ended.act) ended.act();
    if (ended.reaches) *ended.reaches = {true, now_};
    any = true;
  }
  return any;
}

std::vector<double> Simulation::regulated_rates(const std::vector<const Operation*>& flowing) {
  std::vector<const Loads*> loads;
  for (const Operation* operation : flowing) loads.push_back(&operation->loads);
  std::vector<double> rates = fair_rates(capacities_, loads);
  if (regulator_ == nullptr) return rates;
  std::vector<Flowing> flows;
  for (std::size_t i = 0; i < flowing.size(); ++i) flows.push_back({flowing[i], rates[i]});
  return regulator_->regulate(now_, flows) ? fair_rates(capacities_, loads) : rates;
}

bool Simulation::step(Nanoseconds no_later_than) {
  start_ready();
  if (finish_ended()) return true;

  std::vector<Queue::Running*> flowing;
  std::vector<const Operation*> operations;
  Nanoseconds next = never;
  for (Queue& queue : queues_) {
    if (queue.empty() || !queue.operations_.front().started) continue;
    Queue::Running& head = queue.operations_.front();
    if (head.flows_from > now_) {
      next = std::min(next, head.flows_from);
    } else if (head.left <= 0) {
      next = std::min(next, head.not_before());
    } else {
      flowing.push_back(&head);
      operations.push_back(&head.operation);
    }
  }
  const std::vector<double> rates = regulated_rates(operations);
  const auto ends_at = [&](std::size_t i) {
    return now_ + flowing[i]->left / rates[i] * nanoseconds_per_second;
  };
  for (std::size_t i = 0; i < flowing.size(); ++i) next = std::min(next, ends_at(i));
  if (regulator_ != nullptr && !flowing.empty()) next = std::min(next, regulator_->next_change());
  const Nanoseconds until = std::min(next, no_later_than);
  if (until == never || until <= now_) return false;
  for (std::size_t i = 0; i < flowing.size(); ++i) {
    // What ends now ends exactly, whatever the subtraction would leave.
    const bool ends = ends_at(i) <= until;
    const double left =
        ends ? 0 : flowing[i]->left - rates[i] * (until - now_) / nanoseconds_per_second;
    for (const Load& load : operations[i]->loads) {
      passed_[load.resource] += (flowing[i]->left - left) * load.share;
    }
    flowing[i]->left = left;
  }
  now_ = until;
  finish_ended();
  return true;
}

}  // namespace plumbline::virtual_node
