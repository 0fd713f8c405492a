#include "probes/efa/completion_fault.h"

#include <algorithm>
#include <iterator>

namespace plumbline::efa {
namespace {

struct Meaning {
  int provider_error;
  const char* text;
};

/// Completion statuses of an EFA device (efa_io_defs.h of the driver) and, above 4096, errors of
/// libfabric's provider efa.
constexpr Meaning of_efa[] = {
    {1, "flushed, because this end's queue pair was destroyed"},
    {5, "this end's key, address or access is wrong: a fault of the probe"},
    {7, "the peer's key, address or access is wrong: a fault of the probe"},
    {8, "the peer reset the connection"},
    {9, "the peer has closed its queue pair"},
    {10, "the peer had posted no receive: a fault of the probe"},
    {13, "the peer answered before and does not any more: it died, or the path did"},
    {14, "this end's address is not known to the peer: a fault of the probe"},
    {15, "the peer never answered: look at security groups and subnets before hardware"},
    {18, "the peer's software has other features: compare versions"},
    {4124, "the receiver is silent, and there was a connection"},
    {4126, "the peer's device was reached, but the handshake failed"},
};

}  // namespace

std::string describe_fault(const std::string& provider, const fabric::CompletionError& error) {
  std::string text = fabric::to_string(error);
  if (provider != "efa") return text;
  const auto* const found = std::find_if(
      std::begin(of_efa), std::end(of_efa),
      [&](const Meaning& meaning) { return meaning.provider_error == error.provider_error; });
  if (found != std::end(of_efa)) text += std::string(": ") + found->text;
  return text;
}

}  // namespace plumbline::efa
