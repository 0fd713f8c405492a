// The exported functions, and the state behind them.

#include <dlfcn.h>

#include <cstdio>
#include <filesystem>

#include "probes/virtual_node/cublaslt/matmul.h"
#include "probes/virtual_node/cublaslt/objects.h"

#define VIRTUAL_NODE_EXPORT extern "C" __attribute__((visibility("default")))

namespace plumbline::virtual_node {
namespace {

std::filesystem::path machine_file() {
  Dl_info here{};
  if (::dladdr(reinterpret_cast<void*>(&machine_file), &here) == 0 || here.dli_fname == nullptr) {
    throw std::runtime_error("this library does not know where it lies");
  }
  return std::filesystem::path(here.dli_fname).parent_path() / "machine.toml";
}

template <class Function>
void find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(library, name));
}

}  // namespace

CublasLt& the_cublaslt() {
  static CublasLt library{read_machine(machine_file()), {}, {}, {}, {}, {}, {}};
  return library;
}

std::mutex& cublaslt_mutex() {
  static std::mutex mutex;
  return mutex;
}

void explain(const char* call, const CublasFailed& failure) {
  if (failure.why.empty()) return;
  std::fprintf(stderr, "virtual node: %s: %s\n", call, failure.why.c_str());
}

void* CublasLt::current_context() {
  if (cuda.queue_work == nullptr) {
    // The one that the program has opened: found by its soname, never another one.
    void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD);
    if (driver == nullptr) {
      throw CublasFailed(CUBLAS_STATUS_NOT_INITIALIZED, "the program has opened no libcuda.so.1");
    }
    find(driver, "cuCtxGetCurrent", cuda.current_context);
    find(driver, "plumbline_gpu_of", cuda.gpu_of);
    find(driver, "plumbline_queue_work", cuda.queue_work);
    if (cuda.queue_work == nullptr) {
      throw CublasFailed(CUBLAS_STATUS_NOT_INITIALIZED, "libcuda.so.1 is none of a virtual node");
    }
  }
  void* context = nullptr;
  if (cuda.current_context(&context) != 0 || context == nullptr) {
    throw CublasFailed(CUBLAS_STATUS_NOT_INITIALIZED, "no context is current on this thread");
  }
  return context;
}

}  // namespace plumbline::virtual_node

using plumbline::virtual_node::Attributes;
using plumbline::virtual_node::CublasFailed;
using plumbline::virtual_node::CublasLt;
using plumbline::virtual_node::cublaslt_mutex;
using plumbline::virtual_node::explain;
using plumbline::virtual_node::guarded_cublaslt;
using plumbline::virtual_node::MatmulCall;
using plumbline::virtual_node::MatrixLayout;
using plumbline::virtual_node::the_cublaslt;

namespace {

/// Bytes of an attribute's value; throws for one that is not modelled.
std::size_t bytes_of(cublasLtMatmulDescAttributes_t attribute) {
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
    case CUBLASLT_MATMUL_DESC_TRANSB:
    case CUBLASLT_MATMUL_DESC_A_SCALE_MODE:
    case CUBLASLT_MATMUL_DESC_B_SCALE_MODE:
      return sizeof(std::int32_t);
    case CUBLASLT_MATMUL_DESC_A_SCALE_POINTER:
    case CUBLASLT_MATMUL_DESC_B_SCALE_POINTER:
      return sizeof(void*);
    default:
      throw CublasFailed(CUBLAS_STATUS_NOT_SUPPORTED,
                         "attribute " + std::to_string(attribute) + " is not modelled");
  }
}

std::size_t bytes_of(cublasLtMatmulPreferenceAttributes_t attribute) {
  switch (attribute) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
      return sizeof(std::uint64_t);
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
      return sizeof(std::uint32_t);
    default:
      throw CublasFailed(CUBLAS_STATUS_NOT_SUPPORTED,
                         "preference " + std::to_string(attribute) + " is not modelled");
  }
}

MatmulCall call_of(CublasLt& library, cublasLtMatmulDesc_t matmul, cublasLtMatrixLayout_t a,
                   cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d) {
  return {library.matmuls.at(matmul, "description"), library.layouts.at(a, "layout of A"),
          library.layouts.at(b, "layout of B"), library.layouts.at(c, "layout of C"),
          library.layouts.at(d, "layout of D")};
}

}  // namespace

VIRTUAL_NODE_EXPORT const char* plumbline_stand_in(const char* key) {
  const std::lock_guard lock(cublaslt_mutex());
  try {
    const auto& machine = the_cublaslt().machine;
    if (std::strcmp(key, "host") == 0) return machine.host.c_str();
    if (std::strcmp(key, "instance_type") == 0) return machine.instance_type.c_str();
  } catch (const std::exception& error) {
    explain("plumbline_stand_in", CublasFailed(CUBLAS_STATUS_INTERNAL_ERROR, error.what()));
  }
  return "";
}

VIRTUAL_NODE_EXPORT std::size_t cublasLtGetVersion() {
  const std::lock_guard lock(cublaslt_mutex());
  try {
    return static_cast<std::size_t>(the_cublaslt().machine.cublaslt_version);
  } catch (const std::exception& error) {
    explain("cublasLtGetVersion", CublasFailed(CUBLAS_STATUS_INTERNAL_ERROR, error.what()));
    return 0;
  }
}

VIRTUAL_NODE_EXPORT const char* cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_INTERNAL_ERROR:
      return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
      return "CUBLAS_STATUS_UNKNOWN";
  }
}

VIRTUAL_NODE_EXPORT const char* cublasLtGetStatusString(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "success";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "the library was not initialized";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "an unsupported value or parameter was passed to the function";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "the function failed to launch on the GPU";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "the functionality requested is not supported";
    default:
      return "an internal operation failed";
  }
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  return guarded_cublaslt("cublasLtCreate", [&](CublasLt& library) {
    *handle =
        reinterpret_cast<cublasLtHandle_t>(library.libraries.add({library.current_context()}));
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  return guarded_cublaslt("cublasLtDestroy",
                          [&](CublasLt& library) { library.libraries.remove(handle, "handle"); });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* handle,
                                                            cublasComputeType_t compute,
                                                            cudaDataType_t scale) {
  return guarded_cublaslt("cublasLtMatmulDescCreate", [&](CublasLt& library) {
    *handle = reinterpret_cast<cublasLtMatmulDesc_t>(library.matmuls.add({compute, scale, {}}));
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t handle) {
  return guarded_cublaslt("cublasLtMatmulDescDestroy", [&](CublasLt& library) {
    library.matmuls.remove(handle, "description");
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatmulDescSetAttribute(
    cublasLtMatmulDesc_t handle, cublasLtMatmulDescAttributes_t attribute, const void* value,
    std::size_t bytes) {
  return guarded_cublaslt("cublasLtMatmulDescSetAttribute", [&](CublasLt& library) {
    library.matmuls.at(handle, "description")
        .attributes.set(attribute, value, bytes, bytes_of(attribute));
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* handle,
                                                              cudaDataType type, std::uint64_t rows,
                                                              std::uint64_t columns,
                                                              std::int64_t leading) {
  return guarded_cublaslt("cublasLtMatrixLayoutCreate", [&](CublasLt& library) {
    if (rows == 0 || columns == 0 || leading < static_cast<std::int64_t>(rows)) {
      throw CublasFailed(CUBLAS_STATUS_INVALID_VALUE, "the leading dimension is below the rows");
    }
    *handle = reinterpret_cast<cublasLtMatrixLayout_t>(
        library.layouts.add({type, rows, columns, leading}));
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t handle) {
  return guarded_cublaslt("cublasLtMatrixLayoutDestroy",
                          [&](CublasLt& library) { library.layouts.remove(handle, "layout"); });
}

VIRTUAL_NODE_EXPORT cublasStatus_t
cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* handle) {
  return guarded_cublaslt("cublasLtMatmulPreferenceCreate", [&](CublasLt& library) {
    *handle = reinterpret_cast<cublasLtMatmulPreference_t>(library.preferences.add({}));
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t
cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t handle) {
  return guarded_cublaslt("cublasLtMatmulPreferenceDestroy", [&](CublasLt& library) {
    library.preferences.remove(handle, "preference");
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
    cublasLtMatmulPreference_t handle, cublasLtMatmulPreferenceAttributes_t attribute,
    const void* value, std::size_t bytes) {
  return guarded_cublaslt("cublasLtMatmulPreferenceSetAttribute", [&](CublasLt& library) {
    library.preferences.at(handle, "preference")
        .attributes.set(attribute, value, bytes, bytes_of(attribute));
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t handle, cublasLtMatmulDesc_t matmul, cublasLtMatrixLayout_t a,
    cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
    cublasLtMatmulPreference_t preference, int asked, cublasLtMatmulHeuristicResult_t* results,
    int* count) {
  return guarded_cublaslt("cublasLtMatmulAlgoGetHeuristic", [&](CublasLt& library) {
    library.libraries.at(handle, "handle");
    *count = 0;
    if (asked < 1) throw CublasFailed(CUBLAS_STATUS_INVALID_VALUE, "no algorithm is asked for");
    const auto found = candidates(library, call_of(library, matmul, a, b, c, d),
                                  library.preferences.at(preference, "preference"));
    for (const auto& result : found) {
      if (*count < asked) results[(*count)++] = result;
    }
    if (*count == 0) throw CublasFailed(CUBLAS_STATUS_NOT_SUPPORTED, "no algorithm fits");
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(
    const cublasLtMatmulAlgo_t* algorithm, cublasLtMatmulAlgoConfigAttributes_t attribute,
    void* value, std::size_t bytes, std::size_t* written) {
  return guarded_cublaslt("cublasLtMatmulAlgoConfigGetAttribute", [&](CublasLt&) {
    const std::int32_t found = plumbline::virtual_node::configuration(*algorithm, attribute);
    if (bytes != sizeof found) {
      throw CublasFailed(CUBLAS_STATUS_INVALID_VALUE, "the value has 4 bytes");
    }
    std::memcpy(value, &found, sizeof found);
    if (written != nullptr) *written = sizeof found;
  });
}

VIRTUAL_NODE_EXPORT cublasStatus_t cublasLtMatmul(
    cublasLtHandle_t handle, cublasLtMatmulDesc_t matmul, const void* alpha, const void* a,
    cublasLtMatrixLayout_t a_layout, const void* b, cublasLtMatrixLayout_t b_layout,
    const void* beta, const void* c, cublasLtMatrixLayout_t c_layout, void* d,
    cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t* algorithm, void* workspace,
    std::size_t workspace_bytes, cudaStream_t stream) {
  return guarded_cublaslt("cublasLtMatmul", [&](CublasLt& library) {
    if (library.libraries.at(handle, "handle").context != library.current_context()) {
      throw CublasFailed(CUBLAS_STATUS_INVALID_VALUE, "the handle is of another context");
    }
    queue_matmul(library, call_of(library, matmul, a_layout, b_layout, c_layout, d_layout),
                 {alpha, a, b, beta, c, d, algorithm, workspace, workspace_bytes, stream});
  });
}
