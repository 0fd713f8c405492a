#pragma once

#include <functional>
#include <string>
#include <vector>

#include "probes/efa/bandwidth.h"
#include "probes/efa/crew.h"
#include "probes/efa/rail.h"

namespace plumbline::efa {

/// The provider over TCP of this release, and the one over shared memory.
std::vector<std::string> loopback_providers();

/// A rail of this host that needs no device.
Site loopback_site(const std::string& provider);

/// Little of everything, and ends that leave the CPU to others.
StreamSettings short_streams(Operation operation, std::uint64_t bytes);
SessionSettings polite_ends();

/// Workers to which something happens: `before` is called for each order, which it may change.
class MishapCrew : public Crew {
 public:
  using Before = std::function<void(MishapCrew& crew, WorkerId worker, nlohmann::json& order)>;
  explicit MishapCrew(Before before) : crew_(this_program()), before_(std::move(before)) {}

  WorkerId start(unsigned rank) override { return crew_.start(rank); }
  void tell(WorkerId worker, const nlohmann::json& order) override {
    nlohmann::json changed = order;
    before_(*this, worker, changed);
    crew_.tell(worker, changed);
  }
  std::optional<Report> hear(Deadline deadline) override { return crew_.hear(deadline); }
  void dismiss(std::span<const WorkerId> workers) override { crew_.dismiss(workers); }
  void signal(WorkerId worker, int number);

 private:
  LocalCrew crew_;
  Before before_;
};

}  // namespace plumbline::efa
