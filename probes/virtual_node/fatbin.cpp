#include "probes/virtual_node/fatbin.h"

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace plumbline::virtual_node {
namespace {

using Bytes = const unsigned char*;

template <class T>
T read(Bytes at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Container: magic, version, header size, bytes that follow.
constexpr std::uint32_t fatbin_magic = 0xBA55ED50;
/// Of an entry's header.
constexpr std::size_t at_kind = 0, at_header_size = 4, at_payload_size = 8, at_architecture = 28,
                      at_uncompressed_size = 56;
constexpr std::uint16_t kind_cubin = 2;

/// The version of a cubin's form that drivers before CUDA 13 do not know; nvcc 12 writes 7.
constexpr unsigned char abi_of_cuda_13 = 8;

/// The attribute of a kernel parameter: index, ordinal, offset and, in the upper bits, its size.
constexpr unsigned char format_sized = 4, attribute_parameter = 0x17;

ParameterSizes read_parameters(Bytes at, Bytes end) {
  ParameterSizes sizes;
  while (at + 4 <= end) {
    const unsigned char format = at[0], attribute = at[1];
    const auto size = read<std::uint16_t>(at + 2);
    at += 4;
    if (format != format_sized) continue;  // the size field is the value
    if (attribute == attribute_parameter) {
      const auto ordinal = read<std::uint16_t>(at + 4);
      if (sizes.size() <= ordinal) sizes.resize(ordinal + 1U);
      sizes[ordinal] = read<std::uint32_t>(at + 8) >> 18;
    }
    at += size;
  }
  return sizes;
}

ShippedKernels read_cubin(Bytes file) {
  if (std::memcmp(file, ELFMAG, SELFMAG) != 0) {
    throw std::runtime_error("a cubin in the image is no ELF file");
  }
  const auto header = read<Elf64_Ehdr>(file);
  const auto section = [&](std::size_t index) {
    return read<Elf64_Shdr>(file + header.e_shoff + index * sizeof(Elf64_Shdr));
  };
  const auto* names = reinterpret_cast<const char*>(file + section(header.e_shstrndx).sh_offset);
  constexpr std::string_view prefix = ".nv.info.";
  ShippedKernels kernels;
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr entry = section(i);
    const std::string_view name = names + entry.sh_name;
    if (!name.starts_with(prefix)) continue;
    const Bytes from = file + entry.sh_offset;
    kernels[std::string(name.substr(prefix.size()))] = read_parameters(from, from + entry.sh_size);
  }
  return kernels;
}

/// Whether a driver of that version of CUDA knows the form of a cubin.
bool is_known(Bytes cubin, int cuda_version) {
  return cubin[EI_ABIVERSION] < abi_of_cuda_13 || cuda_version >= 13000;
}

}  // namespace

bool is_fatbin(const void* image) {
  return read<std::uint32_t>(static_cast<Bytes>(image)) == fatbin_magic;
}

std::optional<ShippedKernels> read_fatbin(const void* image, unsigned architecture,
                                          int cuda_version) {
  const auto* at = static_cast<Bytes>(image);
  if (!is_fatbin(image)) throw std::runtime_error("the image does not begin like a fatbin");
  const Bytes end = at + read<std::uint16_t>(at + 6) + read<std::uint64_t>(at + 8);
  at += read<std::uint16_t>(at + 6);
  Bytes best = nullptr;
  unsigned best_architecture = 0;
  while (at < end) {
    const auto header_size = read<std::uint32_t>(at + at_header_size);
    const auto found = read<std::uint32_t>(at + at_architecture);
    const bool plain = read<std::uint64_t>(at + at_uncompressed_size) == 0;
    const bool fits = found / 10 == architecture / 10 && found <= architecture;
    const Bytes cubin = at + header_size;
    if (read<std::uint16_t>(at + at_kind) == kind_cubin && plain && fits &&
        is_known(cubin, cuda_version) && found > best_architecture) {
      best = cubin;
      best_architecture = found;
    }
    at += header_size + read<std::uint64_t>(at + at_payload_size);
  }
  if (best == nullptr) return std::nullopt;
  return read_cubin(best);
}

}  // namespace plumbline::virtual_node
