#include "probes/efa/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace plumbline::efa {
namespace {

using nlohmann::json;

constexpr double allot_s = 120;
constexpr double connect_s = 30;
/// For the other end of a flow that broke to say that it is there, also on a busy host, and then
/// what it sees of it.
constexpr double sign_of_life_s = 5;
constexpr double last_words_s = 0.5;

/// One core for each end, as near to its rail as there are any; all near cores where there are more
/// ends than cores.
std::vector<unsigned> cpus_for(const Site& site, std::size_t nth_of_host,
                               std::size_t ends_of_host) {
  if (ends_of_host >= site.cores_of_host || site.rail.cores.empty()) return site.rail.cores;
  return {site.rail.cores[nth_of_host % site.rail.cores.size()]};
}

}  // namespace

Layout one_way(const Site& from, const Site& to) { return {{from, to}, {{0, 1}}}; }

Layout both_ways(const Site& a, const Site& b) { return {{a, b}, {{0, 1}, {1, 0}}}; }

Layout side_by_side(const std::vector<Layout>& layouts) {
  Layout all;
  for (const Layout& layout : layouts) {
    const std::size_t first = all.ends.size();
    all.ends.insert(all.ends.end(), layout.ends.begin(), layout.ends.end());
    for (const Layout::Flow& flow : layout.flows) {
      all.flows.push_back({first + flow.from, first + flow.to});
    }
  }
  return all;
}

Layout all_into(const std::vector<Site>& from, const Site& to) {
  Layout layout{from, {}};
  layout.ends.push_back(to);
  for (std::size_t i = 0; i < from.size(); ++i) layout.flows.push_back({i, from.size()});
  return layout;
}

Session::Session(Crew& crew, const Layout& layout, const SessionSettings& settings,
                 std::size_t out_bytes, const std::vector<std::size_t>& in_bytes)
    : crew_(crew), layout_(layout), ends_(layout.ends.size()) {
  for (const Layout::Flow& flow : layout.flows) {
    ends_[flow.from].partners.push_back(flow.to);
    ends_[flow.to].partners.push_back(flow.from);
  }
  for (End& end : ends_) {
    std::sort(end.partners.begin(), end.partners.end());
    end.partners.erase(std::unique(end.partners.begin(), end.partners.end()), end.partners.end());
  }
  std::vector<std::size_t> all(ends_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;

  open(layout, settings);
  await("opened", all, settings.open_s);
  for (const std::size_t i : all) {
    if (!is_good(i)) continue;
    ends_[i].opened = ends_[i].answer.get<Opened>();
    const OfferedDomain& expected = layout.ends[i].rail.domain;
    if (ends_[i].opened.provider != expected.provider ||
        ends_[i].opened.fabric != expected.fabric) {
      fail(i, fmt::format("libfabric opened {} of {}, expected {} of {}", ends_[i].opened.fabric,
                          ends_[i].opened.provider, expected.fabric, expected.provider));
    }
  }
  for (const std::size_t i : all) tell(i, {{"allot", {{"out", out_bytes}, {"in", in_bytes[i]}}}});
  await("allotted", all, allot_s);
  for (const std::size_t i : all) {
    if (is_good(i)) ends_[i].memory = ends_[i].answer.get<RemoteMemory>();
  }
  for (const std::size_t i : all) {
    json names = json::array();
    for (const std::size_t partner : ends_[i].partners) {
      if (is_good(partner)) names.push_back(ends_[partner].opened.name);
    }
    if (names.size() == ends_[i].partners.size()) tell(i, {{"connect", names}});
  }
  std::vector<std::size_t> connecting;
  for (const std::size_t i : all) {
    if (std::all_of(ends_[i].partners.begin(), ends_[i].partners.end(),
                    [&](std::size_t partner) { return is_good(partner); })) {
      connecting.push_back(i);
    }
  }
  await("connected", connecting, connect_s);
  for (const std::size_t i : connecting) {
    if (is_good(i)) ends_[i].addresses = ends_[i].answer.get<std::vector<std::uint64_t>>();
  }
}

Session::~Session() {
  std::vector<WorkerId> workers;
  for (const End& end : ends_) {
    if (end.worker != 0 && !end.is_lost) workers.push_back(end.worker);
  }
  try {
    crew_.dismiss(workers);
  } catch (const std::exception&) {
    // A host that is lost has taken its workers with it.
  }
}

void Session::open(const Layout& layout, const SessionSettings& settings) {
  std::map<unsigned, std::size_t> ends_of_host, seen_of_host;
  for (const Site& site : layout.ends) ++ends_of_host[site.rank];
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    const Site& site = layout.ends[i];
    const std::size_t count = ends_of_host[site.rank];
    OpenOrder order = site.rail.open;
    order.cpus = cpus_for(site, seen_of_host[site.rank]++, count);
    order.spins = settings.spin == SessionSettings::Spin::automatic
                      ? count <= site.cores_of_host
                      : settings.spin == SessionSettings::Spin::yes;
    try {
      ends_[i].worker = crew_.start(site.rank);
      crew_.tell(ends_[i].worker, {{"open", order}});
    } catch (const std::exception& error) {
      fail(i, error.what());
      ends_[i].is_lost = true;
    }
  }
}

Target Session::target(std::size_t flow, std::uint32_t tag, std::size_t offset) const {
  const auto [from, to] = layout_.flows[flow];
  const std::vector<std::size_t>& partners = ends_[from].partners;
  const auto at = std::find(partners.begin(), partners.end(), to) - partners.begin();
  Target target;
  target.address = ends_[from].addresses.at(static_cast<std::size_t>(at));
  target.memory = ends_[to].memory;
  target.memory.base += offset;
  target.tag = tag;
  return target;
}

void Session::tell(std::size_t end, const json& order) {
  if (is_good(end)) crew_.tell(ends_[end].worker, order);
}

void Session::fail(std::size_t end, std::string fault) {
  if (ends_[end].fault.empty()) ends_[end].fault = std::move(fault);
}

void Session::ask_partners(std::size_t end) {
  for (const std::size_t partner : ends_[end].partners) {
    End& other = ends_[partner];
    if (other.was_asked || !other.fault.empty()) continue;
    other.was_asked = true;
    other.is_there = false;
    other.last_words = deadline_in(sign_of_life_s);
    crew_.tell(other.worker, {{"ping", 1}});
  }
}

void Session::take(const Report& report, const char* key) {
  const auto found = std::find_if(ends_.begin(), ends_.end(), [&](const End& end) {
    return end.worker == report.worker && !end.is_lost;
  });
  if (found == ends_.end()) return;
  const auto at = static_cast<std::size_t>(found - ends_.begin());
  const json& message = report.message;
  if (message.contains("lost")) {
    found->is_lost = true;
    // One that has said why it gives up ends too; the reason is what counts.
    fail(at, "its process ended: " + message.at("lost").get<std::string>());
  } else if (message.contains("failed")) {
    found->is_there = true;
    fail(at, message.at("failed").get<std::string>());
  } else if (message.contains("pong")) {
    found->is_there = true;
    found->last_words = std::min(found->last_words, deadline_in(last_words_s));
    return;
  } else if (message.contains(key)) {
    found->is_there = true;
    found->answer = message.at(key);
    found->has_answered = true;
    return;
  } else {
    return;  // about a step that is over
  }
  ask_partners(at);
}

void Session::await(const char* key, const std::vector<std::size_t>& ends, double limit_s) {
  for (const std::size_t i : ends) ends_[i].has_answered = false;
  const Deadline deadline = deadline_in(limit_s);
  while (true) {
    Deadline next = deadline;
    std::vector<std::size_t> pending;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const End& end = ends_[i];
      const bool is_due = !end.has_answered && std::find(ends.begin(), ends.end(), i) != ends.end();
      if (!end.fault.empty() || (!is_due && !end.was_asked)) continue;
      if (end.was_asked) {
        if (has_passed(end.last_words)) continue;
        next = std::min(next, end.last_words);
      }
      pending.push_back(i);
    }
    if (pending.empty()) break;
    if (has_passed(deadline)) {
      for (const std::size_t i : pending) {
        fail(i, fmt::format("no \"{}\" within {:.0f} s", key, limit_s));
        ask_partners(i);
      }
      continue;
    }
    if (const auto report = crew_.hear(next)) take(*report, key);
  }
  // What shared a flow with an end that broke is of no use for another one.
  for (End& end : ends_) {
    if (!end.was_asked || !end.fault.empty()) continue;
    end.fault = end.is_there ? "answers" : "does not answer: its process hangs or was stopped";
  }
}

std::string Session::name_of(std::size_t end) const {
  const Site& site = layout_.ends[end];
  const bool one_host =
      std::all_of(layout_.ends.begin(), layout_.ends.end(),
                  [&](const Site& other) { return other.rank == layout_.ends[0].rank; });
  return one_host ? site.rail.subject : site.host + '/' + site.rail.subject;
}

std::string Session::fault_of(std::size_t flow) const {
  const auto [from, to] = layout_.flows[flow];
  if (is_good(from) && is_good(to)) return "";
  std::string text = fmt::format("{} > {}", name_of(from), name_of(to));
  const auto add = [&](const char* role, std::size_t end) {
    if (!ends_[end].fault.empty()) text += fmt::format("; {}: {}", role, ends_[end].fault);
  };
  add("sender", from);
  add("receiver", to);
  return text;
}

}  // namespace plumbline::efa
