#include "probes/harness/plan.h"

namespace plumbline {

std::string case_name(const Metric& metric, const Work& work) {
  std::string name = metric.name;
  if (work.host) name += '/' + work.host->host;
  name += '/' + work.subject;
  if (!work.peer.empty()) name += '>' + work.peer;
  if (work.bytes != 0) name += '/' + std::to_string(work.bytes);
  if (!work.params.empty()) name += '/' + format_params(work.params);
  return name;
}

Case& Plan::add(Case::Kind kind, const Metric& metric, Work work) {
  Case entry;
  entry.name = case_name(metric, work);
  entry.metric = &metric;
  entry.work = std::move(work);
  entry.kind = kind;
  return cases_.emplace_back(std::move(entry));
}

void Plan::rate(const Metric& metric, Work work, double amount, double unit_scale, Prepare prepare,
                Sampling sampling) {
  Case& entry = add(Case::Kind::rate, metric, std::move(work));
  entry.amount = amount / unit_scale;
  entry.prepare = std::move(prepare);
  entry.sampling = sampling;
}

void Plan::latency(const Metric& metric, Work work, double operations, double units_per_second,
                   Prepare prepare, Sampling sampling) {
  Case& entry = add(Case::Kind::latency, metric, std::move(work));
  entry.amount = operations / units_per_second;
  entry.prepare = std::move(prepare);
  entry.sampling = sampling;
}

void Plan::series(const Metric& metric, Work work, double seconds,
                  std::function<SampleSeries()> series) {
  Case& entry = add(Case::Kind::series, metric, std::move(work));
  entry.series = std::move(series);
  entry.sampling.min_seconds = entry.sampling.max_seconds = seconds;
}

void Plan::fact(const Metric& metric, Work work, std::function<Fact()> value) {
  add(Case::Kind::fact, metric, std::move(work)).fact = std::move(value);
}

void Plan::fact(const Metric& metric, Work work, FactValue value) {
  fact(metric, std::move(work), [value = std::move(value)] { return value; });
}

void Plan::skip(const Metric& metric, Work work, std::string reason) {
  add(Case::Kind::skip, metric, std::move(work)).reason = std::move(reason);
}

void Plan::device(Device device) { devices_.push_back(std::move(device)); }

void Plan::context(std::string key, std::string value, std::string host) {
  context_.push_back({std::move(host), std::move(key), std::move(value)});
}

void Plan::describes(std::string host, std::string instance_type) {
  described_host_ = HostIdentity{std::move(host), std::move(instance_type), "described machine"};
}

}  // namespace plumbline
