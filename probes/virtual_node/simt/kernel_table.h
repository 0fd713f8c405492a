#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace plumbline::virtual_node {

/// One access of a kernel to memory: a range that it reads or writes once.
struct Access {
  const void* address = nullptr;
  std::size_t bytes = 0;
  std::size_t alignment = 1;
  bool write = false;
  /// Of a multicast address, by an instruction that is made for it; once it is resolved, of the
  /// memory behind it.
  bool multicast = false;
};

/// What a launch moves, as declared beside the kernel.
struct Traffic {
  std::vector<Access> accesses;
  std::size_t dependent_loads = 0;  ///< one after the other, each waiting for the one before
  /// How many elements are visited, where the kernel does nothing else: blocks that get none of
  /// them may be left out.
  std::optional<std::size_t> elements;
  /// A word that the kernel waits for, until it is not zero or the time is over.
  struct Wait {
    const volatile unsigned* word;
    double limit_ns;
  };
  std::optional<Wait> waits;
};

/// A kernel's body compiled for the host, found by its name. The parameters are given as the driver
/// has them: pointers to their values.
struct HostKernel {
  std::string name;
  std::vector<unsigned> parameter_sizes;
  void (*run)(void** parameters) = nullptr;      ///< one thread
  void (*declare)(void** parameters) = nullptr;  ///< its traffic
};

/// The kernel of this name; its members are null where its source did not give them.
HostKernel& host_kernel(const std::string& name);

/// What `declare` of a kernel says about a launch.
Traffic traffic_of(const HostKernel& kernel, void** parameters);

/// Adds to the traffic that is being declared.
void add_access(Access access);
void add_dependent_loads(std::size_t count);
void add_elements(std::size_t count);
void add_wait(Traffic::Wait wait);

/// Calls a function with parameters that come as pointers to their values.
template <auto function>
struct Unpack;
template <class... Args, void (*function)(Args...)>
struct Unpack<function> {
  static void call(void** parameters) { call(parameters, std::index_sequence_for<Args...>{}); }
  static std::vector<unsigned> sizes() { return {static_cast<unsigned>(sizeof(Args))...}; }

 private:
  template <std::size_t... i>
  static void call(void** parameters, std::index_sequence<i...>) {
    function(*static_cast<Args*>(parameters[i])...);
  }
};

/// Enter a function into the table, before main.
template <auto function>
struct AddBody {
  explicit AddBody(const char* name) {
    host_kernel(name).parameter_sizes = Unpack<function>::sizes();
    host_kernel(name).run = &Unpack<function>::call;
  }
};
template <auto function>
struct AddTraffic {
  explicit AddTraffic(const char* name) { host_kernel(name).declare = &Unpack<function>::call; }
};

}  // namespace plumbline::virtual_node
