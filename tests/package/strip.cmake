# SPDX-License-Identifier: BSD-2-Clause
# Copies the package in STAGE to STRIPPED without debug information, as distributions install it.
file(REMOVE_RECURSE "${STRIPPED}")
file(COPY "${STAGE}/" DESTINATION "${STRIPPED}")
file(GLOB_RECURSE libraries "${STRIPPED}/liboptee_sim*.a" "${STRIPPED}/liboptee_sim.so*")
foreach(library IN LISTS libraries)
  if(NOT IS_SYMLINK "${library}")
    execute_process(COMMAND "${STRIP}" --strip-debug "${library}" COMMAND_ERROR_IS_FATAL ANY)
  endif()
endforeach()
