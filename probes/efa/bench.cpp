#include "probes/efa/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace plumbline::efa {
namespace {

/// Below this, what a message costs does not depend on where its bytes are.
constexpr std::uint64_t least_walking_bytes = 4096;
constexpr double opening_s = 0.5;

/// Remembers that this row was read; true if it had been.
bool read_before(std::vector<bool>& read, std::size_t row) {
  if (read.size() <= row) read.resize(row + 1);
  const bool before = read[row];
  read[row] = true;
  return before;
}

SampleSeries series_of(std::vector<double> values, std::string note) {
  if (values.empty()) throw std::runtime_error("no interval was counted");
  return {std::move(values), 0, std::move(note)};
}

}  // namespace

std::string Bench::whose(const Site& from, const Site& to) const {
  std::string name = from.host + '/' + from.rail.subject;
  if (!by_sender) name += '>' + to.host + '/' + to.rail.subject;
  return name;
}

void Bench::keep(const Site& from, const Site& to, const std::optional<WrongBytes>& wrong) {
  if (!wrong) return;
  try {
    data->look(whose(from, to), [&] {
      if (wrong->count != 0) throw WrongData(wrong->sentence(), wrong->count);
    });
  } catch (const WrongData&) {
    // Kept; whose rate it would have been fails of it.
  }
}

JointStreams::JointStreams(std::shared_ptr<Bench> bench, Layout layout, Operation operation,
                           std::uint64_t bytes)
    : bench_(std::move(bench)), layout_(std::move(layout)), settings_(bench_->stream) {
  settings_.operation = operation;
  settings_.bytes = bytes;
  settings_.working_set = bench_->working_set;
  if (bytes < least_walking_bytes && settings_.working_set != 0) settings_.working_set = bytes;
}

const std::vector<FlowResult>& JointStreams::results(std::size_t row) {
  if (read_before(read_, row) || !results_) {
    read_.assign(row + 1, false);
    read_[row] = true;
    results_ = run_streams(*bench_->crew, layout_, settings_, bench_->ends);
    for (std::size_t flow = 0; flow < results_->size(); ++flow) {
      const FlowResult& result = (*results_)[flow];
      if (bench_->first_fault.empty()) bench_->first_fault = result.fault;
      const Site& from = layout_.ends[layout_.flows[flow].from];
      const Site& to = layout_.ends[layout_.flows[flow].to];
      // What is read comes from the end that it is asked of.
      const bool is_read = settings_.operation == Operation::read;
      bench_->keep(is_read ? to : from, is_read ? from : to, result.wrong);
    }
  }
  return *results_;
}

SampleSeries JointStreams::flow(std::size_t flow) {
  const FlowResult& result = results(flow).at(flow);
  if (!result.fault.empty()) throw std::runtime_error(result.fault);
  return series_of(result.gb_per_s, result.note);
}

SampleSeries JointStreams::sum() {
  const std::vector<FlowResult>& all = results(layout_.flows.size());
  std::vector<double> sum = all.front().gb_per_s;
  std::fill(sum.begin(), sum.end(), 0);
  std::size_t broken = 0;
  std::string fault;
  for (const FlowResult& result : all) {
    if (!result.fault.empty()) {
      if (broken++ == 0) fault = result.fault;
      continue;
    }
    sum.resize(std::min(sum.size(), result.gb_per_s.size()));
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += result.gb_per_s[i];
  }
  if (broken != 0) {
    throw std::runtime_error(
        fmt::format("{} of {} streams broke, the first: {}", broken, all.size(), fault));
  }
  return series_of(std::move(sum), all.front().note);
}

Fact JointStreams::fairness() {
  const std::vector<FlowResult>& all = results(layout_.flows.size() + 1);
  double sum = 0, squares = 0;
  for (const FlowResult& result : all) {
    if (!result.fault.empty()) throw std::runtime_error(result.fault);
    sum += result.share;
    squares += result.share * result.share;
  }
  return sum * sum / (static_cast<double>(all.size()) * squares);
}

SampleSeries JointStreams::rate(std::size_t flow) {
  SampleSeries series = this->flow(flow);
  for (double& value : series.values) value *= 1e9 / static_cast<double>(settings_.bytes);
  return series;
}

JointLatency::JointLatency(std::shared_ptr<Bench> bench, Site from, Site to, Operation operation,
                           std::uint64_t bytes)
    : bench_(std::move(bench)),
      from_(std::move(from)),
      to_(std::move(to)),
      settings_(bench_->latency) {
  settings_.operation = operation;
  settings_.bytes = bytes;
}

const HalfRoundTrips& JointLatency::trips(std::size_t row) {
  if (read_before(read_, row) || !trips_) {
    read_.assign(row + 1, false);
    read_[row] = true;
    trips_ = measure_latency(*bench_->crew, from_, to_, settings_, bench_->ends);
    if (bench_->first_fault.empty()) bench_->first_fault = trips_->fault;
    bench_->keep(from_, to_, trips_->there);
    bench_->keep(to_, from_, trips_->back);
  }
  if (!trips_->fault.empty()) throw std::runtime_error(trips_->fault);
  return *trips_;
}

SampleSeries JointLatency::rounds() {
  const std::vector<double>& values = trips(0).microseconds;
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return series_of(values, fmt::format("mean {:.4g} us", mean));
}

Fact JointLatency::percentile(std::size_t row, double share) {
  const std::vector<double>& values = trips(row).microseconds;
  return Fact(efa::percentile(values, share), fmt::format("of {} rounds", values.size()));
}

double seconds_of(const StreamSettings& settings) {
  return settings.warm_up_s + settings.seconds + opening_s;
}

double seconds_of(const PingPongSettings& settings) { return settings.warm_up_s + opening_s + 0.5; }

}  // namespace plumbline::efa
