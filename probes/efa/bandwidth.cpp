#include "probes/efa/bandwidth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "probes/efa/stream.h"
#include "results/schema/number.h"

namespace plumbline::efa {
namespace {

using nlohmann::json;

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
/// Waits of the coordinator are longer than those of the ends, which know more about why.
constexpr double margin_s = 10;
/// Slower than this is a stall: how long one message may take.
constexpr double least_bytes_per_s = 10e6;
/// Initiator and target must agree.
constexpr double tolerance = 0.01;

/// Where software does the writes, one that the target is told of costs no more than another.
std::uint64_t burst_for(const std::string& provider, std::uint64_t bytes) {
  if (provider != "efa") return 1;
  return std::clamp<std::uint64_t>(mib / std::max<std::uint64_t>(1, bytes), 1, 16);
}

/// One measurement of all flows of a layout.
class Streams {
 public:
  Streams(Crew& crew, const Layout& layout, const StreamSettings& settings,
          const SessionSettings& ends)
      : layout_(layout),
        settings_(settings),
        orders_(orders()),
        session_(crew, layout, ends, orders_.out_bytes, orders_.in_bytes) {}

  std::vector<FlowResult> run();

 private:
  /// What each end is told, but for where its partners are.
  struct Orders {
    std::vector<StreamOrder> of_end;
    std::size_t out_bytes = 0;
    std::vector<std::size_t> in_bytes;
  };

  Orders orders() const;
  void begin();
  void count();
  void end();
  FlowResult result_of(std::size_t flow);
  std::vector<std::size_t> ends_that(const std::function<bool(std::size_t)>& apply) const;
  bool posts(std::size_t end) const { return flow_from(end).has_value(); }
  bool counts(std::size_t end) const {
    return settings_.operation == Operation::read ? posts(end) : orders_.of_end[end].sources > 0;
  }
  std::optional<std::size_t> flow_from(std::size_t end) const;
  std::size_t counting_end(std::size_t flow) const {
    const auto& [from, to] = layout_.flows[flow];
    return settings_.operation == Operation::read ? from : to;
  }
  double stall_s() const {
    return std::max(settings_.stall_s, static_cast<double>(settings_.bytes) / least_bytes_per_s);
  }

  const Layout& layout_;
  const StreamSettings& settings_;
  Orders orders_;
  Session session_;
  std::vector<std::uint32_t> tags_;  ///< of each flow, at the end that it goes to
  std::vector<Counted> counted_;     ///< of each end
  std::vector<std::uint64_t> completed_;
};

std::optional<std::size_t> Streams::flow_from(std::size_t end) const {
  for (std::size_t flow = 0; flow < layout_.flows.size(); ++flow) {
    if (layout_.flows[flow].from == end) return flow;
  }
  return std::nullopt;
}

std::vector<std::size_t> Streams::ends_that(const std::function<bool(std::size_t)>& apply) const {
  std::vector<std::size_t> ends;
  for (std::size_t end = 0; end < layout_.ends.size(); ++end) {
    if (apply(end)) ends.push_back(end);
  }
  return ends;
}

Streams::Orders Streams::orders() const {
  Orders orders;
  orders.of_end.resize(layout_.ends.size());
  StreamOrder order;
  order.operation = settings_.operation;
  order.bytes = settings_.bytes;
  order.window = settings_.window != 0 ? settings_.window : window_for(settings_.bytes);
  order.slots = settings_.working_set == 0
                    ? 1
                    : std::max(order.window, settings_.working_set / settings_.bytes);
  order.burst = burst_for(layout_.ends.front().rail.domain.provider, settings_.bytes);
  order.seed = settings_.bytes;
  order.warm_up_s = settings_.warm_up_s;
  order.stall_s = stall_s();
  for (StreamOrder& of_end : orders.of_end) of_end = order;
  for (const Layout::Flow& flow : layout_.flows) ++orders.of_end[flow.to].sources;
  orders.out_bytes = order.slots * order.bytes;
  for (const StreamOrder& of_end : orders.of_end) {
    orders.in_bytes.push_back(std::max<std::size_t>(of_end.bytes, Stream::in_bytes(of_end)));
  }
  return orders;
}

void Streams::begin() {
  const std::size_t part = orders_.of_end.front().slots * settings_.bytes;
  std::vector<std::uint32_t> met(layout_.ends.size());
  for (std::size_t flow = 0; flow < layout_.flows.size(); ++flow) {
    const auto& [from, to] = layout_.flows[flow];
    tags_.push_back(met[to]++);
    if (!session_.is_good(from) || !session_.is_good(to)) continue;
    orders_.of_end[from].to = {session_.target(flow, tags_[flow], tags_[flow] * part)};
  }
  const auto all = ends_that([](std::size_t) { return true; });
  for (const std::size_t end : all) session_.tell(end, {{"stream", orders_.of_end[end]}});
  session_.await("ready", all, stall_s() + 60);
  for (const std::size_t end : all) session_.tell(end, {{"go", true}});
}

void Streams::count() {
  const auto counting = ends_that([&](std::size_t end) { return counts(end); });
  session_.await("flowing", counting, settings_.warm_up_s + 2 * stall_s() + margin_s);
  CountOrder order;
  order.interval_s = settings_.interval_s;
  order.intervals = static_cast<std::uint64_t>(
      std::max(1.0, std::round(settings_.seconds / settings_.interval_s)));
  order.most_s = 1.5 * settings_.seconds;
  for (const std::size_t end : counting) session_.tell(end, {{"count", order}});
  session_.await("counted", counting, order.most_s + 2 * stall_s() + margin_s);
  for (const std::size_t end : counting) {
    if (session_.is_good(end)) counted_[end] = session_.answer(end).get<Counted>();
  }
}

void Streams::end() {
  const auto posting = ends_that([&](std::size_t end) { return posts(end); });
  for (const std::size_t end : posting) session_.tell(end, {{"stop", true}});
  session_.await("stopped", posting, 2 * stall_s() + margin_s);
  for (const std::size_t end : posting) {
    if (session_.is_good(end)) completed_[end] = session_.answer(end).get<std::uint64_t>();
  }
  const auto all = ends_that([](std::size_t) { return true; });
  for (const std::size_t end : all) {
    std::uint64_t expected = 0;
    for (std::size_t flow = 0; counts(end) && flow < layout_.flows.size(); ++flow) {
      if (counting_end(flow) == end) expected += completed_[layout_.flows[flow].from];
    }
    session_.tell(end, {{"finish", expected}});
  }
  session_.await("finished", all, 2 * stall_s() + 60);
}

FlowResult Streams::result_of(std::size_t flow) {
  FlowResult result;
  const std::size_t end = counting_end(flow);
  result.fault = session_.fault_of(flow);
  if (!result.fault.empty()) return result;

  const json& finished = session_.answer(end);
  const std::size_t source = settings_.operation == Operation::read ? 0 : tags_[flow];
  const auto arrived = finished.at("arrived").get<std::vector<std::uint64_t>>();
  const bool told_apart = settings_.operation != Operation::send || arrived.size() == 1;
  const std::uint64_t sent = completed_[layout_.flows[flow].from];
  result.wrong = finished.at("wrong").at(source).get<WrongBytes>();
  result.fault = fault_of(*result.wrong);
  if (!result.fault.empty()) return result;
  if (const json& path = session_.answer(layout_.flows[flow].from).at("path"); !path.is_null()) {
    result.fault = path.get<std::string>();
  } else if (told_apart &&
             std::abs(static_cast<double>(arrived.at(source)) - static_cast<double>(sent)) >
                 tolerance * static_cast<double>(sent)) {
    result.fault = fmt::format("{} messages arrived, {} were sent", arrived.at(source), sent);
  }
  if (!result.fault.empty()) return result;

  const Counted& counted = counted_[end];
  const double all = std::accumulate(counted.of_source.begin(), counted.of_source.end(), 0.0);
  result.share = all > 0 ? counted.of_source.at(source) / all : 0;
  for (std::size_t i = 0; i < counted.bytes.size(); ++i) {
    const double share = told_apart && counted.of_source.size() > 1 ? result.share : 1;
    result.gb_per_s.push_back(share * counted.bytes[i] / counted.seconds[i] / 1e9);
  }
  const StreamOrder& order = orders_.of_end[end];
  result.note = fmt::format("{} of {} at once, through {}", order.window, format_bytes(order.bytes),
                            format_bytes(order.slots * order.bytes));
  return result;
}

std::vector<FlowResult> Streams::run() {
  counted_.resize(layout_.ends.size());
  completed_.resize(layout_.ends.size());
  begin();
  count();
  end();
  std::vector<FlowResult> results;
  for (std::size_t flow = 0; flow < layout_.flows.size(); ++flow) {
    results.push_back(result_of(flow));
  }
  return results;
}

}  // namespace

std::uint64_t window_for(std::uint64_t bytes) {
  if (bytes <= 1024) return 512;
  if (bytes <= 8192) return 128;
  return std::clamp<std::uint64_t>(16 * mib / bytes, 2, 64);
}

std::vector<FlowResult> run_streams(Crew& crew, const Layout& layout,
                                    const StreamSettings& settings, const SessionSettings& ends) {
  return Streams(crew, layout, settings, ends).run();
}

}  // namespace plumbline::efa
