# Device code: .cu files compiled by nvcc for every architecture that the instance types have, and
# carried inside the probe. Without nvcc a probe builds too, and says what it was built without.

set(PLUMBLINE_DEVICE_ARCHITECTURES 80 90 100 103)

plumbline_part(PLUMBLINE_NVCC nvcc "device code of the GPU probes"
               "the CUDA toolkit, 12.9 or later; without it they build and skip" HINTS
               ENV CUDA_PATH PATH_SUFFIXES bin PATHS /usr/local/cuda/bin)
if(PLUMBLINE_NVCC)
  # nvcc may be a script or a link elsewhere: where its toolkit lies, it says itself.
  execute_process(COMMAND ${PLUMBLINE_NVCC} -v --dryrun - OUTPUT_QUIET ERROR_VARIABLE said)
  if(NOT said MATCHES "#\\$ TOP=([^\n]+)")
    message(FATAL_ERROR "${PLUMBLINE_NVCC} -v --dryrun - does not say where its toolkit is; found\n"
                        "${said}expected a line '#$ TOP=FOLDER'. -DPLUMBLINE_NVCC=FILE names another")
  endif()
  get_filename_component(PLUMBLINE_CUDA_ROOT ${CMAKE_MATCH_1} REALPATH)
  find_path(PLUMBLINE_CUDA_INCLUDE cuda.h PATHS ${PLUMBLINE_CUDA_ROOT}/include
            ${PLUMBLINE_CUDA_ROOT}/targets/x86_64-linux/include NO_DEFAULT_PATH)
  find_file(PLUMBLINE_CUDA_STUB libcuda.so PATHS ${PLUMBLINE_CUDA_ROOT}/lib64/stubs
            ${PLUMBLINE_CUDA_ROOT}/lib/stubs NO_DEFAULT_PATH)
  # NCCL is a package of its own (Debian: libnccl-dev); its header needs the toolkit's.
  find_path(PLUMBLINE_NCCL_INCLUDE nccl.h HINTS ${PLUMBLINE_CUDA_INCLUDE})
  find_file(PLUMBLINE_NCCL_LIBRARY libnccl.so.2 HINTS ${PLUMBLINE_CUDA_ROOT}/lib64
            PATHS /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu /usr/lib64 NO_DEFAULT_PATH)
  find_file(PLUMBLINE_CUBLASLT_LIBRARY NAMES libcublasLt.so.13 libcublasLt.so.12
            PATHS ${PLUMBLINE_CUDA_ROOT}/lib64 ${PLUMBLINE_CUDA_ROOT}/lib NO_DEFAULT_PATH)
  mark_as_advanced(PLUMBLINE_CUDA_INCLUDE PLUMBLINE_CUDA_STUB PLUMBLINE_NCCL_INCLUDE
                   PLUMBLINE_NCCL_LIBRARY PLUMBLINE_CUBLASLT_LIBRARY)
  execute_process(COMMAND ${PLUMBLINE_NVCC} --list-gpu-code OUTPUT_VARIABLE known)
  foreach(architecture IN LISTS PLUMBLINE_DEVICE_ARCHITECTURES)
    if(NOT known MATCHES "sm_${architecture}\n")
      message(STATUS "plumbline: left out: device code of the GPU probes, because "
                     "${PLUMBLINE_NVCC} cannot make sm_${architecture} (the CUDA toolkit, 12.9 or later)")
      unset(PLUMBLINE_NVCC CACHE)
      set(PLUMBLINE_NVCC PLUMBLINE_NVCC-NOTFOUND)
      break()
    endif()
  endforeach()
endif()

# The sources of all kernels, for the virtual node, which compiles them too.
set_property(GLOBAL PROPERTY PLUMBLINE_KERNELS "")

# Compiles SOURCE (with OLDEST 90 not for GPUs before that) and makes the target NAME_device_code:
# whoever links it carries, between the symbols plumbline_NAME_device_code and
# plumbline_NAME_device_code_end, a fatbin with a binary for each architecture, stored plain, so that it
# can be read without a decompressor, and behind it PTX for drivers and GPUs that take none of those:
# a driver takes binaries of its own CUDA's compilers and older ones only.
function(add_device_code name source)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "" OLDEST "")
  set(architectures ${PLUMBLINE_DEVICE_ARCHITECTURES})
  if(ARG_OLDEST)
    list(FIND architectures ${ARG_OLDEST} first)
    list(SUBLIST architectures ${first} -1 architectures)
  endif()
  set_property(GLOBAL APPEND PROPERTY PLUMBLINE_KERNELS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
  set(image ${CMAKE_CURRENT_BINARY_DIR}/${name}.fatbin)
  set(portable ${CMAKE_CURRENT_BINARY_DIR}/${name}.ptx)
  if(PLUMBLINE_NVCC)
    list(GET architectures 0 oldest)
    set(code "")
    set(code_of_portable "")
    foreach(architecture IN LISTS architectures)
      list(APPEND code -gencode arch=compute_${architecture},code=sm_${architecture})
      list(APPEND code_of_portable -gencode arch=compute_${oldest},code=sm_${architecture})
    endforeach()
    # The oldest PTX that knows the architecture and what its kernels use: of CUDA 11.0, and of 12.1
    # for multimem.
    set(ptx_version_80 7.0)
    set(ptx_version_90 8.1)
    set(compile ${CMAKE_COMMAND} -P ${PROJECT_SOURCE_DIR}/probes/gpu/compile_device_code.cmake --
                ${PLUMBLINE_NVCC} -fatbin --compress-mode=none -Xptxas -v)
    set(from_source -std=c++17 -O3 -I${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${source})
    add_custom_command(
      OUTPUT ${image} ${portable}
      COMMAND ${compile} ${from_source} ${code} -MD -MF ${image}.d -o ${image}
      COMMAND ${PLUMBLINE_NVCC} -ptx -arch=compute_${oldest} ${from_source} -o ${portable}
      COMMAND ${CMAKE_COMMAND} -D PTX=${portable} -D VERSION=${ptx_version_${oldest}}
              -P ${PROJECT_SOURCE_DIR}/probes/gpu/lower_ptx_version.cmake
      # Whether it keeps to that version the assembler knows.
      COMMAND ${compile} ${code_of_portable} -o ${portable}.fatbin ${portable}
      MAIN_DEPENDENCY ${source}
      DEPENDS ${PROJECT_SOURCE_DIR}/probes/gpu/compile_device_code.cmake
              ${PROJECT_SOURCE_DIR}/probes/gpu/lower_ptx_version.cmake
      DEPFILE ${image}.d
      COMMENT "Compiling device code ${source}"
      VERBATIM)
  else()
    file(CONFIGURE OUTPUT ${image} CONTENT "")
    file(CONFIGURE OUTPUT ${portable} CONTENT "")
  endif()
  set(carrier ${CMAKE_CURRENT_BINARY_DIR}/${name}_device_code.cpp)
  file(CONFIGURE OUTPUT ${carrier} @ONLY CONTENT [[
__asm__(R"(
    .pushsection .rodata.plumbline_device_code,"a",@progbits
    .balign 64
    .globl plumbline_@name@_device_code
plumbline_@name@_device_code:
    .incbin "@image@"
    .incbin "@portable@"
    .globl plumbline_@name@_device_code_end
plumbline_@name@_device_code_end:
    .byte 0
    .popsection
)");
]])
  set_source_files_properties(${carrier} PROPERTIES OBJECT_DEPENDS "${image};${portable}")
  add_library(${name}_device_code OBJECT ${carrier})
  # In a batch it would not be built again when the image is.
  set_target_properties(${name}_device_code PROPERTIES UNITY_BUILD OFF)
endfunction()
