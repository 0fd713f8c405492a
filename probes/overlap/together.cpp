#include "probes/overlap/together.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <stdexcept>

#include "probes/gpu/check_report.h"
#include "probes/gpu/gemm.h"
#include "probes/gpu/pieces.h"

namespace plumbline::overlap {
namespace {

constexpr const char* precision_name = "bf16";
/// How fill_matrix of gpu_compute.cu makes bf16: bits of an element, its exponent and mantissa, of
/// the mantissa none empty, and the exponent of numbers below 1.
constexpr unsigned element_bits = 16, exponent_bits = 8, mantissa_bits = 7, empty_bits = 0,
                   top_exponent = 126;
constexpr std::size_t piece_bytes = 16, sums_of_hash = 32;
/// Lies where a hash is to arrive: two that are the same because neither arrived prove nothing.
constexpr std::uint64_t not_arrived = ~std::uint64_t{0};
constexpr std::size_t sets = 3;  // so that none is in the last cache when its turn comes again
/// Both are queued for three times as long as is measured: neither is alone in what counts.
constexpr std::size_t parts = 3;
constexpr double part_seconds = 0.015;

const Precision& bf16() {
  const auto all = precisions();
  return *std::find_if(all.begin(), all.end(), [](const Precision& p) {
    return std::string_view(p.name) == precision_name;
  });
}

/// One GPU with its products and its part of the all_reduce.
class Seat {
 public:
  Seat(const Ranks& ranks, std::size_t local, const cublaslt::Library& library,
       std::span<const std::byte> products, const Load& load)
      : bench_(ranks.bench(local)),
        rank_(static_cast<unsigned>(ranks.rank(local))),
        ranks_(static_cast<unsigned>(ranks.size())),
        load_(load),
        code_(bench_.context, products),
        stream_(bench_.context),
        start_(bench_.context),
        stop_(bench_.context),
        gemm_(library, bench_.context, bf16(), load.edge),
        sums_(bench_.context, sets * sums_of_hash * sizeof(std::uint64_t)),
        report_(bench_),
        host_(bench_.context, sums_.bytes()),
        from_(bench_.context, load.bytes),
        to_(bench_.context, load.bytes) {
    for (std::size_t set = 0; set < sets; ++set) {
      operands_.emplace_back(library, bench_.context, bf16(), load.edge);
      fill_matrix(operands_.back().a(), 2 * set);
      fill_matrix(operands_.back().b(), 2 * set + 1);
    }
    algorithm_ = gemm_.algorithms(operands_.front(), 1).front();
    bench_.code.kernel("fill_piece")
        .launch(bench_.stream, bench_.grid(), from_.address(), piece_seed(rank_, 0), count());
    stream_.synchronize();
    bench_.stream.synchronize();
  }

  // Products
  void queue_product(std::size_t number) const {
    gemm_.queue(stream_, algorithm_, operands_[number % sets]);
  }
  void mark_start() const { start_.record(stream_); }
  void mark_stop() const { stop_.record(stream_); }
  void wait() const { stream_.synchronize(); }
  double seconds() const { return stop_.seconds_since(start_); }

  void clear_products() const {
    for (const Operands& operands : operands_) {
      bench_.context.call().fill_bytes(
          operands.d(), 0, load_.edge * load_.edge * bf16().result_bytes, stream_.handle());
    }
  }
  /// Of the results of all sets, in order.
  std::vector<std::uint64_t> hashes() const {
    bench_.context.call().fill_bytes(sums_.address(), 0, sums_.bytes(), stream_.handle());
    for (std::size_t set = 0; set < sets; ++set) {
      code_.kernel("hash_matrix")
          .launch(stream_, bench_.grid(), operands_[set].d(),
                  sums_.address() + set * sums_of_hash * sizeof(std::uint64_t),
                  pieces_of_column(bf16().result_bytes), load_.edge);
    }
    const auto sums = host_.as<std::uint64_t>();
    std::fill(sums.begin(), sums.end(), not_arrived);
    bench_.context.call().copy_to_host(host_.data(), sums_.address(), sums_.bytes(),
                                       stream_.handle());
    stream_.synchronize();
    if (std::count(sums.begin(), sums.end(), not_arrived) != 0) {
      throw std::runtime_error(bench_.gpu.subject +
                               ": the hashes of its products did not arrive at the host");
    }
    std::vector<std::uint64_t> hashes(sets, 0);
    for (std::size_t i = 0; i < sums.size(); ++i) hashes[i / sums_of_hash] += sums[i];
    return hashes;
  }

  // all_reduce
  const void* from() const { return reinterpret_cast<const void*>(from_.address()); }
  void* to() const { return reinterpret_cast<void*>(to_.address()); }
  std::size_t count() const { return load_.bytes / sizeof(float); }
  const Workbench& bench() const { return bench_; }

  void clear_sum() const {
    bench_.context.call().fill_bytes(to_.address(), 0, to_.bytes(), bench_.stream.handle());
  }
  std::uint64_t sums_wrong() const {
    bench_.code.kernel("check_sum_of_pieces")
        .launch(bench_.stream, bench_.grid(), to_.address(), piece_seed(0, 0), piece_seed(1, 0),
                ranks_, report_.clear(), count());
    return report_.take().wrong;
  }

 private:
  std::size_t pieces_of_column(std::size_t element_bytes) const {
    return load_.edge * element_bytes / piece_bytes;
  }
  void fill_matrix(cuda::DeviceAddress to, unsigned long long seed) const {
    code_.kernel("fill_matrix")
        .launch(stream_, bench_.grid(), to, seed, element_bits, exponent_bits, mantissa_bits,
                empty_bits, top_exponent, pieces_of_column(element_bits / 8), load_.edge);
  }

  const Workbench& bench_;
  unsigned rank_, ranks_;
  Load load_;
  cuda::Module code_;
  cuda::Stream stream_;
  cuda::Event start_, stop_;
  Gemm gemm_;
  std::deque<Operands> operands_;
  cublaslt::Algorithm algorithm_{};
  cuda::DeviceMemory sums_;
  CheckReport report_;
  cuda::PinnedMemory host_;
  cuda::DeviceMemory from_, to_;
};

class Node {
 public:
  Node(const Ranks& ranks, const cublaslt::Library& library, std::span<const std::byte> products,
       const Load& load)
      : ranks_(ranks) {
    for (std::size_t i = 0; i < ranks_.local(); ++i) {
      seats_.push_back(std::make_unique<Seat>(ranks_, i, library, products, load));
    }
    // The first ones load code and connect the ranks.
    products_alone(sets);
    all_reduce_alone(2);
    const auto count_for = [](double seconds) {
      return static_cast<std::size_t>(std::clamp(std::ceil(part_seconds / seconds), 1.0, 100.0));
    };
    const std::vector<double> products_s = products_alone(sets);
    product_count_ = count_for(*std::max_element(products_s.begin(), products_s.end()));
    round_count_ = count_for(all_reduce_alone(2));
  }

  std::vector<double> products_alone() const { return products_alone(product_count_); }
  double all_reduce_alone() const { return all_reduce_alone(round_count_); }

  struct Both {
    std::vector<double> products_s;
    double all_reduce_s;
  };
  Both both() const {
    begin_products();
    begin_rounds();
    const std::size_t products = parts * product_count_, rounds = parts * round_count_;
    // As their times go, so that none is ahead of the other in the queues.
    for (std::size_t product = 0, round = 0; product < products || round < rounds;) {
      if (round >= rounds || (product < products && product * rounds <= round * products)) {
        for (const auto& seat : seats_) {
          seat->queue_product(product);
          if (product + 1 == product_count_) seat->mark_stop();
        }
        ++product;
        continue;
      }
      queue_round();
      if (round + 1 == round_count_) mark_round_stop();
      ++round;
    }
    Both both{{}, 0};
    both.all_reduce_s = finish_rounds(round_count_);
    for (const auto& seat : seats_) {
      seat->wait();
      both.products_s.push_back(seat->seconds() / static_cast<double>(product_count_));
    }
    return both;
  }

  const std::vector<std::unique_ptr<Seat>>& seats() const { return seats_; }

 private:
  /// The clock starts behind one that is not counted: until all seats have work it would count the
  /// host.
  void begin_products() const {
    for (const auto& seat : seats_) seat->queue_product(0);
    for (const auto& seat : seats_) seat->mark_start();
  }
  void begin_rounds() const {
    queue_round();
    for (const auto& seat : seats_) seat->bench().start.record(seat->bench().stream);
  }

  std::vector<double> products_alone(std::size_t count) const {
    begin_products();
    for (std::size_t product = 0; product < count; ++product) {
      for (const auto& seat : seats_) seat->queue_product(product);
    }
    std::vector<double> seconds;
    for (const auto& seat : seats_) seat->mark_stop();
    for (const auto& seat : seats_) {
      seat->wait();
      seconds.push_back(seat->seconds() / static_cast<double>(count));
    }
    return seconds;
  }

  double all_reduce_alone(std::size_t count) const {
    begin_rounds();
    for (std::size_t round = 0; round < count; ++round) queue_round();
    mark_round_stop();
    return finish_rounds(count);
  }

  void queue_round() const {
    ranks_.group(what_, [&] {
      for (std::size_t i = 0; i < seats_.size(); ++i) {
        ranks_.library().call().all_reduce(seats_[i]->from(), seats_[i]->to(), seats_[i]->count(),
                                           nccl::DataType::float32, nccl::Reduction::sum,
                                           ranks_.communicators().handle(i),
                                           ranks_.bench(i).stream.handle());
      }
    });
  }
  void mark_round_stop() const {
    for (const auto& seat : seats_) seat->bench().stop.record(seat->bench().stream);
  }
  /// Seconds of one round, of the slowest rank.
  double finish_rounds(std::size_t count) const {
    ranks_.wait(what_);
    double slowest = 0;
    for (const auto& seat : seats_) {
      slowest = std::max(slowest, seat->bench().stop.seconds_since(seat->bench().start));
    }
    return slowest / static_cast<double>(count);
  }

  const Ranks& ranks_;
  const std::string what_ = "all_reduce beside products";
  std::vector<std::unique_ptr<Seat>> seats_;
  std::size_t product_count_ = 1, round_count_ = 1;
};

}  // namespace

double Load::operations() const {
  const auto n = static_cast<double>(edge);
  return 2 * n * n * n;
}

double Load::bus_bytes(int ranks) const {
  return static_cast<double>(bytes) * 2 * (ranks - 1) / ranks;
}

Together run(const Ranks& ranks, const cublaslt::Library& library,
             std::span<const std::byte> products, const Load& load) {
  const Node node(ranks, library, products, load);
  Together result;
  result.gpus.resize(node.seats().size());
  std::vector<std::vector<std::uint64_t>> alone;
  for (unsigned sample = 0; sample < load.samples; ++sample) {
    const std::vector<double> products_s = node.products_alone();
    if (sample == 0) {
      for (const auto& seat : node.seats()) alone.push_back(seat->hashes());
    }
    result.all_reduce_alone_s.push_back(node.all_reduce_alone());
    if (sample + 1 == load.samples) {
      // What is looked at below must come from what is timed now.
      for (const auto& seat : node.seats()) {
        seat->clear_products();
        seat->clear_sum();
      }
    }
    const auto both = node.both();
    result.all_reduce_together_s.push_back(both.all_reduce_s);
    for (std::size_t i = 0; i < result.gpus.size(); ++i) {
      OfGpu& gpu = result.gpus[i];
      gpu.alone_s.push_back(products_s[i]);
      gpu.together_s.push_back(both.products_s[i]);
      const auto found = node.seats()[i]->hashes();
      for (std::size_t set = 0; set < sets; ++set) {
        if (found[set] != alone[i][set]) ++gpu.products_differing;
      }
    }
  }
  for (std::size_t i = 0; i < result.gpus.size(); ++i) {
    result.gpus[i].sums_wrong = node.seats()[i]->sums_wrong();
  }
  return result;
}

}  // namespace plumbline::overlap
