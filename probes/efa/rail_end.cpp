#include "probes/efa/rail_end.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "probes/efa/completion_fault.h"
#include "probes/efa/gpu_memory.h"
#include "results/schema/number.h"

namespace plumbline::efa {
namespace {

constexpr std::size_t queue_entries = 8192;
constexpr std::size_t page = 4096;

/// What libfabric says nothing about.
constexpr const char* no_gpu_memory =
    " that takes memory of GPUs; it must be built with CUDA, and finds that as libcudart.so, of "
    "which runtime images of CUDA only have libcudart.so.12 or .13: link it to that name";

std::size_t whole_pages(std::size_t bytes) { return (bytes + page - 1) / page * page; }

/// How far behind a page the data of a provider begin in the host's memory. Over a TCP socket, with
/// nothing of libfabric's between, a message is a header of so many bytes and the data; where those
/// do not lie as far behind a page in memory as in the kernel's buffers, AMD's processors copy them
/// at a third of the rate.
std::size_t lead_of(const std::string& provider) {
  constexpr std::size_t stream_header = 16;
  return provider == "net" || provider == "tcp" ? stream_header : 0;
}

std::unique_ptr<MemorySource> source_for(const OpenOrder& order) {
  if (!order.gpu.empty()) return gpu_memory(order.libcuda, order.gpu);
  return host_memory(order.numa_node < 0 ? std::nullopt
                                         : std::optional(static_cast<unsigned>(order.numa_node)));
}

}  // namespace

fabric::Request request_of(const OpenOrder& order) {
  fabric::Request request;
  request.provider = order.provider;
  request.fabric = order.fabric;
  request.domain = order.domain;
  request.source = order.source;
  request.receives_hold_data = order.receives_hold_data;
  request.gpu_memory = !order.gpu.empty();
  return request;
}

fabric::Info RailEnd::choose(const OpenOrder& order) {
  std::vector<fabric::Info> offers = fabric::find(request_of(order));
  // Not every provider heeds the names that are asked for.
  std::erase_if(offers, [&](const fabric::Info& info) {
    const fabric::Offer offer = fabric::describe(*info);
    return (!order.domain.empty() && offer.domain != order.domain) ||
           (!order.fabric.empty() && offer.fabric != order.fabric);
  });
  if (offers.empty()) {
    throw std::runtime_error(fmt::format("libfabric {} offers no provider \"{}\"{}{}{}",
                                         fabric::version_text(fabric::library_version()),
                                         order.provider, order.domain.empty() ? "" : " for ",
                                         order.domain, order.gpu.empty() ? "" : no_gpu_memory));
  }
  // "net" is also offered as "net;ofi_rxm": the one that was asked for comes first.
  for (fabric::Info& offer : offers) {
    if (fabric::describe(*offer).provider == order.provider) return std::move(offer);
  }
  return std::move(offers.front());
}

RailEnd::RailEnd(const OpenOrder& order)
    : order_(order),
      source_(source_for(order)),
      domain_(choose(order)),
      queue_(domain_, queue_entries),
      endpoint_(domain_, queue_,
                {.forbid_cuda = !order.gpu.empty(), .forbid_shared_memory = true}) {}

Opened RailEnd::opened() const {
  Opened opened;
  opened.name = hex_of(endpoint_.name());
  opened.provider = offer().provider;
  opened.fabric = offer().fabric;
  opened.domain = offer().domain;
  opened.api = fabric::version_text(offer().api);
  opened.library = fabric::version_text(fabric::library_version());
  opened.inject_size = inject_size();
  opened.transmits = offer().transmits;
  opened.receives = offer().receives;
  opened.largest_message = offer().largest_message;
  const std::optional<bool> emulated = endpoint_.writes_are_emulated();
  opened.writes_are_emulated = !emulated ? "unknown" : *emulated ? "yes" : "no";
  return opened;
}

RemoteMemory RailEnd::allot(std::size_t out_bytes, std::size_t in_bytes) {
  if (out_bytes > out_.size() || in_bytes > in_.size()) {
    out_bytes = whole_pages(std::max(out_bytes, out_.size()));
    in_bytes = whole_pages(std::max(in_bytes, in_.size()));
    region_.reset();
    memory_.reset();
    const std::size_t lead = is_of_host() ? lead_of(offer().provider) : 0;
    memory_ = source_->get(lead + out_bytes + in_bytes);
    region_.emplace(memory_->registered(domain_, next_key_++));
    out_ = memory_->bytes().subspan(lead, out_bytes);
    in_ = memory_->bytes().subspan(lead + out_bytes, in_bytes);
  }
  const auto before_in = static_cast<std::size_t>(in_.data() - memory_->bytes().data());
  return {region_->remote_base() + before_in, region_->key()};
}

void RailEnd::progress() {
  std::array<fabric::Completion, 16> entries;
  const long count = queue_.read(entries);
  if (count < 0) throw_completion_error(count);
}

void RailEnd::throw_completion_error(long result) {
  if (result == -FI_EAVAIL) {
    if (const auto error = queue_.error()) {
      throw std::runtime_error(describe_fault(offer().provider, *error));
    }
  }
  fabric::check(result, "fi_cq_read", domain_.name());
  throw std::runtime_error("fi_cq_read of " + domain_.name() + ": an error that is gone");
}

std::string hex_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  }
  return text;
}

std::vector<std::byte> bytes_of(const std::string& hex) {
  const auto digit = [&](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    throw std::invalid_argument(fmt::format("found \"{}\", expected hexadecimal digits", hex));
  };
  if (hex.size() % 2 != 0) digit('?');
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

}  // namespace plumbline::efa
