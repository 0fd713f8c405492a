#include "probes/virtual_node/simt/kernel_table.h"

#include <map>

namespace plumbline::virtual_node {
namespace {

/// What declare() adds to; the driver calls one at a time.
Traffic* declaring = nullptr;

}  // namespace

HostKernel& host_kernel(const std::string& name) {
  static std::map<std::string, HostKernel> table;
  HostKernel& kernel = table[name];
  kernel.name = name;
  return kernel;
}

Traffic traffic_of(const HostKernel& kernel, void** parameters) {
  Traffic traffic;
  declaring = &traffic;
  kernel.declare(parameters);
  declaring = nullptr;
  return traffic;
}

void add_access(Access access) { declaring->accesses.push_back(access); }
void add_dependent_loads(std::size_t count) { declaring->dependent_loads += count; }
void add_elements(std::size_t count) { declaring->elements = count; }
void add_wait(Traffic::Wait wait) { declaring->waits = wait; }

}  // namespace plumbline::virtual_node
