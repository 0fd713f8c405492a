#include "probes/efa/counter_rows.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <stdexcept>

#include "probes/efa/device_counters.h"
#include "probes/efa/metrics.h"
#include "probes/harness/skip.h"

namespace plumbline::efa {
namespace {

constexpr double reading_s = 30;

/// Read by a process on the device's host.
DeviceState ask(Crew& crew, unsigned rank, const std::string& device) {
  const WorkerId worker = crew.start(rank);
  crew.tell(worker, {{"device", device}});
  const auto report = crew.hear(deadline_in(reading_s));
  crew.dismiss(std::span(&worker, 1));
  if (!report) throw std::runtime_error("its counters were not read in time");
  for (const char* fault : {"failed", "lost"}) {
    if (report->message.contains(fault)) {
      throw std::runtime_error(report->message.at(fault).get<std::string>());
    }
  }
  return report->message.at("device").get<DeviceState>();
}

}  // namespace

struct CounterRows::Device {
  std::shared_ptr<Bench> bench;
  unsigned rank = 0;
  std::string name;
  std::optional<DeviceState> before, after;
  std::string why_not;

  void read(std::optional<DeviceState>& into) {
    try {
      into = ask(*bench->crew, rank, name);
    } catch (const std::exception& error) {
      why_not = error.what();
    }
  }

  /// A peer that dies makes errors here too, and what did not work has its own row.
  Fact grown_of_itself(const std::string& counter) {
    if (!bench->first_fault.empty()) {
      throw Skip("a path did not work, and its ends count that: " + bench->first_fault);
    }
    return grown(counter);
  }

  Fact grown(const std::string& counter) {
    if (before && !after) read(after);
    if (!before || !after) throw std::runtime_error(why_not);
    for (const std::string& refused : after->unreadable) {
      if (refused == counter) throw Skip(counter + " is there, but the kernel does not read it");
    }
    const auto by = growth(*before, *after, counter);
    if (!by) throw Skip("this driver or device does not count " + counter);
    return Fact(static_cast<double>(*by),
                fmt::format("from {} to {}", before->counters[counter], after->counters[counter]));
  }
};

CounterRows::CounterRows(std::shared_ptr<Bench> bench, const std::vector<HostRails>& hosts)
    : bench_(std::move(bench)), hosts_(hosts) {
  for (unsigned rank = 0; rank < hosts.size(); ++rank) {
    for (const Rail& rail : hosts[rank].rails) {
      if (rail.domain.provider != "efa") continue;
      auto device = std::make_shared<Device>();
      device->bench = bench_;
      device->rank = rank;
      device->name = rail.subject;
      if (bench_->crew) device->read(device->before);
      devices_.push_back(std::move(device));
    }
  }
}

void CounterRows::add_to(Plan& plan) const {
  for (const auto& device : devices_) {
    Work work;
    const HostRails& host = hosts_[device->rank];
    if (device->rank != 0) work.host = HostIdentity{host.host, host.instance_type, ""};
    work.subject = device->name;
    work.transport = "efa";
    if (hosts_.size() > 1) work.params.set("nodes", std::to_string(hosts_.size()));
    const auto add = [&](const Metric& metric, const char* counter, auto grown) {
      work.params.set("counter", counter);
      plan.fact(metric, work, [device, name = std::string(counter), grown] {
        return std::invoke(grown, *device, name);
      });
    };
    for (const char* counter : error_counters)
      add(errors_metric, counter, &Device::grown_of_itself);
    for (const char* counter : traffic_counters) add(carried_metric, counter, &Device::grown);
    if (!device->before) continue;
    for (const auto& [name, value] : device->before->attributes) {
      plan.context(device->name + '.' + name, value, device->rank == 0 ? std::string() : host.host);
    }
  }
}

}  // namespace plumbline::efa
