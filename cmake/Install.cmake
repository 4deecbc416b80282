# SPDX-License-Identifier: BSD-2-Clause
# The installed package. It finds everything relative to itself, so it may be moved. The build
# tree has the same package (bin/, lib.../cmake/optee_sim), so the command line program, which looks
# for it relative to its own file, works from there too.
include(CMakePackageConfigHelpers)

set(OPTEE_SIM_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/optee_sim)
set(OPTEE_SIM_DATA_DIR ${CMAKE_INSTALL_DATADIR}/optee_sim)

install(TARGETS optee_sim optee_sim_static optee_sim_main EXPORT optee_sim
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS optee-sim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# Its .c files are compiled with the drivers that need them.
install(DIRECTORY include/optee_sim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "osim/*.c")
install(DIRECTORY src/driver DESTINATION ${OPTEE_SIM_DATA_DIR}
  FILES_MATCHING PATTERN "*.[ch]")
install(FILES share/gdb/optee_sim-gdb.py DESTINATION ${OPTEE_SIM_DATA_DIR}/gdb)
file(GLOB man_pages CONFIGURE_DEPENDS docs/man/*.1)
install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# pkg-config
file(RELATIVE_PATH OPTEE_SIM_PC_TO_PREFIX
  /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" OPTEE_SIM_PC_TO_PREFIX "${OPTEE_SIM_PC_TO_PREFIX}")
configure_file(src/optee_sim.pc.in optee_sim.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/optee_sim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# CMake
set(functions
  cmake/OpteeSimDriver.cmake cmake/OpteeSimFeatures.cmake cmake/OpteeSimLinuxTree.cmake
  cmake/OpteeSimRunner.cmake
  cmake/osim_driver.c.in cmake/osim_runner.c.in)
set(OPTEE_SIM_MODEL_DIR ${OPTEE_SIM_DATA_DIR}/driver)
configure_package_config_file(cmake/optee_simConfig.cmake.in
  ${PROJECT_BINARY_DIR}/install/optee_simConfig.cmake
  INSTALL_DESTINATION ${OPTEE_SIM_CMAKE_DIR}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR OPTEE_SIM_MODEL_DIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/install/optee_simConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(EXPORT optee_sim NAMESPACE optee_sim:: FILE optee_simTargets.cmake
  DESTINATION ${OPTEE_SIM_CMAKE_DIR})
install(FILES ${functions}
  ${PROJECT_BINARY_DIR}/install/optee_simConfig.cmake
  ${PROJECT_BINARY_DIR}/install/optee_simConfigVersion.cmake
  DESTINATION ${OPTEE_SIM_CMAKE_DIR})

# The same from the build tree.
set(build_package ${PROJECT_BINARY_DIR}/${OPTEE_SIM_CMAKE_DIR})
set(CMAKE_INSTALL_INCLUDEDIR ${PROJECT_SOURCE_DIR}/include)
set(OPTEE_SIM_MODEL_DIR ${PROJECT_SOURCE_DIR}/src/driver)
configure_package_config_file(cmake/optee_simConfig.cmake.in
  ${build_package}/optee_simConfig.cmake
  INSTALL_PREFIX ${PROJECT_BINARY_DIR} INSTALL_DESTINATION ${OPTEE_SIM_CMAKE_DIR}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR OPTEE_SIM_MODEL_DIR)
export(EXPORT optee_sim NAMESPACE optee_sim:: FILE ${build_package}/optee_simTargets.cmake)
foreach(file IN LISTS functions)
  configure_file(${file} ${build_package} COPYONLY)
endforeach()
file(COPY ${PROJECT_BINARY_DIR}/install/optee_simConfigVersion.cmake DESTINATION ${build_package})
