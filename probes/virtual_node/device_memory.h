#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace plumbline::virtual_node {

/// Of a page, in which the host's memory is mapped.
inline constexpr std::size_t page_bytes = 4096;

/// A piece of memory that a program asked the driver for.
struct Block {
  std::byte* data = nullptr;
  std::size_t bytes = 0;
  int gpu = 0;                ///< whose memory it is; on_host for page-locked memory
  std::uint64_t offset = 0;   ///< where in the GPU's memory it lies
  std::uint64_t version = 0;  ///< changes with every write; no two states of any blocks share one
  int file = -1;              ///< the memfd behind it
  int numa_node = -1;         ///< that the pages of registered memory lie on; -1: not told
  bool registered = false;    ///< the program's own memory, page-locked
  /// Of memory that the program maps itself: the GPUs that it lets reach it. None: all that have
  /// peer access.
  std::optional<std::set<int>> access = std::nullopt;

  static constexpr int on_host = -1;
  bool holds(const void* address, std::size_t count) const;
};

/// A cell of a GPU's memory that always reads as one.
struct StuckBit {
  std::uint64_t offset = 0;  ///< of the byte in the GPU's memory
  unsigned bit = 0;          ///< of that byte, 0 to 7
};

/// The memory of the machine's GPUs, and page-locked memory of its host. Addresses are real ones of
/// this process and what is written is really there, but only what is touched takes room: 640 GB of
/// GPU memory cost what the kernels visit of them.
class DeviceMemory {
 public:
  DeviceMemory(std::size_t gpus, std::uint64_t bytes_per_gpu);
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
  ~DeviceMemory();

  /// Zeroed; null if there is no room. Pieces of at least a MiB are laid from the bottom of the
  /// GPU's memory in steps of 2 MiB, smaller ones from its top, so that offsets repeat.
  Block* allocate(int gpu, std::size_t bytes);
  void free(Block& block);
  /// Lets a block appear at another address, where nothing of the program's is; null: anywhere.
  void move(Block& block, std::byte* to);

  /// Takes over memory of the program, whole pages of it: from now on a file lies behind it, with
  /// what was there. Null if that cannot be done. After free() it remains the program's.
  Block* adopt(void* data, std::size_t bytes, int numa_node);
  /// Memory of a GPU that another process holds.
  void take_away(int gpu, std::uint64_t bytes);

  /// The block that `address` lies in, or null.
  Block* find(const void* address);
  const Block* find(const void* address) const;

  std::uint64_t free_bytes(int gpu) const;

  /// Copies what was ever touched of the source; the rest of it reads as zero there and here.
  void copy(void* to, const void* from, std::size_t bytes);
  void fill(void* to, unsigned char value, std::size_t bytes);

  /// Makes pages real that will all be touched: at once, rather than one fault after the other.
  static void populate(void* from, std::size_t bytes);

  void add(int gpu, StuckBit bit);
  /// To be called after every write into a block: counts it, and lets stuck bits have their way.
  void written(Block& block);

 private:
  /// Frees a mapping and its file.
  struct Unmap {
    void operator()(Block* block) const;
  };
  using Owned = std::unique_ptr<Block, Unmap>;

  std::uint64_t place(int gpu, std::size_t bytes) const;

  std::uint64_t bytes_per_gpu_;
  std::uint64_t versions_ = 0;
  std::map<const std::byte*, Owned> blocks_;                  // by address
  std::vector<std::map<std::uint64_t, std::uint64_t>> laid_;  // per GPU: offset -> end
  std::vector<std::vector<StuckBit>> stuck_;
};

}  // namespace plumbline::virtual_node
