#include "probes/virtual_node/device_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

namespace plumbline::virtual_node {
namespace {

constexpr std::size_t large = std::size_t{1} << 20;
constexpr std::size_t large_step = std::size_t{2} << 20;
constexpr std::size_t small_step = page_bytes;
/// Where GPUs' memory is asked to appear, so that addresses repeat from run to run. The kernel
/// gives another place if this one is taken.
constexpr std::uintptr_t first_address = 0x2000'0000'0000, address_step = 0x80'0000'0000;
constexpr std::uint64_t nowhere = ~std::uint64_t{0};

std::size_t round_up(std::size_t bytes, std::size_t step) {
  return (bytes + step - 1) / step * step;
}

/// A run of bytes of a file that were ever touched.
struct Touched {
  std::size_t from;
  std::size_t to;
};

/// The first such run at or behind `from`.
std::optional<Touched> next_touched(int file, std::size_t from, std::size_t end) {
  const off_t data = ::lseek(file, static_cast<off_t>(from), SEEK_DATA);
  if (data < 0 || static_cast<std::size_t>(data) >= end) return std::nullopt;
  const off_t hole = ::lseek(file, data, SEEK_HOLE);
  return Touched{static_cast<std::size_t>(data), std::min(static_cast<std::size_t>(hole), end)};
}

/// Whether two stretches of memory have the same bytes in the same touched pages.
bool same(const Block& a, std::size_t a_from, const Block& b, std::size_t b_from,
          std::size_t bytes) {
  if ((a_from - b_from) % page_bytes != 0) return false;
  auto in_a = next_touched(a.file, a_from, a_from + bytes);
  auto in_b = next_touched(b.file, b_from, b_from + bytes);
  while (in_a && in_b) {
    if (in_a->from - a_from != in_b->from - b_from || in_a->to - a_from != in_b->to - b_from ||
        std::memcmp(a.data + in_a->from, b.data + in_b->from, in_a->to - in_a->from) != 0) {
      return false;
    }
    in_a = next_touched(a.file, in_a->to, a_from + bytes);
    in_b = next_touched(b.file, in_b->to, b_from + bytes);
  }
  return !in_a && !in_b;
}

void punch_hole(int file, std::size_t from, std::size_t bytes) {
  ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from),
              static_cast<off_t>(bytes));
}

/// Whole pages of zeros are holes; the ends are written.
void zero(const Block& block, std::byte* out, std::size_t bytes) {
  const auto from = static_cast<std::size_t>(out - block.data);
  const std::size_t first = std::min(round_up(from, page_bytes), from + bytes);
  const std::size_t last = std::max(first, (from + bytes) / page_bytes * page_bytes);
  std::memset(out, 0, first - from);
  if (last != first) punch_hole(block.file, first, last - first);
  std::memset(block.data + last, 0, from + bytes - last);
}

}  // namespace

bool Block::holds(const void* address, std::size_t count) const {
  const auto* from = static_cast<const std::byte*>(address);
  return from >= data && count <= bytes && from <= data + (bytes - count);
}

void DeviceMemory::Unmap::operator()(Block* block) const {
  if (!block->registered) ::munmap(block->data, round_up(block->bytes, page_bytes));
  ::close(block->file);
  delete block;
}

DeviceMemory::DeviceMemory(std::size_t gpus, std::uint64_t bytes_per_gpu)
    : bytes_per_gpu_(bytes_per_gpu), laid_(gpus), stuck_(gpus) {}

DeviceMemory::~DeviceMemory() = default;

std::uint64_t DeviceMemory::place(int gpu, std::size_t bytes) const {
  const auto& laid = laid_[static_cast<std::size_t>(gpu)];
  if (bytes >= large) {
    std::uint64_t from = 0;
    for (const auto& [offset, end] : laid) {
      if (from + bytes <= offset) break;
      from = round_up(end, large_step);
    }
    return from + bytes <= bytes_per_gpu_ ? from : nowhere;
  }
  std::uint64_t end = bytes_per_gpu_;
  for (auto piece = laid.rbegin(); piece != laid.rend(); ++piece) {
    if (piece->second + bytes <= end) break;
    end = piece->first;
  }
  return end >= bytes ? (end - bytes) / small_step * small_step : nowhere;
}

Block* DeviceMemory::allocate(int gpu, std::size_t bytes) {
  std::uint64_t offset = 0;
  void* wanted = nullptr;
  if (gpu != Block::on_host) {
    offset = place(gpu, round_up(bytes, small_step));
    if (offset == nowhere) return nullptr;
    wanted = reinterpret_cast<void*>(first_address +
                                     static_cast<std::uintptr_t>(gpu) * address_step + offset);
  }
  const int file = ::memfd_create("virtual node", MFD_CLOEXEC);
  if (file < 0) return nullptr;
  void* data = MAP_FAILED;
  if (::ftruncate(file, static_cast<off_t>(round_up(bytes, page_bytes))) == 0) {
    data = ::mmap(wanted, round_up(bytes, page_bytes), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_NORESERVE, file, 0);
  }
  if (data == MAP_FAILED) {
    ::close(file);
    return nullptr;
  }
  Owned block(
      new Block{static_cast<std::byte*>(data), bytes, gpu, offset, ++versions_, file, -1, false});
  if (gpu != Block::on_host) {
    laid_[static_cast<std::size_t>(gpu)][offset] = offset + round_up(bytes, small_step);
  }
  Block* raw = block.get();
  blocks_[raw->data] = std::move(block);
  return raw;
}

void DeviceMemory::free(Block& block) {
  if (block.gpu != Block::on_host) laid_[static_cast<std::size_t>(block.gpu)].erase(block.offset);
  blocks_.erase(block.data);
}

void DeviceMemory::move(Block& block, std::byte* to) {
  const std::size_t bytes = round_up(block.bytes, page_bytes);
  void* moved = ::mmap(to, bytes, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_NORESERVE | (to != nullptr ? MAP_FIXED : 0), block.file, 0);
  if (moved == MAP_FAILED) throw std::runtime_error("a block cannot be mapped elsewhere");
  ::munmap(block.data, bytes);
  auto owned = blocks_.extract(block.data);
  block.data = static_cast<std::byte*>(moved);
  owned.key() = block.data;
  blocks_.insert(std::move(owned));
}

Block* DeviceMemory::adopt(void* data, std::size_t bytes, int numa_node) {
  const int file = ::memfd_create("virtual node", MFD_CLOEXEC);
  if (file < 0) return nullptr;
  const auto* old = static_cast<const std::byte*>(data);
  static const std::vector<std::byte> zeros(page_bytes);
  bool good = ::ftruncate(file, static_cast<off_t>(bytes)) == 0;
  for (std::size_t at = 0; good && at < bytes; at += page_bytes) {
    if (std::memcmp(old + at, zeros.data(), page_bytes) == 0) continue;
    good = ::pwrite(file, old + at, page_bytes, static_cast<off_t>(at)) ==
           static_cast<ssize_t>(page_bytes);
  }
  good = good && ::mmap(data, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | MAP_FIXED,
                        file, 0) != MAP_FAILED;
  if (!good) {
    ::close(file);
    return nullptr;
  }
  auto* memory = static_cast<std::byte*>(data);
  Owned block(new Block{memory, bytes, Block::on_host, 0, ++versions_, file, numa_node, true});
  Block* raw = block.get();
  blocks_[memory] = std::move(block);
  return raw;
}

void DeviceMemory::take_away(int gpu, std::uint64_t bytes) {
  laid_[static_cast<std::size_t>(gpu)][bytes_per_gpu_ - bytes] = bytes_per_gpu_;
}

const Block* DeviceMemory::find(const void* address) const {
  auto behind = blocks_.upper_bound(static_cast<const std::byte*>(address));
  if (behind == blocks_.begin()) return nullptr;
  const Block* block = std::prev(behind)->second.get();
  return block->holds(address, 1) ? block : nullptr;
}

Block* DeviceMemory::find(const void* address) {
  return const_cast<Block*>(std::as_const(*this).find(address));
}

std::uint64_t DeviceMemory::free_bytes(int gpu) const {
  std::uint64_t taken = 0;
  for (const auto& [offset, end] : laid_[static_cast<std::size_t>(gpu)]) taken += end - offset;
  return bytes_per_gpu_ - taken;
}

void DeviceMemory::copy(void* to, const void* from, std::size_t bytes) {
  Block* target = find(to);
  const Block* source = find(from);
  auto* out = static_cast<std::byte*>(to);
  const auto* in = static_cast<const std::byte*>(from);
  if (source == nullptr || bytes < large) {
    std::memmove(out, in, bytes);
  } else {
    const auto start = static_cast<std::size_t>(in - source->data);
    const std::size_t end = start + bytes;
    if (target != nullptr &&
        same(*target, static_cast<std::size_t>(out - target->data), *source, start, bytes)) {
      return;
    }
    // Pages that are there stay there: to take one away and touch it again costs more than a copy.
    const auto clear = [&](std::size_t from_byte, std::size_t to_byte) {
      if (from_byte == to_byte) return;
      std::byte* gap = out + (from_byte - start);
      if (target == nullptr) {
        std::memset(gap, 0, to_byte - from_byte);
      } else if (const auto offset = static_cast<std::size_t>(gap - target->data);
                 next_touched(target->file, offset, offset + (to_byte - from_byte))) {
        zero(*target, gap, to_byte - from_byte);
      }
    };
    std::size_t done = start;
    for (auto run = next_touched(source->file, start, end); run;
         run = next_touched(source->file, run->to, end)) {
      clear(done, run->from);
      std::memcpy(out + (run->from - start), source->data + run->from, run->to - run->from);
      done = run->to;
    }
    clear(done, end);
  }
  if (target != nullptr) written(*target);
}

void DeviceMemory::fill(void* to, unsigned char value, std::size_t bytes) {
  Block* target = find(to);
  if (value != 0 || target == nullptr || bytes < large) {
    std::memset(to, value, bytes);
  } else {
    zero(*target, static_cast<std::byte*>(to), bytes);
  }
  if (target != nullptr) written(*target);
}

void DeviceMemory::populate(void* from, std::size_t bytes) {
  constexpr int populate_write = 23;  // MADV_POPULATE_WRITE, Linux 5.14; where it is not, faults do
  const auto begin = reinterpret_cast<std::uintptr_t>(from) / page_bytes * page_bytes;
  const auto end = round_up(reinterpret_cast<std::uintptr_t>(from) + bytes, page_bytes);
  ::madvise(reinterpret_cast<void*>(begin), end - begin, populate_write);
}

void DeviceMemory::add(int gpu, StuckBit bit) {
  stuck_[static_cast<std::size_t>(gpu)].push_back(bit);
}

void DeviceMemory::written(Block& block) {
  block.version = ++versions_;
  if (block.gpu == Block::on_host) return;
  for (const StuckBit& stuck : stuck_[static_cast<std::size_t>(block.gpu)]) {
    if (stuck.offset < block.offset || stuck.offset >= block.offset + block.bytes) continue;
    block.data[stuck.offset - block.offset] |= std::byte{1} << stuck.bit;
  }
}

}  // namespace plumbline::virtual_node
