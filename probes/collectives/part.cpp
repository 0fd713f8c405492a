#include "probes/collectives/part.h"

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

#include "probes/harness/skip.h"

namespace plumbline::collectives {

/// Where the ranks of all hosts wait for each other before anything is timed: an all_reduce of a
/// byte, after which the hosts go on within the time of a message.
class Part::StartLine {
 public:
  explicit StartLine(std::shared_ptr<const Ranks> ranks) : ranks_(std::move(ranks)) {
    for (std::size_t i = 0; i < ranks_->local(); ++i) {
      bytes_.push_back(std::make_unique<cuda::DeviceMemory>(ranks_->bench(i).context, room));
    }
  }

  void line_up() const {
    constexpr const char* what = "lining up with the other hosts";
    ranks_->group(what, [&] {
      for (std::size_t i = 0; i < ranks_->local(); ++i) {
        auto* byte = reinterpret_cast<void*>(bytes_[i]->address());
        ranks_->library().call().all_reduce(byte, byte, 1, nccl::DataType::uint8,
                                            nccl::Reduction::max, ranks_->communicators().handle(i),
                                            ranks_->bench(i).stream.handle());
      }
    });
    ranks_->wait(what);
  }

 private:
  static constexpr std::size_t room = 16;
  std::shared_ptr<const Ranks> ranks_;
  std::vector<std::unique_ptr<const cuda::DeviceMemory>> bytes_;
};

Outcome Part::carry_out(const Order& order) {
  const Exchange::LineUp line_up = [this] {
    if (start_line_) start_line_->line_up();
  };
  Outcome outcome;
  switch (order.kind) {
    case Order::Kind::come:
      return come(order);
    case Order::Kind::prepare:
      if (!has_come()) throw std::runtime_error("there are no ranks to prepare anything on");
      exchange_.reset();
      exchange_ = std::make_unique<Exchange>(ranks_, order.task);
      outcome.sets = exchange_->sets();
      outcome.rounds_at_most = exchange_->rounds_at_most();
      return outcome;
    case Order::Kind::run:
      outcome.seconds = {exchange().run(order.rounds, line_up)};
      return outcome;
    case Order::Kind::times:
      outcome.seconds = exchange().times(order.rounds, line_up);
      return outcome;
    case Order::Kind::verify:
      outcome.looked = exchange().verify();
      return outcome;
    case Order::Kind::give_back:
      exchange_.reset();
      return outcome;
    case Order::Kind::abandon:
      return abandon(order.diagnose);
  }
  throw std::logic_error("no such order");
}

Exchange& Part::exchange() const {
  if (!exchange_) throw std::runtime_error("nothing is prepared");
  return *exchange_;
}

Outcome Part::come(const Order& order) {
  exchange_.reset();
  start_line_.reset();
  ranks_.reset();  // first what was, then what is new
  const nccl::UniqueId id = id_of(order.id);
  const World world{order.size, order.first, [id](const nccl::Library&) { return id; }, watch_};
  ranks_ = std::make_shared<const Ranks>(machine_, nccl_, world, device_code_);
  for (std::size_t i = 0; i < ranks_->local(); ++i) {
    int count = 0, rank = 0;
    const nccl::CommHandle handle = ranks_->communicators().handle(i);
    ranks_->library().call().count(handle, &count);
    ranks_->library().call().user_rank(handle, &rank);
    if (count != ranks_->size() || rank != ranks_->rank(i)) {
      throw std::runtime_error(fmt::format("{} is rank {} of {}, expected rank {} of {}",
                                           ranks_->bench(i).gpu.subject, rank, count,
                                           ranks_->rank(i), ranks_->size()));
    }
  }
  const bool all_here = static_cast<int>(ranks_->local()) == ranks_->size();
  if (!all_here) start_line_ = std::make_shared<const StartLine>(ranks_);
  Outcome outcome;
  outcome.multicast_ranks = ranks_->multicast_ranks();
  outcome.network = ranks_->network();
  return outcome;
}

Outcome Part::abandon(bool diagnose) {
  Outcome outcome;
  if (ranks_ == nullptr) return outcome;
  ranks_->abandon();
  exchange_.reset();
  start_line_.reset();
  if (!diagnose) return outcome;
  const Ranks::Diagnosis found = ranks_->diagnose();
  outcome.diagnosis = found.text;
  outcome.names_someone = found.names_someone;
  return outcome;
}

Failure current_failure() {
  try {
    throw;
  } catch (const Skip& skip) {
    return {Failure::Kind::skipped, skip.what()};
  } catch (const RanksStuck& stuck) {
    return {Failure::Kind::stuck, stuck.what()};
  } catch (const Interrupted& interrupted) {
    return {Failure::Kind::interrupted, interrupted.what()};
  } catch (const std::exception& error) {
    return {Failure::Kind::failed, error.what()};
  }
}

}  // namespace plumbline::collectives
