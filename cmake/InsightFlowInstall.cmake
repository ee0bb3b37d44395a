# cmake --install, and find_package(InsightFlow) for those who use it. Core is exported on its own, so
# that who asks for it alone needs none of the libraries behind the rooms.
get_property(rooms GLOBAL PROPERTY INSIGHTFLOW_ROOMS)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/InsightFlow)

install(TARGETS insightflow_core EXPORT InsightFlowCoreTargets)
install(TARGETS insightflow ${rooms} EXPORT InsightFlowTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/insightflow DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(set IN ITEMS InsightFlowCoreTargets InsightFlowTargets)
  install(EXPORT ${set} NAMESPACE insightflow:: DESTINATION ${package})
endforeach()

configure_package_config_file(cmake/InsightFlowConfig.cmake.in
  ${CMAKE_BINARY_DIR}/InsightFlowConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/InsightFlowConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/InsightFlowConfig.cmake
  ${CMAKE_BINARY_DIR}/InsightFlowConfigVersion.cmake DESTINATION ${package})
