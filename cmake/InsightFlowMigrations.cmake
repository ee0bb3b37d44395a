# insightflow_migrations(TARGET DIALECT): compiles migrations/DIALECT/NNNN_name.sql into TARGET.
function(insightflow_migrations target dialect)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/${dialect}/*.sql)
  list(SORT files)
  set(rows "")
  foreach(file IN LISTS files)
    get_filename_component(stem ${file} NAME_WE)
    if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z_]+)$")
      message(FATAL_ERROR "A migration is named NNNN_what_it_does.sql, not ${file}")
    endif()
    set(number ${CMAKE_MATCH_1})
    set(name ${CMAKE_MATCH_2})
    string(REGEX REPLACE "^0+" "" number ${number})
    file(READ ${file} sql)
    string(APPEND rows "    {${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  set(generated ${CMAKE_BINARY_DIR}/generated/${dialect}_migrations.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include <insightflow/storage/@dialect@.hpp>

namespace insightflow::storage {

std::span<const Migration> @dialect@_migrations() {
  static constexpr Migration steps[] = {
@rows@  };
  return steps;
}

}  // namespace insightflow::storage
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
