#include "probes/vendor/fabric.h"

#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_errno.h>

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "probes/vendor/fabric_version.h"

namespace plumbline::fabric {
namespace {

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

/// The hints own their texts: fi_freeinfo gives them to free.
char* copy_of(const std::string& text) { return text.empty() ? nullptr : ::strdup(text.c_str()); }

Info hints_of(const Request& request) {
  Info hints(::fi_allocinfo());
  if (!hints) throw VendorError("fi_allocinfo", FI_ENOMEM, "out of memory", "");
  const bool efa = request.provider == "efa";
  hints->caps = FI_MSG | FI_RMA;
  if (efa) hints->caps |= FI_LOCAL_COMM | FI_REMOTE_COMM;  // shm refuses to be asked for these
  if (request.gpu_memory) hints->caps |= FI_HMEM;
  hints->mode = FI_CONTEXT | FI_CONTEXT2;
  if (request.receives_hold_data) hints->mode |= FI_RX_CQ_DATA;
  hints->ep_attr->type = FI_EP_RDM;

  fi_domain_attr& domain = *hints->domain_attr;
  domain.mr_mode = FI_MR_LOCAL | FI_MR_VIRT_ADDR | FI_MR_ALLOCATED | FI_MR_PROV_KEY;
  if (request.gpu_memory) domain.mr_mode |= FI_MR_HMEM;
  domain.threading = FI_THREAD_DOMAIN;
  domain.resource_mgmt = FI_RM_ENABLED;
  domain.av_type = FI_AV_TABLE;
  domain.cq_data_size = 4;
  domain.name = copy_of(request.domain);
  hints->tx_attr->tclass = request.low_latency ? FI_TC_LOW_LATENCY : FI_TC_UNSPEC;
  hints->fabric_attr->prov_name = copy_of(request.provider);
  hints->fabric_attr->name = copy_of(request.fabric);
  return hints;
}

/// The address in numbers; empty if it is none of the Internet.
std::string ip_of(const void* address, std::size_t size) {
  if (address == nullptr || size < sizeof(sockaddr_in)) return "";
  std::array<char, NI_MAXHOST> text{};
  const int result =
      ::getnameinfo(static_cast<const sockaddr*>(address), static_cast<socklen_t>(size),
                    text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  return result == 0 ? text.data() : "";
}

void describe_device(const fid_nic& nic, Offer& offer) {
  if (const fi_device_attr* device = nic.device_attr) {
    offer.device = text_of(device->name);
    offer.device_id = text_of(device->device_id);
    offer.device_version = text_of(device->device_version);
    offer.driver = text_of(device->driver);
    offer.firmware = text_of(device->firmware);
  }
  if (nic.bus_attr != nullptr && nic.bus_attr->bus_type == FI_BUS_PCI) {
    const fi_pci_attr& pci = nic.bus_attr->attr.pci;
    offer.pci = PciFunction{pci.domain_id, pci.bus_id, pci.device_id, pci.function_id};
  }
  if (nic.link_attr != nullptr) {
    offer.mtu = nic.link_attr->mtu;
    offer.link_bits_per_s = static_cast<double>(nic.link_attr->speed);
  }
}

}  // namespace

std::uint32_t library_version() { return ::fi_version(); }

std::uint32_t api_version() { return std::min<std::uint32_t>(::fi_version(), wanted_api); }

std::string version_text(std::uint32_t version) {
  return std::to_string(FI_MAJOR(version)) + '.' + std::to_string(FI_MINOR(version));
}

std::vector<Info> find(const Request& request) {
  const Info hints = hints_of(request);
  fi_info* found = nullptr;
  const char* const node = request.source.empty() ? nullptr : request.source.c_str();
  const int result =
      ::fi_getinfo(api_version(), node, nullptr, node ? FI_SOURCE : 0, hints.get(), &found);
  if (result == -FI_ENODATA) return {};
  check(result, "fi_getinfo", request.provider);
  const Info list(found);
  std::vector<Info> offers;
  for (const fi_info* entry = found; entry != nullptr; entry = entry->next) {
    offers.emplace_back(::fi_dupinfo(entry));
    if (!offers.back()) throw VendorError("fi_dupinfo", FI_ENOMEM, "out of memory", "");
  }
  return offers;
}

Offer describe(const fi_info& info) {
  Offer offer;
  offer.provider = text_of(info.fabric_attr->prov_name);
  offer.fabric = text_of(info.fabric_attr->name);
  offer.domain = text_of(info.domain_attr->name);
  offer.source = ip_of(info.src_addr, info.src_addrlen);
  offer.api = info.fabric_attr->api_version;
  offer.inject_size = info.tx_attr->inject_size;
  offer.transmits = info.tx_attr->size;
  offer.receives = info.rx_attr->size;
  offer.largest_message = info.ep_attr->max_msg_size;
  offer.immediate_bytes = info.domain_attr->cq_data_size;
  offer.addresses_are_virtual = (info.domain_attr->mr_mode & FI_MR_VIRT_ADDR) != 0;
  offer.provider_makes_keys = (info.domain_attr->mr_mode & FI_MR_PROV_KEY) != 0;
  if (info.nic != nullptr) describe_device(*info.nic, offer);
  return offer;
}

std::string error_text(long result) { return ::fi_strerror(static_cast<int>(std::abs(result))); }

void check(long result, const char* call, const std::string& where) {
  if (result >= 0) return;
  throw VendorError(call + (where.empty() ? "" : " of " + where), static_cast<int>(result),
                    error_text(result), "");
}

}  // namespace plumbline::fabric
