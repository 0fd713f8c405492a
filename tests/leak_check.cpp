// What LeakSanitizer must know about libraries that are not ours; linked into every unit test of
// the preset asan.

#include <dlfcn.h>

namespace {

// hwloc unloads its plug-in for PCI and with it libpciaccess, whose tables then look lost. While
// the library is held, they are found.
[[maybe_unused]] void* const held = ::dlopen("libpciaccess.so.0", RTLD_NOW | RTLD_NODELETE);

}  // namespace

// The net provider of libfabric 1.17 loses a copy of its fi_info with every endpoint and
// connection; tcp and shm, which are closed in the same way, lose nothing.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfabric.so\n"; }
