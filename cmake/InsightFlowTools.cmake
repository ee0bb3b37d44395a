# Warnings, sanitizers, the precompiled header, ccache and mold: everything about how, nothing about what.

add_library(insightflow_flags INTERFACE)
target_compile_options(insightflow_flags INTERFACE -fPIC -Wall -Wextra -Wpedantic
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wnon-virtual-dtor -Wno-missing-field-initializers
  $<$<BOOL:${INSIGHTFLOW_WERROR}>:-Werror>)
# GCC 12 reports false positives of these inside Outcome and std::variant (GCC bug 105562).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(insightflow_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
    -Wno-array-bounds
    # Where files are compiled together it takes each for a header that others include, too.
    $<$<BOOL:${CMAKE_UNITY_BUILD}>:-Wno-subobject-linkage>)
endif()
if(INSIGHTFLOW_SANITIZE)
  target_compile_options(insightflow_flags INTERFACE -fsanitize=${INSIGHTFLOW_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(insightflow_flags INTERFACE -fsanitize=${INSIGHTFLOW_SANITIZE})
endif()

if(INSIGHTFLOW_FUZZ)
  target_compile_options(insightflow_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Contracted multiply-adds round differently from machine to machine; results must not.
target_compile_options(insightflow_flags INTERFACE -ffp-contract=off)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(cached CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1)
  # Without this, a precompiled header is given out again after a change of a comment in what it
  # holds; GCC then reads that file a second time.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND cached CCACHE_DEPEND=1)
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env ${cached} ${CCACHE})
  # What lets ccache keep objects that were compiled with a precompiled header.
  target_compile_options(insightflow_flags INTERFACE
    "$<IF:$<CXX_COMPILER_ID:GNU>,-fpch-preprocess,SHELL:-Xclang -fno-pch-timestamp>")
endif()

find_program(MOLD mold)
if(MOLD AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  add_link_options(-fuse-ld=mold)
endif()

# One precompiled header for std and core, shared by everything that is compiled with these flags.
option(INSIGHTFLOW_PCH "Use a precompiled header" ON)
function(insightflow_precompile target)
  if(NOT INSIGHTFLOW_PCH)
    return()
  endif()
  if(NOT TARGET insightflow_precompiled)
    file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "")
    add_library(insightflow_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
    target_link_libraries(insightflow_precompiled PRIVATE insightflow_core insightflow_flags
      Threads::Threads)
    target_precompile_headers(insightflow_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
  endif()
  target_precompile_headers(${target} REUSE_FROM insightflow_precompiled)
endfunction()
