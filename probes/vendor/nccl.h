#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "probes/vendor/bound_function.h"
#include "probes/vendor/cuda_abi.h"
#include "probes/vendor/dynamic_library.h"
#include "probes/vendor/environment.h"
#include "probes/vendor/nccl_abi.h"

namespace plumbline::nccl {

/// NCCL of this machine cannot be used. The message says what was found and how to mend it.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Finds functions in a library of NCCL's; a name is the same in every version.
class Symbols {
 public:
  explicit Symbols(const DynamicLibrary& library);
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  /// Needed by every caller; missing() lists what the library lacks of these.
  Binding needed(const char* name) const;
  /// Called only where the library has it.
  Binding optional(const char* name) const;

  const std::vector<const char*>& asked() const { return asked_; }
  const std::vector<const char*>& missing() const { return missing_; }

 private:
  Binding find(const char* name) const;

  const DynamicLibrary& library_;
  ReadStatus read_status_;
  mutable std::vector<const char*> asked_;
  mutable std::vector<const char*> missing_;
};

/// Every function of NCCL that is called. A stream is the driver's: the runtime's type is the same.
struct Functions {
  template <class Signature>
  using Call = BoundFunction<Signature>;

  const Symbols& find;

  Call<Result(int*)> version{find.needed("ncclGetVersion")};

  // Communicators
  Call<Result(UniqueId*)> unique_id{find.needed("ncclGetUniqueId")};
  Call<Result(CommHandle*, int, UniqueId, int, Config*)> init_rank{
      find.needed("ncclCommInitRankConfig")};
  Call<Result(CommHandle)> finalize{find.needed("ncclCommFinalize")};
  Call<Result(CommHandle)> destroy{find.needed("ncclCommDestroy")};
  Call<Result(CommHandle)> abort{find.needed("ncclCommAbort")};
  Call<Result(CommHandle, Result*)> async_error{find.needed("ncclCommGetAsyncError")};
  Call<Result(CommHandle, int*)> count{find.needed("ncclCommCount")};
  Call<Result(CommHandle, int*)> device{find.needed("ncclCommCuDevice")};
  Call<Result(CommHandle, int*)> user_rank{find.needed("ncclCommUserRank")};

  // Operations
  Call<Result()> group_start{find.needed("ncclGroupStart")};
  Call<Result()> group_end{find.needed("ncclGroupEnd")};
  Call<Result(const void*, void*, std::size_t, DataType, Reduction, CommHandle, cuda::StreamHandle)>
      all_reduce{find.needed("ncclAllReduce")};
  Call<Result(const void*, void*, std::size_t, DataType, CommHandle, cuda::StreamHandle)>
      all_gather{find.needed("ncclAllGather")};
  Call<Result(const void*, void*, std::size_t, DataType, Reduction, CommHandle, cuda::StreamHandle)>
      reduce_scatter{find.needed("ncclReduceScatter")};
  Call<Result(const void*, void*, std::size_t, DataType, int, CommHandle, cuda::StreamHandle)>
      broadcast{find.needed("ncclBroadcast")};
  Call<Result(const void*, void*, std::size_t, DataType, Reduction, int, CommHandle,
              cuda::StreamHandle)>
      reduce{find.needed("ncclReduce")};
  Call<Result(const void*, std::size_t, DataType, int, CommHandle, cuda::StreamHandle)> send{
      find.needed("ncclSend")};
  Call<Result(void*, std::size_t, DataType, int, CommHandle, cuda::StreamHandle)> receive{
      find.needed("ncclRecv")};

  // Since 2.19: memory that NCCL's fast paths reach without a copy
  Call<Result(void**, std::size_t)> memory_allocate{find.optional("ncclMemAlloc")};
  Call<Result(void*)> memory_free{find.optional("ncclMemFree")};
  Call<Result(CommHandle, void*, std::size_t, void**)> register_buffer{
      find.optional("ncclCommRegister")};
  Call<Result(CommHandle, void*)> deregister_buffer{find.optional("ncclCommDeregister")};
};

/// NCCL, opened and found to be usable. Open it after the driver, whose library it needs.
class Library {
 public:
  /// Opens libnccl.so.2, or exactly the file `path` if that is not empty. Asks for the version
  /// first, then for the functions. Throws Unavailable.
  explicit Library(const std::string& path = {});
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const Functions& call() const { return functions_; }
  const DynamicLibrary& library() const { return library_; }
  int version() const { return version_; }

  /// ncclMemAlloc and ncclCommRegister are there; else why not.
  std::string why_not_registered() const;

 private:
  DynamicLibrary library_;
  Symbols symbols_;
  Functions functions_;
  int version_ = 0;
};

/// "2.28.9" of 22809.
std::string version_text(int version);

/// A variable of NCCL's that was found in the environment.
struct Setting {
  std::string name;
  std::string value;  ///< empty for a name that is not known: it may say what is nobody's business
  bool kept = false;  ///< it says how this site's network is reached; all others are taken away
};

/// Takes every NCCL_ variable out of this process's environment except those that say which network
/// interfaces and plugins to use, so that what is measured does not depend on who started it. Call
/// it before the library is opened and before the first thread.
std::vector<Setting> scrub_environment();

/// The files from which NCCL also takes such settings, those of them that are there.
std::vector<std::string> configuration_files();

}  // namespace plumbline::nccl
