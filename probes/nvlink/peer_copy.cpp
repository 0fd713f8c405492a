#include "probes/nvlink/peer_copy.h"

#include <fmt/format.h>

#include <algorithm>

#include "probes/gpu/places.h"

namespace plumbline::nvlink {
namespace {

/// What a way between GPUs is faster than the way through the host, at least: it has a link of its
/// own.
constexpr double least_gain = 1.5;

/// Copies by way of the host, looked at where they went.
class Staged {
 public:
  Staged(PeerCopies& copies, std::shared_ptr<const Workbench> from,
         std::shared_ptr<const Workbench> to, std::size_t bytes)
      : from_(std::move(from)),
        to_(std::move(to)),
        bytes_(bytes),
        subject_(from_->gpu.subject + '>' + to_->gpu.subject),
        source_(copies.buffer(from_, bytes)),
        destination_(copies.buffer(to_, bytes)),
        arrived_(to_, destination_->memory->address(), bytes, subject_) {
    fill_places(*from_, source_->memory->address(), bytes_, place_seed(subject_));
    poison();
    seconds();
    verify();
    poison();
  }

  double seconds() const {
    return from_->timed([&] {
      from_->context.call().copy_between(destination_->memory->address(), to_->context.handle(),
                                         source_->memory->address(), from_->context.handle(),
                                         bytes_, from_->stream.handle());
    });
  }
  void verify() { arrived_.check(place_seed(subject_), place_seed(before())); }

 private:
  std::string before() const { return "before " + subject_; }
  void poison() const {
    fill_places(*to_, destination_->memory->address(), bytes_, place_seed(before()));
  }

  std::shared_ptr<const Workbench> from_, to_;
  std::size_t bytes_;
  std::string subject_;
  std::shared_ptr<const Buffer> source_, destination_;
  PlaceCheck arrived_;
};

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The work with the seconds of each sample beside it.
std::shared_ptr<std::vector<double>> collect(Prepared& prepared) {
  auto seconds = std::make_shared<std::vector<double>>();
  prepared.once = [once = std::move(prepared.once), seconds] {
    seconds->push_back(once());
    return seconds->back();
  };
  return seconds;
}

}  // namespace

std::shared_ptr<const Buffer> PeerCopies::buffer(const std::shared_ptr<const Workbench>& bench,
                                                 std::size_t bytes) {
  auto& buffers = buffers_[bench->gpu.subject];
  for (const auto& buffer : buffers) {
    if (buffer.use_count() == 1) return buffer;
  }
  return buffers.emplace_back(
      std::make_shared<const Buffer>(Buffer{bench, allocate_on(*bench, bytes)}));
}

std::shared_ptr<const Access> PeerCopies::access(const std::shared_ptr<const Workbench>& from,
                                                 const std::shared_ptr<const Workbench>& to) {
  auto& access = accesses_[{from->gpu.subject, to->gpu.subject}];
  if (!access) access = std::make_shared<const Access>(from, to);
  return access;
}

void PeerCopies::end_access(const std::string& one, const std::string& other) {
  stage->clear();
  accesses_.erase({one, other});
  accesses_.erase({other, one});
}

std::shared_ptr<const Chain> PeerCopies::chain(const std::shared_ptr<const Workbench>& owner,
                                               std::uint64_t bytes) {
  if (chain_owner_ != owner->gpu.subject) {
    chain_.reset();
    if (!ring_) ring_ = ring_of(bytes);
    chain_ = std::make_shared<const Chain>(owner, ring_);
    chain_owner_ = owner->gpu.subject;
  }
  return chain_;
}

Transfer PeerCopies::transfer(const std::shared_ptr<const Workbench>& from,
                              const std::shared_ptr<const Workbench>& to, Side side, Mover by,
                              std::size_t bytes) {
  const auto source = buffer(from, bytes);
  const auto destination = buffer(to, bytes);
  Transfer transfer;
  transfer.subject = from->gpu.subject + '>' + to->gpu.subject;
  transfer.origin = transfer.subject;
  transfer.mover = side == Side::source ? from : to;
  transfer.source = from;
  transfer.destination = to;
  transfer.by = by;
  transfer.from = source->memory->address();
  transfer.to = destination->memory->address();
  transfer.bytes = bytes;
  transfer.checks = checks;
  transfer.whose = transfer.subject;
  transfer.keeps = {source, destination,
                    side == Side::source ? access(from, to) : access(to, from)};
  return transfer;
}

Prepared prepare_staged(PeerCopies& copies, std::shared_ptr<const Workbench> from,
                        std::shared_ptr<const Workbench> to, std::size_t bytes) {
  copies.end_access(from->gpu.subject, to->gpu.subject);
  const auto staged = std::make_shared<Staged>(copies, std::move(from), std::move(to), bytes);
  Prepared prepared;
  prepared.once = [staged] { return staged->seconds(); };
  prepared.verify = [staged] { staged->verify(); };
  prepared.note = "timed by the GPU's events";
  return prepared;
}

Prepare kept_as(Prepare prepare, double bytes, std::shared_ptr<Contrast> contrast) {
  return [=] {
    Prepared prepared = prepare();
    prepared.verify = [=, seconds = collect(prepared), verify = std::move(prepared.verify)] {
      verify();
      contrast->bytes_per_s = bytes / median_of(*seconds);
    };
    return prepared;
  };
}

Prepare contrasted(Prepare prepare, double bytes, std::shared_ptr<const Contrast> contrast) {
  return [=] {
    Prepared prepared = prepare();
    const auto gain = [contrast, bytes, seconds = collect(prepared)] {
      if (!contrast->bytes_per_s || seconds->empty()) return least_gain;
      return bytes / median_of(*seconds) / *contrast->bytes_per_s;
    };
    prepared.flags = [gain, flags = std::move(prepared.flags)] {
      std::vector<std::string> all = flags ? flags() : std::vector<std::string>{};
      if (gain() < least_gain) all.emplace_back("like_staged");
      return all;
    };
    prepared.remark = [gain, contrast, remark = std::move(prepared.remark)] {
      std::string text = remark ? remark() : "";
      if (gain() >= least_gain) return text;
      if (!text.empty()) text += "; ";
      return text + fmt::format(
                        "{:.2g} times what {} reaches by way of the host ({:.3g} GB/s), less than "
                        "{:g} times: it seems to go that way too, peer access or not",
                        gain(), contrast->pair, *contrast->bytes_per_s / 1e9, least_gain);
    };
    return prepared;
  };
}

}  // namespace plumbline::nvlink
