#include "probes/collectives/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "probes/gpu/pieces.h"
#include "probes/harness/data_checks.h"
#include "probes/harness/sampler.h"
#include "probes/harness/skip.h"

namespace plumbline::collectives {
namespace {

constexpr std::size_t most_rounds = 256;
constexpr std::size_t most_sets = 8;
/// Four sets are enough for what is large: filling them again takes longer than the rounds.
constexpr std::size_t most_consumed_bytes = std::size_t{64} << 20;
/// A rank that no communicator has: what its pieces hold is no one's result.
constexpr unsigned nobody = 1U << 20;
/// Left free on each GPU for NCCL's own buffers, which come with the first operations.
constexpr std::size_t spare_bytes = std::size_t{1} << 30;

double in_gib(std::size_t bytes) { return static_cast<double>(bytes) / (std::size_t{1} << 30); }

std::size_t send_bytes(const Layout& layout) {
  return layout.send_pieces * layout.count * sizeof(float);
}
std::size_t receive_bytes(const Layout& layout) {
  return layout.receive_pieces * layout.count * sizeof(float);
}

}  // namespace

Exchange::Exchange(std::shared_ptr<const Ranks> ranks, const Task& task)
    : ranks_(std::move(ranks)),
      task_(task),
      what_(fmt::format("{} of {} bytes", name_of(task.operation), task.bytes)) {
  if (task_.registered) {
    const std::string why_not = ranks_->library().why_not_registered();
    if (!why_not.empty()) throw Skip(why_not);
  }
  for (std::size_t i = 0; i < ranks_->local(); ++i) {
    const Workbench& bench = ranks_->bench(i);
    layouts_.push_back(layout_of(task_.operation, ranks_->size(), ranks_->rank(i), task_.bytes));
    reports_.push_back(std::make_unique<CheckReport>(bench));
    fill_.push_back(bench.code.kernel("fill_piece"));
    check_.push_back(bench.code.kernel("check_sum_of_pieces"));
  }
  const std::size_t sets = set_count();
  sets_.resize(ranks_->local());
  for (std::size_t i = 0; i < ranks_->local(); ++i) {
    for (std::size_t k = 0; k < sets; ++k) sets_[i].push_back(make_set(i));
  }
  for (std::size_t i = 0; i < ranks_->local(); ++i) {
    for (const Set& set : sets_[i]) fill_set(i, set);
  }
}

std::size_t Exchange::rounds_at_most() const { return consumes() ? sets() : most_rounds; }

/// Before `rounds` rounds: makes the result that the last of them will leave unlike what it
/// should become, and what is consumed what it was.
void Exchange::restore(std::size_t rounds) {
  last_set_ = (rounds - 1) % sets();
  for (std::size_t i = 0; i < ranks_->local(); ++i) {
    for (std::size_t k = 0; k < sets(); ++k) {
      if (k != last_set_ && !consumes()) continue;
      const Set& set = sets_[i][k];
      if (!consumes()) fill_pieces(i, set.to, layouts_[i].receive_pieces, nobody);
      if (task_.in_place) fill_set(i, set);
    }
  }
  ranks_->wait(what_ + ": preparing");
}

double Exchange::run(std::size_t rounds, const LineUp& line_up) {
  restore(rounds);
  if (line_up) line_up();
  const double begin = monotonic_seconds();
  for (std::size_t round = 0; round < rounds; ++round) queue_round(round);
  ranks_->wait(what_);
  return (monotonic_seconds() - begin) / static_cast<double>(rounds);
}

std::vector<double> Exchange::times(std::size_t rounds, const LineUp& line_up) {
  restore(rounds);
  if (line_up) line_up();
  std::vector<std::vector<std::unique_ptr<cuda::Event>>> events(ranks_->local());
  const auto mark = [&] {
    for (std::size_t i = 0; i < ranks_->local(); ++i) {
      events[i].push_back(std::make_unique<cuda::Event>(ranks_->bench(i).context));
      events[i].back()->record(ranks_->bench(i).stream);
    }
  };
  mark();
  for (std::size_t round = 0; round < rounds; ++round) {
    queue_round(round);
    mark();
  }
  ranks_->wait(what_);
  std::vector<double> seconds;
  for (std::size_t round = 0; round < rounds; ++round) {
    double slowest = 0;
    for (const auto& of_rank : events) {
      slowest = std::max(slowest, of_rank[round + 1]->seconds_since(*of_rank[round]));
    }
    seconds.push_back(slowest);
  }
  return seconds;
}

void Exchange::queue_round(std::size_t round) const {
  const std::size_t k = round % sets();
  ranks_->group(what_, [&] {
    for (std::size_t i = 0; i < ranks_->local(); ++i) {
      const Set& set = sets_[i][k];
      // A rank that does not send (or receive) gives the buffer that it has.
      const cuda::DeviceAddress from = set.from != 0 ? set.from : set.to;
      const cuda::DeviceAddress to = set.to != 0 ? set.to : set.from;
      queue(task_.operation, *ranks_, i, reinterpret_cast<const void*>(from),
            reinterpret_cast<void*>(to), layouts_[i].count);
    }
  });
}

std::vector<Looked> Exchange::verify() const {
  std::vector<Looked> all;
  for (std::size_t i = 0; i < ranks_->local(); ++i) {
    if (layouts_[i].receive_pieces == 0) continue;
    Looked& looked = all.emplace_back(Looked{ranks_->bench(i).gpu.subject});
    for (std::size_t piece = 0; piece < layouts_[i].receive_pieces; ++piece) {
      try {
        check(i, piece);
      } catch (const WrongData& wrong) {
        looked.wrong += wrong.values();
        looked.text += (looked.text.empty() ? "" : "; ") + std::string(wrong.what());
      }
    }
  }
  return all;
}

std::size_t Exchange::set_bytes(const Layout& layout) const {
  return task_.in_place ? std::max(send_bytes(layout), receive_bytes(layout))
                        : send_bytes(layout) + receive_bytes(layout);
}

/// Rounds take turns on several sets, so that small ones do not all work in the last cache; what
/// a round in place consumes must be there for every round of a sample.
std::size_t Exchange::set_count() const {
  std::size_t count = most_sets;
  for (std::size_t i = 0; i < ranks_->local(); ++i) {
    const Workbench& bench = ranks_->bench(i);
    const std::size_t bytes = set_bytes(layouts_[i]);
    std::size_t free = 0, total = 0;
    bench.context.call().memory_info(&free, &total);
    const std::size_t room = free - std::min(free, spare_bytes);
    if (bytes > room) {
      throw Skip(fmt::format("{} needs {:.1f} GiB, of {:.1f} GiB that {} has free", what_,
                             in_gib(bytes), in_gib(room), bench.gpu.subject));
    }
    if (consumes()) {
      count = std::min(count, most_consumed_bytes / bytes + 4);
    } else {
      const std::uint64_t cached = 2 * bench.gpu.device.l2_bytes;
      count = std::min<std::size_t>(count, std::max<std::size_t>(1, (cached + bytes - 1) / bytes));
    }
    count = std::min(count, room / bytes);
  }
  return count;
}

Exchange::Set Exchange::make_set(std::size_t i) const {
  const Layout& layout = layouts_[i];
  const std::size_t sends = send_bytes(layout), receives = receive_bytes(layout);
  const auto buffer = [&](std::size_t bytes) {
    return std::make_unique<Buffer>(*ranks_, i, bytes, task_.registered);
  };
  Set set;
  if (!task_.in_place) {
    if (sends != 0) set.from = (set.send = buffer(sends))->address();
    if (receives != 0) set.to = (set.receive = buffer(receives))->address();
    return set;
  }
  // The smaller one lies at this rank's place in the larger one.
  auto& whole = receives != 0 ? set.receive : set.send;
  whole = buffer(std::max(sends, receives));
  const std::size_t mine = static_cast<std::size_t>(ranks_->rank(i)) * layout.count * sizeof(float);
  if (sends != 0) set.from = whole->address() + (receives > sends ? mine : 0);
  if (receives != 0) set.to = whole->address() + (sends > receives ? mine : 0);
  return set;
}

void Exchange::fill_pieces(std::size_t i, cuda::DeviceAddress at, std::size_t pieces,
                           unsigned rank) const {
  const Workbench& bench = ranks_->bench(i);
  const std::size_t count = layouts_[i].count;
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    fill_[i].launch(bench.stream, bench.grid(), at + piece * count * sizeof(float),
                    piece_seed(rank, static_cast<unsigned>(piece)), count);
  }
}

void Exchange::fill_set(std::size_t i, const Set& set) const {
  fill_pieces(i, set.from, layouts_[i].send_pieces, static_cast<unsigned>(ranks_->rank(i)));
}

/// Throws WrongData if a piece that a rank received in the last round is not what it must be.
void Exchange::check(std::size_t i, std::size_t piece) const {
  const Workbench& bench = ranks_->bench(i);
  const std::size_t count = layouts_[i].count;
  const cuda::DeviceAddress data = sets_[i][last_set_].to + piece * count * sizeof(float);
  const Expected want = expected(task_.operation, ranks_->size(), ranks_->rank(i), piece);
  check_[i].launch(bench.stream, bench.grid(), data, want.seed, want.step, want.ranks,
                   reports_[i]->clear(), count);
  const auto [wrong, place] = reports_[i]->take();
  if (wrong == 0) return;
  const float found = reports_[i]->look_at<float>(data + place * sizeof(float), sizeof(float))[0];
  float right = 0;
  for (unsigned rank = 0; rank < want.ranks; ++rank) {
    right += piece_value(place, want.seed + rank * want.step);
  }
  throw WrongData(
      fmt::format("{}: {} of {} numbers of the result of {} are wrong, the first is number {}{}: "
                  "found {}, expected {}",
                  bench.gpu.subject, wrong, count, name_of(task_.operation), place,
                  layouts_[i].receive_pieces > 1 ? fmt::format(" of piece {}", piece) : "", found,
                  right),
      wrong);
}

}  // namespace plumbline::collectives
