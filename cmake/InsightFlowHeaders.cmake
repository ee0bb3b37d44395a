# header_check: each public header, and each of the HTTP adapter's, compiled alone, without the
# precompiled header. Not part of the default build.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/include
  ${CMAKE_SOURCE_DIR}/include/insightflow/*.hpp)
file(GLOB_RECURSE adapter_headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/adapters
  ${CMAKE_SOURCE_DIR}/adapters/http/*.hpp)

set(sources "")
foreach(header IN LISTS headers adapter_headers)
  string(REPLACE ".hpp" ".cpp" source ${CMAKE_BINARY_DIR}/generated/headers/${header})
  # Twice: a header without a guard is found as well.
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT "#include <@header@>\n#include <@header@>\n")
  list(APPEND sources ${source})
endforeach()

add_library(header_check OBJECT EXCLUDE_FROM_ALL ${sources})
target_link_libraries(header_check PRIVATE insightflow_core insightflow_flags Threads::Threads)
target_include_directories(header_check PRIVATE ${CMAKE_SOURCE_DIR}/adapters)
set_target_properties(header_check PROPERTIES UNITY_BUILD OFF)
