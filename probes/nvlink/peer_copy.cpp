#include "probes/nvlink/peer_copy.h"

namespace plumbline::nvlink {

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
  transfer.keeps = {source, destination,
                    side == Side::source ? access(from, to) : access(to, from)};
  return transfer;
}

}  // namespace plumbline::nvlink
