# cmake --install, and find_package(InsightFlow) for those who use it.
get_property(rooms GLOBAL PROPERTY INSIGHTFLOW_ROOMS)
install(TARGETS insightflow insightflow_core ${rooms} EXPORT InsightFlowTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/insightflow DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT InsightFlowTargets NAMESPACE insightflow::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/InsightFlow)
configure_package_config_file(cmake/InsightFlowConfig.cmake.in
  ${CMAKE_BINARY_DIR}/InsightFlowConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/InsightFlow)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/InsightFlowConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/InsightFlowConfig.cmake
  ${CMAKE_BINARY_DIR}/InsightFlowConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/InsightFlow)
