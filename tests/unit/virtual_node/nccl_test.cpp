// What probes rely on of NCCL, through the types that probes use: the virtual libraries opened as
// they open them. Each test is a process of its own.

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "probes/vendor/nccl_log.h"
#include "probes/vendor/nccl_owners.h"

namespace plumbline::nccl {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

std::string file_of(const std::string& machine, const char* library) {
  return std::string(MACHINES) + '/' + machine + '/' + library;
}

/// The ranks of this process, each with a GPU, a stream and buffers.
class Ranks {
 public:
  struct Rank {
    std::unique_ptr<cuda::Context> context;
    std::unique_ptr<cuda::Stream> stream;
    std::unique_ptr<cuda::DeviceMemory> from, to;
    std::unique_ptr<cuda::PinnedMemory> host;
  };

  explicit Ranks(const std::string& machine, int first = 0, int here = 8, int size = 8,
                 const UniqueId* given = nullptr, double deadline_s = 20)
      : driver_(cuda::open_library(file_of(machine, "libcuda.so.1"))),
        library_(file_of(machine, "libnccl.so.2")) {
    std::vector<LocalRank> local;
    for (int i = first; i < first + here; ++i) {
      Rank& rank = ranks_.emplace_back();
      rank.context = std::make_unique<cuda::Context>(driver_, i);
      rank.stream = std::make_unique<cuda::Stream>(*rank.context);
      rank.from = std::make_unique<cuda::DeviceMemory>(*rank.context, bytes);
      rank.to = std::make_unique<cuda::DeviceMemory>(*rank.context, bytes);
      rank.host = std::make_unique<cuda::PinnedMemory>(*rank.context, bytes);
      local.push_back({i, rank.context.get()});
    }
    UniqueId id{};
    if (given != nullptr) {
      id = *given;
    } else {
      library_.call().unique_id(&id);
    }
    communicators_ = std::make_unique<Communicators>(library_, id, size, local, deadline_s);
  }

  static constexpr std::size_t bytes = 4096;
  static constexpr std::size_t count = bytes / sizeof(float);

  Rank& at(std::size_t i) { return ranks_[i]; }
  const Functions& call() const { return library_.call(); }
  Communicators& communicators() { return *communicators_; }
  CommHandle handle(std::size_t i) const { return communicators_->handle(i); }

  /// Every rank's send buffer holds its number + 1 in its first half and 10 times that behind.
  void fill() {
    for (std::size_t i = 0; i < ranks_.size(); ++i) {
      auto values = ranks_[i].host->as<float>();
      const auto value = static_cast<float>(communicators_->ranks()[i].rank + 1);
      for (std::size_t k = 0; k < count; ++k) values[k] = k < count / 2 ? value : 10 * value;
      put(i, ranks_[i].from->address());
    }
  }
  void put(std::size_t i, cuda::DeviceAddress to) {
    ranks_[i].context->call().copy_to_device(to, ranks_[i].host->data(), bytes,
                                             ranks_[i].stream->handle());
    ranks_[i].stream->synchronize();
  }
  std::vector<float> get(std::size_t i, cuda::DeviceAddress from) {
    ranks_[i].context->call().copy_to_host(ranks_[i].host->data(), from, bytes,
                                           ranks_[i].stream->handle());
    ranks_[i].stream->synchronize();
    const auto values = ranks_[i].host->as<float>();
    return {values.begin(), values.end()};
  }
  void all(const std::function<void(std::size_t, Rank&)>& each) {
    communicators_->group([&] {
      for (std::size_t i = 0; i < ranks_.size(); ++i) each(i, ranks_[i]);
    });
  }
  void all_reduce(Reduction reduction = Reduction::sum) {
    all([&](std::size_t i, Rank& rank) {
      call().all_reduce(pointer(rank.from->address()), pointer(rank.to->address()), count,
                        DataType::float32, reduction, handle(i), rank.stream->handle());
    });
  }
  static void* pointer(cuda::DeviceAddress address) { return reinterpret_cast<void*>(address); }

 private:
  cuda::Driver driver_;
  Library library_;
  std::vector<Rank> ranks_;
  std::unique_ptr<Communicators> communicators_;
};

TEST(VirtualNccl, AllReduce) {
  Ranks ranks("p5.48xlarge");
  ranks.fill();
  ranks.all_reduce();
  for (std::size_t i = 0; i < 8; ++i) {
    const auto values = ranks.get(i, ranks.at(i).to->address());
    EXPECT_EQ(values.front(), 36.0F);
    EXPECT_EQ(values.back(), 360.0F);
  }
  ranks.all_reduce(Reduction::average);
  EXPECT_EQ(ranks.get(3, ranks.at(3).to->address()).front(), 4.5F);
  ranks.all_reduce(Reduction::max);
  EXPECT_EQ(ranks.get(3, ranks.at(3).to->address()).front(), 8.0F);
}

TEST(VirtualNccl, TakesTheTimeThatWasPublished) {
  Ranks ranks("p5.48xlarge");
  const std::size_t gib = std::size_t{1} << 30;
  std::vector<std::unique_ptr<cuda::DeviceMemory>> buffers;
  std::vector<std::unique_ptr<cuda::Event>> starts, stops;
  for (std::size_t i = 0; i < 8; ++i) {
    buffers.push_back(std::make_unique<cuda::DeviceMemory>(*ranks.at(i).context, gib));
    starts.push_back(std::make_unique<cuda::Event>(*ranks.at(i).context));
    stops.push_back(std::make_unique<cuda::Event>(*ranks.at(i).context));
    starts[i]->record(*ranks.at(i).stream);
  }
  ranks.all([&](std::size_t i, Ranks::Rank& rank) {
    void* data = Ranks::pointer(buffers[i]->address());
    ranks.call().all_reduce(data, data, gib / sizeof(float), DataType::float32, Reduction::sum,
                            ranks.handle(i), rank.stream->handle());
  });
  for (std::size_t i = 0; i < 8; ++i) {
    stops[i]->record(*ranks.at(i).stream);
    stops[i]->synchronize();
  }
  const double seconds = stops[7]->seconds_since(*starts[7]);
  // Within a percent: between the events lie the host's calls for eight ranks, too.
  EXPECT_NEAR(static_cast<double>(gib) * 1.75 / seconds / 1e9, 441.8, 4.4);
}

TEST(VirtualNccl, TheOtherCollectives) {
  Ranks ranks("p5.48xlarge");
  ranks.fill();
  const std::size_t piece = Ranks::count / 8;
  const auto first = [&](std::size_t i) { return ranks.get(i, ranks.at(i).to->address()); };
  ranks.all([&](std::size_t i, Ranks::Rank& rank) {
    ranks.call().all_gather(Ranks::pointer(rank.from->address()),
                            Ranks::pointer(rank.to->address()), piece, DataType::float32,
                            ranks.handle(i), rank.stream->handle());
  });
  EXPECT_EQ(first(2)[5 * piece], 6.0F);
  EXPECT_EQ(first(7)[0], 1.0F);
  ranks.all([&](std::size_t i, Ranks::Rank& rank) {
    ranks.call().reduce_scatter(Ranks::pointer(rank.from->address()),
                                Ranks::pointer(rank.to->address()), piece, DataType::float32,
                                Reduction::sum, ranks.handle(i), rank.stream->handle());
  });
  EXPECT_EQ(first(0)[0], 36.0F);
  EXPECT_EQ(first(7)[0], 360.0F);
  ranks.all([&](std::size_t i, Ranks::Rank& rank) {
    ranks.call().broadcast(Ranks::pointer(rank.from->address()), Ranks::pointer(rank.to->address()),
                           Ranks::count, DataType::float32, 4, ranks.handle(i),
                           rank.stream->handle());
  });
  EXPECT_EQ(first(1)[0], 5.0F);
  ranks.all([&](std::size_t i, Ranks::Rank& rank) {
    ranks.call().reduce(Ranks::pointer(rank.from->address()), Ranks::pointer(rank.to->address()),
                        Ranks::count, DataType::float32, Reduction::sum, 6, ranks.handle(i),
                        rank.stream->handle());
  });
  EXPECT_EQ(first(6)[0], 36.0F);
  EXPECT_EQ(first(5)[0], 5.0F) << "only the root receives";
}

TEST(VirtualNccl, SendsAndReceivesOfAGroupAreOneOperation) {
  Ranks ranks("p5.48xlarge");
  ranks.fill();
  ranks.all([&](std::size_t i, Ranks::Rank& rank) {
    const int next = static_cast<int>((i + 1) % 8), previous = static_cast<int>((i + 7) % 8);
    ranks.call().send(Ranks::pointer(rank.from->address()), Ranks::count, DataType::float32, next,
                      ranks.handle(i), rank.stream->handle());
    ranks.call().receive(Ranks::pointer(rank.to->address()), Ranks::count, DataType::float32,
                         previous, ranks.handle(i), rank.stream->handle());
  });
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(ranks.get(i, ranks.at(i).to->address())[0], static_cast<float>((i + 7) % 8 + 1));
  }
}

TEST(VirtualNccl, LeavesAWrongBitWhereTheMachineSaysSo) {
  Ranks ranks("wrong_all_reduce_gpu5");
  ranks.fill();
  ranks.all_reduce();
  EXPECT_THAT(ranks.get(4, ranks.at(4).to->address()), Each(::testing::AnyOf(36.0F, 360.0F)));
  const auto wrong = ranks.get(5, ranks.at(5).to->address());
  EXPECT_NE(wrong[1], 36.0F);
  EXPECT_EQ(wrong[0], 36.0F);
}

TEST(VirtualNccl, WhatIsStuckEndsWhenItIsAborted) {
  Ranks ranks("stuck_collectives_gpu3");
  ranks.fill();
  ranks.all_reduce();
  std::atomic<bool> waited = false;
  std::thread watchdog([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    waited = true;
    ranks.communicators().abort();
  });
  ranks.at(0).stream->synchronize();
  EXPECT_TRUE(waited) << "it did not end by itself";
  watchdog.join();
  EXPECT_EQ(ranks.get(0, ranks.at(0).from->address())[0], 1.0F) << "the GPU goes on";
}

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(VirtualNccl, RefusesWhatNcclRefuses) {
  Ranks ranks("p5.48xlarge");
  const auto& call = ranks.call();
  auto& rank = ranks.at(0);
  void* from = Ranks::pointer(rank.from->address());
  EXPECT_EQ(call.all_reduce.status(from, from, 1, static_cast<DataType>(15), Reduction::sum,
                                   ranks.handle(0), rank.stream->handle()),
            Result::invalid_argument);
  EXPECT_EQ(call.broadcast.status(from, from, 1, DataType::float32, 8, ranks.handle(0),
                                  rank.stream->handle()),
            Result::invalid_argument);
  EXPECT_EQ(call.all_reduce.status(from, from, 1, DataType::float32, Reduction::sum, nullptr,
                                   rank.stream->handle()),
            Result::invalid_argument);
  EXPECT_EQ(call.group_end.status(), Result::invalid_usage);
  EXPECT_THAT(failure_of([&] {
                ranks.all([&](std::size_t i, Ranks::Rank& each) {
                  call.all_reduce(Ranks::pointer(each.from->address()),
                                  Ranks::pointer(each.to->address()), i == 5 ? 2 : 1,
                                  DataType::float32, Reduction::sum, ranks.handle(i),
                                  each.stream->handle());
                });
              }),
              AllOf(HasSubstr("ncclInvalidUsage"), HasSubstr("rank 5")));
}

TEST(VirtualNccl, ReachingPastABufferLosesTheGpu) {
  Ranks ranks("p5.48xlarge");
  ranks.all([&](std::size_t i, Ranks::Rank& rank) {
    ranks.call().all_reduce(Ranks::pointer(rank.from->address()),
                            Ranks::pointer(rank.to->address()), 1025, DataType::float32,
                            Reduction::sum, ranks.handle(i), rank.stream->handle());
  });
  EXPECT_THAT(failure_of([&] { ranks.at(0).stream->synchronize(); }),
              HasSubstr("CUDA_ERROR_ILLEGAL_ADDRESS"));
}

TEST(VirtualNccl, RegistersBuffers) {
  Ranks ranks("p5.48xlarge");
  const cuda::Driver driver(cuda::open_library(file_of("p5.48xlarge", "libcuda.so.1")));
  const Library library(file_of("p5.48xlarge", "libnccl.so.2"));
  EXPECT_EQ(library.why_not_registered(), "");
  const Memory memory(library, *ranks.at(0).context, 1 << 20);
  const Registration registration(ranks.communicators(), 0, memory);
}

TEST(VirtualNccl, ALogTellsOfEachCommunicatorByItself) {
  const Log log;
  const Ranks first("p5.48xlarge");
  const std::size_t said = log.bytes();
  EXPECT_EQ(multicast_ranks(log.text()), 8);
  const Ranks second("p5.48xlarge");
  EXPECT_EQ(multicast_ranks(log.text(said)), 8);
  EXPECT_EQ(multicast_ranks(log.text(log.bytes())), -1);
}

TEST(VirtualNccl, OlderOnesSayWhatTheyLack) {
  const DynamicLibrary driver = cuda::open_library(file_of("nccl_2_18", "libcuda.so.1"));
  const Library library(file_of("nccl_2_18", "libnccl.so.2"));
  EXPECT_THAT(library.why_not_registered(), AllOf(HasSubstr("2.18.5"), HasSubstr("2.19")));
}

TEST(VirtualNccl, TooOldOnesAreNotUsed) {
  const DynamicLibrary driver = cuda::open_library(file_of("nccl_too_old", "libcuda.so.1"));
  EXPECT_THAT(failure_of([] { const Library library(file_of("nccl_too_old", "libnccl.so.2")); }),
              AllOf(HasSubstr("is NCCL 2.12.12"), HasSubstr("expected 2.14.0")));
}

/// Runs a rank in each of several processes; gives what each says.
std::vector<double> in_processes(int processes, int size,
                                 const std::function<double(int, const UniqueId&)>& rank_of) {
  const DynamicLibrary driver = cuda::open_library(file_of("p5.48xlarge", "libcuda.so.1"));
  const Library library(file_of("p5.48xlarge", "libnccl.so.2"));
  UniqueId id{};
  library.call().unique_id(&id);
  auto* results = static_cast<double*>(
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    children.push_back(::fork());
    if (children.back() == 0) {
      try {
        results[i] = rank_of(i, id);
        ::_exit(0);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "process %d of %d, %d ranks: %s\n", i, processes, size, error.what());
        ::_exit(1);
      }
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  return {results, results + processes};
}

TEST(VirtualNcclProcesses, MeetAndAgreeAboutTimeAndData) {
  const auto seconds = in_processes(4, 8, [](int process, const UniqueId& id) {
    Ranks ranks("p5.48xlarge", 2 * process, 2, 8, &id);
    ranks.fill();
    cuda::Event start(*ranks.at(0).context), stop(*ranks.at(0).context);
    ranks.all_reduce();
    start.record(*ranks.at(0).stream);
    for (int round = 0; round < 20; ++round) {
      // A process that comes late in real time, though not in the machine's.
      if (round % 4 == process) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ranks.all_reduce();
    }
    stop.record(*ranks.at(0).stream);
    stop.synchronize();
    for (std::size_t i = 0; i < 2; ++i) {
      const auto values = ranks.get(i, ranks.at(i).to->address());
      if (values.front() != 36.0F || values.back() != 360.0F) {
        throw std::runtime_error("the sum is " + std::to_string(values.front()));
      }
    }
    return stop.seconds_since(start);
  });
  EXPECT_GT(seconds[0], 20 * 12.9e-6);
  EXPECT_LT(seconds[0], 30 * 12.9e-6);
  for (const double value : seconds) EXPECT_NEAR(value, seconds[0], 3e-6);
}

TEST(VirtualNcclProcesses, SendAndReceive) {
  in_processes(2, 2, [](int process, const UniqueId& id) {
    Ranks ranks("p5.48xlarge", process, 1, 2, &id);
    ranks.fill();
    ranks.all([&](std::size_t i, Ranks::Rank& rank) {
      ranks.call().send(Ranks::pointer(rank.from->address()), Ranks::count, DataType::float32,
                        1 - process, ranks.handle(i), rank.stream->handle());
      ranks.call().receive(Ranks::pointer(rank.to->address()), Ranks::count, DataType::float32,
                           1 - process, ranks.handle(i), rank.stream->handle());
    });
    const float got = ranks.get(0, ranks.at(0).to->address()).front();
    if (got != static_cast<float>(2 - process)) throw std::runtime_error("wrong data");
    return 0.0;
  });
}

TEST(VirtualNcclProcesses, ARankThatDoesNotComeIsWaitedForNoLongerThanTheDeadline) {
  in_processes(3, 4, [](int process, const UniqueId& id) {
    const std::string failure =
        failure_of([&] { Ranks ranks("p5.48xlarge", process, 1, 4, &id, 0.2); });
    if (failure.empty()) throw std::runtime_error("the fourth rank was not missed");
    return 0.0;
  });
}

}  // namespace
}  // namespace plumbline::nccl
