#include "probes/efa/latency.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace plumbline::efa {
namespace {

constexpr double margin_s = 10;
constexpr double least_bytes_per_s = 10e6;

}  // namespace

HalfRoundTrips measure_latency(Crew& crew, const Site& from, const Site& to,
                               const PingPongSettings& settings, const SessionSettings& ends) {
  const Layout layout = both_ways(from, to);
  Session session(crew, layout, ends, settings.bytes, {settings.bytes, settings.bytes});
  const std::vector<std::size_t> both = {0, 1};
  const double stall_s =
      std::max(settings.stall_s, 2 * static_cast<double>(settings.bytes) / least_bytes_per_s);
  PingPongOrder order;
  order.operation = settings.operation;
  order.bytes = settings.bytes;
  order.seed = settings.bytes;
  order.warm_up_s = settings.warm_up_s;
  order.rounds = settings.rounds;
  order.most_s = settings.most_s;
  order.stall_s = stall_s;
  if (session.fault_of(0).empty()) {
    for (const std::size_t end : both) {
      order.begins = end == 0;
      order.to = session.target(end, 0, 0);
      session.tell(end, {{"ping_pong", order}});
    }
    session.await("ready", both, margin_s + stall_s);
    // Who answers first is ready first.
    session.tell(1, {{"go", true}});
    session.tell(0, {{"go", true}});
    session.await("measured", {0},
                  settings.warm_up_s + settings.most_s + 2 * stall_s + margin_s +
                      16 * static_cast<double>(settings.bytes) / least_bytes_per_s);
  }
  HalfRoundTrips result;
  if (session.is_good(0)) result.microseconds = session.answer(0).get<std::vector<double>>();
  for (const std::size_t end : both) session.tell(end, {{"stop", true}});
  session.await("finished", both, margin_s + stall_s);
  result.fault = session.fault_of(0);
  if (result.fault.empty()) {
    result.back = session.answer(0).at("wrong").get<WrongBytes>();
    result.there = session.answer(1).at("wrong").get<WrongBytes>();
    result.fault = fault_of(result.there->count != 0 ? *result.there : *result.back);
  }
  if (result.fault.empty() && result.microseconds.empty()) result.fault = "no round was timed";
  return result;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) throw std::invalid_argument("a percentile of no values");
  const auto place = std::lround(share * static_cast<double>(values.size() - 1));
  const auto at = values.begin() + place;
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace plumbline::efa
