#include "probes/vendor/fabric_owners.h"

#include <sys/uio.h>

#include "probes/vendor/fabric_version.h"

namespace plumbline::fabric {
namespace {

/// What `open` gives, owned; throws what it says.
template <class Fid, class Open>
Owned<Fid> opened(const char* call, const std::string& where, const Open& open) {
  Fid* fid = nullptr;
  check(open(&fid), call, where);
  return Owned<Fid>(fid);
}

/// Sets an option that this provider or release may not know.
template <class Value>
void set_if_known(fid_ep* endpoint, int option, Value value, const std::string& where) {
  const int result = ::fi_setopt(&endpoint->fid, FI_OPT_ENDPOINT, option, &value, sizeof(value));
  if (result == -FI_ENOPROTOOPT || result == -FI_ENOSYS || result == -FI_EINVAL) return;
  check(result, "fi_setopt", where);
}

}  // namespace

Domain::Domain(Info info)
    : info_(std::move(info)),
      offer_(describe(*info_)),
      fabric_(opened<fid_fabric>(
          "fi_fabric", name(),
          [&](fid_fabric** out) { return ::fi_fabric(info_->fabric_attr, out, nullptr); })),
      domain_(opened<fid_domain>("fi_domain", name(), [&](fid_domain** out) {
        return ::fi_domain(fabric_.get(), info_.get(), out, nullptr);
      })) {}

std::string to_string(const CompletionError& error) {
  return error_text(error.error) + " (prov_errno " + std::to_string(error.provider_error) +
         (error.text.empty() ? "" : ": " + error.text) + ')';
}

CompletionQueue::CompletionQueue(const Domain& domain, std::size_t size)
    : queue_(opened<fid_cq>("fi_cq_open", domain.name(), [&](fid_cq** out) {
        WithRoom<fi_cq_attr> attributes;
        attributes.value.size = size;
        attributes.value.format = FI_CQ_FORMAT_DATA;
        attributes.value.wait_obj = FI_WAIT_NONE;
        return ::fi_cq_open(domain.handle(), &attributes.value, out, nullptr);
      })) {}

std::optional<CompletionError> CompletionQueue::error() {
  WithRoom<fi_cq_err_entry> entry;
  const long result = ::fi_cq_readerr(queue_.get(), &entry.value, 0);
  if (result == -FI_EAGAIN || result == 0) return std::nullopt;
  check(result, "fi_cq_readerr", "");
  const char* const text =
      ::fi_cq_strerror(queue_.get(), entry.value.prov_errno, entry.value.err_data, nullptr, 0);
  return CompletionError{entry.value.err, entry.value.prov_errno, text == nullptr ? "" : text,
                         entry.value.flags};
}

MemoryRegion::MemoryRegion(const Domain& domain, std::span<std::byte> memory,
                           std::uint64_t requested_key, const std::optional<GpuRange>& gpu)
    : region_(opened<fid_mr>("fi_mr_regattr", domain.name() + (gpu ? ", GPU memory" : ""),
                             [&](fid_mr** out) {
                               const iovec part{memory.data(), memory.size()};
                               const MrDmabuf dmabuf{gpu ? gpu->dmabuf_descriptor : -1, 0,
                                                     memory.size(), memory.data()};
                               WithRoom<fi_mr_attr> attributes;
                               attributes.value.mr_iov = &part;
                               attributes.value.iov_count = 1;
                               attributes.value.access = FI_SEND | FI_RECV | FI_READ | FI_WRITE |
                                                         FI_REMOTE_READ | FI_REMOTE_WRITE;
                               attributes.value.requested_key = requested_key;
                               std::uint64_t flags = 0;
                               if (gpu) {
                                 attributes.value.iface = FI_HMEM_CUDA;
                                 attributes.value.device.cuda = gpu->cuda_device;
                               }
                               if (dmabuf.fd >= 0) {
                                 // A union in the headers that have it.
                                 attributes.value.mr_iov = reinterpret_cast<const iovec*>(&dmabuf);
                                 flags |= mr_dmabuf;
                               }
                               return ::fi_mr_regattr(domain.handle(), &attributes.value, flags,
                                                      out);
                             })),
      remote_base_(domain.offer().addresses_are_virtual
                       ? reinterpret_cast<std::uintptr_t>(memory.data())
                       : 0) {}

Endpoint::Endpoint(const Domain& domain, CompletionQueue& queue, const EndpointOptions& options)
    : domain_name_(domain.name()),
      addresses_(opened<fid_av>("fi_av_open", domain_name_,
                                [&](fid_av** out) {
                                  WithRoom<fi_av_attr> attributes;
                                  attributes.value.type = domain.info()->domain_attr->av_type;
                                  return ::fi_av_open(domain.handle(), &attributes.value, out,
                                                      nullptr);
                                })),
      endpoint_(opened<fid_ep>("fi_endpoint", domain_name_, [&](fid_ep** out) {
        return ::fi_endpoint(domain.handle(), domain.info(), out, nullptr);
      })) {
  check(::fi_ep_bind(endpoint_.get(), &addresses_->fid, 0), "fi_ep_bind", domain_name_);
  check(::fi_ep_bind(endpoint_.get(), &queue.handle()->fid, FI_TRANSMIT | FI_RECV), "fi_ep_bind",
        domain_name_);
  if (domain.offer().provider == "efa") {
    // A receiver that is late must not end the test; the watchdog does.
    set_if_known(endpoint_.get(), option_efa_rnr_retry, std::size_t{7}, domain_name_);
  }
  if (options.forbid_cuda) {
    try {
      set_if_known(endpoint_.get(), option_cuda_api_permitted, false, domain_name_);
    } catch (const VendorError& error) {
      if (error.code() != -FI_EOPNOTSUPP) throw;
      throw VendorError(no_peer_to_peer, error.code(),
                        domain_name_ +
                            " does not reach GPU memory by itself; load nvidia-peermem, "
                            "or use a driver and kernel with dmabuf",
                        "");
    }
  }
  if (options.forbid_shared_memory) {
    set_if_known(endpoint_.get(), option_shared_memory_permitted, false, domain_name_);
  }
  check(::fi_enable(endpoint_.get()), "fi_enable", domain_name_);
}

std::vector<std::byte> Endpoint::name() const {
  std::size_t size = 0;
  const int result = ::fi_getname(&endpoint_->fid, nullptr, &size);
  if (result != -FI_ETOOSMALL) check(result, "fi_getname", domain_name_);
  std::vector<std::byte> name(size);
  check(::fi_getname(&endpoint_->fid, name.data(), &size), "fi_getname", domain_name_);
  name.resize(size);
  return name;
}

fi_addr_t Endpoint::insert(std::span<const std::byte> name) {
  fi_addr_t address = FI_ADDR_NOTAVAIL;
  const int inserted = ::fi_av_insert(addresses_.get(), name.data(), 1, &address, 0, nullptr);
  check(inserted, "fi_av_insert", domain_name_);
  if (inserted != 1) {
    throw VendorError("fi_av_insert of " + domain_name_, inserted, "the address was not taken", "");
  }
  return address;
}

std::optional<bool> Endpoint::writes_are_emulated() const {
  bool emulated = false;
  std::size_t size = sizeof(emulated);
  const int result =
      ::fi_getopt(&endpoint_->fid, FI_OPT_ENDPOINT, option_efa_emulated_write, &emulated, &size);
  if (result != 0) return std::nullopt;
  return emulated;
}

}  // namespace plumbline::fabric
