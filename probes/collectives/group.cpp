#include "probes/collectives/group.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "probes/harness/skip.h"

namespace plumbline::collectives {
namespace {

/// After its own part is done or given up, for the others: each of them may have to wait out its
/// patience and end what hangs by force; to find out who is to blame it tries its GPUs in pairs.
constexpr double answer_margin_s = 20;
constexpr double diagnosis_patiences = 5;

/// Whether what goes wrong in it leaves NCCL's work behind, on this host or on others.
bool communicates(Order::Kind kind) {
  return kind == Order::Kind::come || kind == Order::Kind::run || kind == Order::Kind::times;
}

}  // namespace

Group::Group(Part own, std::unique_ptr<Leader> leader)
    : own_(std::move(own)), leader_(std::move(leader)) {
  if (alone()) return;
  hosts_ = leader_->size();
  own_.watch_with([this] {
    while (hear(Deadline())) {
    }
    if (is_over()) throw Interrupted("another host of the group failed");
  });
}

Group::~Group() {
  if (alone()) return;
  for (int host = 1; host < hosts_; ++host) {
    try {
      if (!leader_->is_lost(host)) leader_->send(host, {{"end", true}}, deadline_in(telling_s));
    } catch (const std::exception&) {
      // It needs no order any more.
    }
  }
}

int Group::come() {
  if (came_ && own_.has_come()) return multicast_ranks_;
  Order order;
  order.size = ranks();
  if (alone() || lost_.empty()) {
    nccl::UniqueId id{};
    own_.nccl().library->call().unique_id(&id);
    order.id = text_of(id);
  }
  const std::vector<Outcome> outcomes = perform(order);
  multicast_ranks_ = 0;
  networks_.clear();
  bool all_say = true;
  for (const Outcome& outcome : outcomes) {
    all_say = all_say && outcome.multicast_ranks >= 0;
    multicast_ranks_ += outcome.multicast_ranks;
    networks_.insert(outcome.network);
  }
  if (!all_say) multicast_ranks_ = -1;
  came_ = true;
  return multicast_ranks_;
}

std::vector<Outcome> Group::perform(const Order& order) {
  if (!lost_.empty()) throw std::runtime_error("not tried: " + lost_);
  std::vector<Outcome> outcomes = attempt(order);
  if (failed_.empty()) return outcomes;
  if (communicates(order.kind)) came_ = false;
  const std::vector<FailedHost> failed = failed_;
  const std::exception_ptr own_exception = own_exception_;
  clean_up(order);
  failed_ = failed;
  own_exception_ = own_exception;
  fail();
}

std::vector<Outcome> Group::attempt(const Order& order) {
  ++step_;
  pending_.clear();
  failed_.clear();
  own_exception_ = nullptr;
  outcomes_.assign(static_cast<std::size_t>(hosts_), {});
  tell(order);
  do_own_part(order);
  const double patiences = order.diagnose ? diagnosis_patiences : 1;
  if (!pending_.empty()) collect(patiences * own_.nccl().patience_s + answer_margin_s);
  return std::move(outcomes_);
}

void Group::tell(const Order& order) {
  Order theirs = order;
  for (int host = 1; host < hosts_; ++host) {
    if (gone_.contains(host)) continue;
    theirs.first = host * static_cast<int>(own_.machine().gpus.size());
    try {
      leader_->send(host, {{"step", step_}, {"order", theirs}}, deadline_in(telling_s));
      pending_.insert(host);
    } catch (const RankLost& lost) {
      note(host, {Failure::Kind::lost, lost.what()});
    }
  }
}

void Group::do_own_part(const Order& order) {
  try {
    if (communicates(order.kind) && is_over()) throw Interrupted("another host is lost");
    outcomes_[0] = own_.carry_out(order);
  } catch (...) {
    own_exception_ = std::current_exception();
    note(0, current_failure());
  }
}

/// True if something was heard.
bool Group::hear(Deadline deadline) {
  if (pending_.empty()) return false;
  try {
    const auto received = leader_->receive(deadline);
    if (received) take(*received);
    return received.has_value();
  } catch (const RankLost& lost) {
    note(lost.rank(), {Failure::Kind::lost, lost.what()});
    return true;
  }
}

void Group::take(const Leader::Received& received) {
  const nlohmann::json& message = received.message;
  try {
    if (message.at("step").get<int>() != step_ || !pending_.contains(received.rank)) return;
    if (message.contains("failure")) {
      note(received.rank, message.at("failure").get<Failure>());
      return;
    }
    outcomes_[static_cast<std::size_t>(received.rank)] = message.at("outcome").get<Outcome>();
    pending_.erase(received.rank);
  } catch (const std::exception& error) {
    note(received.rank, {Failure::Kind::failed,
                         fmt::format("says what no host of a group says: {}", error.what())});
  }
}

void Group::collect(double limit_s) {
  const Deadline deadline = deadline_in(limit_s);
  bool stopped = false;
  while (!pending_.empty()) {
    if (!failed_.empty() && !stopped) {
      stop();
      stopped = true;
    }
    if (hear(deadline) || !has_passed(deadline)) continue;
    while (!pending_.empty()) {
      const int host = *pending_.begin();
      note(host, {Failure::Kind::lost, fmt::format("rank {} on {} did not answer within {} s", host,
                                                   leader_->rank(host).host, limit_s)});
    }
  }
}

void Group::stop() {
  for (const int host : std::set<int>(pending_)) {
    try {
      leader_->send(host, {{"stop", step_}}, deadline_in(telling_s));
    } catch (const RankLost& lost) {
      note(host, {Failure::Kind::lost, lost.what()});
    }
  }
}

void Group::note(int host, Failure failure) {
  pending_.erase(host);
  if (failure.kind == Failure::Kind::lost) {
    gone_.insert(host);
    if (lost_.empty()) lost_ = failure.text;
  }
  // A lost one's sentence has its name.
  const bool named = failure.kind == Failure::Kind::lost || alone();
  failed_.push_back({named ? "" : leader_->rank(host).host, std::move(failure)});
}

/// There is no use in waiting for the others. That one waits in vain is none: so do all, and those
/// that are to blame should be found out by then.
bool Group::is_over() const {
  return std::any_of(failed_.begin(), failed_.end(), [](const FailedHost& each) {
    return each.failure.kind != Failure::Kind::stuck;
  });
}

/// After a step that failed: nobody keeps anything of it.
void Group::clean_up(const Order& order) {
  diagnoses_.clear();
  diagnosed_ = false;
  Order after;
  after.kind = Order::Kind::give_back;
  if (!alone() && communicates(order.kind)) {
    const auto why = reasons(failed_);
    after.kind = Order::Kind::abandon;
    after.diagnose = why.front().failure.kind == Failure::Kind::stuck;
  }
  const std::vector<Outcome> outcomes = attempt(after);
  for (int host = 0; host < hosts_ && after.diagnose; ++host) {
    const Outcome& outcome = outcomes[static_cast<std::size_t>(host)];
    diagnosed_ = diagnosed_ || !outcome.diagnosis.empty();
    if (!outcome.names_someone) continue;
    diagnoses_.push_back({leader_->rank(host).host, {Failure::Kind::stuck, outcome.diagnosis}});
  }
}

void Group::fail() {
  if (alone()) std::rethrow_exception(own_exception_);
  const std::vector<FailedHost> why = reasons(failed_);
  std::vector<FailedHost> waited = why;
  switch (why.front().failure.kind) {
    case Failure::Kind::skipped:
      throw Skip(sentence_about(why));
    case Failure::Kind::stuck:
      // All say the same; whom it is about is said behind it.
      for (FailedHost& each : waited) each.host.clear();
      if (!diagnosed_) throw RanksStuck(sentence_about(waited), true);
      if (diagnoses_.empty()) {
        throw RanksStuck(sentence_about(waited) +
                             ": on each host any two GPUs can exchange 8 bytes, so what is between "
                             "the hosts is in question",
                         false);
      }
      throw RanksStuck(sentence_about(waited) + ": " + sentence_about(diagnoses_), true);
    default:
      throw std::runtime_error(sentence_about(why));
  }
}

void Group::give_back() noexcept {
  try {
    if (!lost_.empty() && !alone()) return;
    Order order;
    order.kind = Order::Kind::give_back;
    attempt(order);
  } catch (...) {
    // Whatever it is, the next step meets it again.
  }
}

}  // namespace plumbline::collectives
