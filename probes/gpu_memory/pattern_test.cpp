#include "probes/gpu_memory/pattern_test.h"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "probes/gpu/check_report.h"
#include "probes/gpu/pattern.h"
#include "probes/harness/sampler.h"

namespace plumbline::gpu_memory {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 30;
constexpr double least_share = 0.9;
/// Left free for the driver's own needs while the test runs.
constexpr std::size_t spare_bytes = std::size_t{256} << 20;

double gib(std::size_t bytes) { return static_cast<double>(bytes) / (std::size_t{1} << 30); }

/// The first word that differed.
struct Mismatch {
  std::size_t offset = 0;  ///< in the memory that was tested
  cuda::DeviceAddress address = 0;
  unsigned long long found = 0;
  unsigned long long expected = 0;
};

class PatternTest {
 public:
  explicit PatternTest(const Workbench& bench) : bench_(bench), report_(bench) {
    std::size_t total = 0;
    call().memory_info(&free_, &total);
    while (bytes() + piece_bytes + spare_bytes <= free_) {
      try {
        pieces_.emplace_back(bench_.context, piece_bytes);
      } catch (const VendorError& error) {
        if (error.code() != static_cast<int>(cuda::Status::out_of_memory)) throw;
        break;
      }
    }
    if (static_cast<double>(bytes()) < least_share * static_cast<double>(free_)) {
      throw std::runtime_error(
          fmt::format("{}: only {:.1f} of {:.1f} GiB free memory could be "
                      "allocated, expected at least {:.0f} %",
                      bench_.gpu.subject, gib(bytes()), gib(free_), 100 * least_share));
    }
  }

  std::size_t bytes() const { return pieces_.size() * piece_bytes; }
  std::size_t free() const { return free_; }
  std::size_t pieces() const { return pieces_.size(); }
  unsigned long long wrong() const { return wrong_; }
  const std::optional<Mismatch>& first() const { return first_; }

  void fill(std::size_t piece, unsigned long long flip) const {
    run("fill_pattern", pieces_[piece].address(), seed(piece), flip, elements);
    bench_.stream.synchronize();
  }

  void check(std::size_t piece, unsigned long long flip) {
    run("check_pattern", pieces_[piece].address(), seed(piece), flip, report_.clear(), elements);
    const auto [wrong, place] = report_.take();
    if (wrong == 0) return;
    wrong_ += wrong;
    if (first_) return;
    Mismatch mismatch;
    mismatch.offset = piece * piece_bytes + place * sizeof(unsigned long long);
    mismatch.address = pieces_[piece].address() + place * sizeof(unsigned long long);
    mismatch.found = report_.look_at<unsigned long long>(mismatch.address / element_bytes *
                                                         element_bytes)[place % 2];
    mismatch.expected = pattern_at(place, seed(piece)) ^ flip;
    first_ = mismatch;
  }

 private:
  static constexpr std::size_t elements = piece_bytes / element_bytes;

  const cuda::Functions& call() const { return bench_.context.call(); }
  /// Another one for every piece: a word that landed in the wrong one is found.
  static unsigned long long seed(std::size_t piece) { return pattern_at(piece, 0x706c756d62ULL); }

  template <class... Args>
  void run(const char* kernel, Args... args) const {
    bench_.code.kernel(kernel).launch(bench_.stream, bench_.grid(), args...);
  }

  const Workbench& bench_;
  CheckReport report_;
  std::size_t free_ = 0;
  std::vector<cuda::DeviceMemory> pieces_;
  unsigned long long wrong_ = 0;
  std::optional<Mismatch> first_;
};

std::string describe(const PatternTest& test) {
  std::string text = fmt::format("{:.0f} of {:.1f} GiB free memory, each bit as one and as zero",
                                 gib(test.bytes()), gib(test.free()));
  if (const auto& first = test.first()) {
    text += fmt::format(
        "; the first wrong word is at byte {} of them (address {:#x}): found {:#018x}, expected "
        "{:#018x}, differing bits {:#x}",
        first->offset, first->address, first->found, first->expected,
        first->found ^ first->expected);
  }
  return text;
}

}  // namespace

Fact test_pattern(const Workbench& bench, double limit_s) {
  const double begin = monotonic_seconds();
  PatternTest test(bench);
  std::size_t done = 0;
  const std::size_t all = 4 * test.pieces();
  const auto within_limit = [&] {
    if (monotonic_seconds() - begin <= limit_s) return;
    throw std::runtime_error(
        fmt::format("{}: {:.0f} % of the pattern test was done within {} s, {} words wrong so far",
                    bench.gpu.subject, 100.0 * static_cast<double>(done) / static_cast<double>(all),
                    limit_s, test.wrong()));
  };
  for (const unsigned long long flip : {0ULL, ~0ULL}) {
    for (std::size_t piece = 0; piece < test.pieces(); ++piece, ++done) {
      within_limit();
      test.fill(piece, flip);
    }
    for (std::size_t piece = 0; piece < test.pieces(); ++piece, ++done) {
      within_limit();
      test.check(piece, flip);
    }
  }
  return Fact(static_cast<double>(test.wrong()), describe(test));
}

}  // namespace plumbline::gpu_memory
