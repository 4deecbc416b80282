# SPDX-License-Identifier: BSD-2-Clause
# Reading a Linux tree: where it is, which files its Makefiles name, which headers are taken.
# Internal to OpteeSimDriver.cmake.

include_guard(GLOBAL)

# _optee_sim_tree_dir(OUT TREE): the directory of a tree. A tarball is unpacked (only what a
# driver needs) below OPTEE_SIM_LINUX_CACHE, once per path, size and time of the tarball.
function(_optee_sim_tree_dir out tree)
  get_filename_component(tree "${tree}" ABSOLUTE)
  if(NOT EXISTS "${tree}")
    message(FATAL_ERROR "optee_sim: kernel tree '${tree}' does not exist")
  endif()
  if(NOT IS_DIRECTORY "${tree}")
    _optee_sim_unpack(tree "${tree}")
  endif()
  foreach(file drivers/tee/Makefile drivers/tee/optee/Makefile
      include/linux/tee_drv.h include/uapi/linux/tee.h)
    if(NOT EXISTS "${tree}/${file}")
      message(FATAL_ERROR "optee_sim: '${tree}' is not a kernel tree with OP-TEE: "
        "${file} is missing")
    endif()
  endforeach()
  set(${out} "${tree}" PARENT_SCOPE)
endfunction()

function(_optee_sim_unpack out tarball)
  set(cache "${OPTEE_SIM_LINUX_CACHE}")
  if(NOT cache)
    set(cache "${CMAKE_BINARY_DIR}/optee_sim/linux")
  endif()
  file(SIZE "${tarball}" size)
  file(TIMESTAMP "${tarball}" time UTC)
  string(MD5 key "${tarball} ${size} ${time}")
  string(SUBSTRING ${key} 0 12 key)
  set(dir "${cache}/${key}")
  if(NOT EXISTS "${dir}.complete")
    message(STATUS "optee_sim: unpacking drivers/tee of ${tarball}")
    file(REMOVE_RECURSE "${dir}")
    file(MAKE_DIRECTORY "${dir}")
    # Each pattern must match something, so one stands for tee_*.h and for rpmb.h, which
    # older trees lack.
    execute_process(
      COMMAND ${CMAKE_COMMAND} -E tar xf "${tarball}" "*drivers/tee/*"
        "*include/linux/[tr][ep][em][_b]*.h" "*include/uapi/linux/tee*.h"
      WORKING_DIRECTORY "${dir}"
      RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE reason)
    # Which file is missing, the caller says.
    if(failed AND NOT (reason MATCHES "include/.*Not found in archive"
        AND NOT reason MATCHES "drivers/.*Not found in archive"))
      file(REMOVE_RECURSE "${dir}")
      string(STRIP "${reason}" reason)
      message(FATAL_ERROR "optee_sim: '${tarball}' is not a tarball of a kernel tree "
        "with drivers/tee: ${reason}")
    endif()
    file(WRITE "${dir}.complete" "${tarball}\n")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${tarball}")
  file(GLOB makefile "${dir}/drivers/tee/Makefile" "${dir}/*/drivers/tee/Makefile")
  list(LENGTH makefile count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "optee_sim: '${tarball}' holds ${count} kernel trees "
      "(looked for drivers/tee/Makefile), need one")
  endif()
  string(REPLACE "/drivers/tee/Makefile" "" dir "${makefile}")
  set(${out} "${dir}" PARENT_SCOPE)
endfunction()

# _optee_sim_makefile_sources(OUT MAKEFILE MODULE CONFIG...): the .c files that a kbuild
# Makefile links into MODULE. Objects behind $(CONFIG_x) count where x is configured.
function(_optee_sim_makefile_sources out makefile module)
  file(READ "${makefile}" text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${makefile}")
  get_filename_component(dir "${makefile}" DIRECTORY)
  string(REGEX REPLACE "\\\\[ \t]*\r?\n" " " text "${text}")
  string(REGEX REPLACE "#[^\n]*" "" text "${text}")
  string(REGEX MATCHALL "(^|\n)${module}-[^\n]*" lines "${text}")
  set(sources "")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "${module}-(objs|y|\\$\\(CONFIG_([A-Z0-9_]+)\\))[ \t]*[:+]?=[ \t]*(.*)")
      continue()
    endif()
    set(config "${CMAKE_MATCH_2}")
    set(objects "${CMAKE_MATCH_3}")
    if(config AND NOT config IN_LIST ARGN)
      continue()
    endif()
    string(REGEX MATCHALL "[^ \t\r\n]+\\.o" objects "${objects}")
    foreach(object IN LISTS objects)
      string(REGEX REPLACE "\\.o$" ".c" source "${dir}/${object}")
      if(NOT EXISTS "${source}")
        message(FATAL_ERROR "optee_sim: ${makefile} names ${object}, but ${source} is missing")
      endif()
      list(APPEND sources "${source}")
    endforeach()
  endforeach()
  if(NOT sources)
    message(FATAL_ERROR "optee_sim: ${makefile} names no objects of ${module}")
  endif()
  list(REMOVE_DUPLICATES sources)
  set(${out} "${sources}" PARENT_SCOPE)
endfunction()

# _optee_sim_tree_headers(DIR TREE): a directory with the few headers that must be the tree's
# own, and nothing else of it, so that a header that the kernel API lacks is "no such file".
function(_optee_sim_tree_headers dir tree)
  file(REMOVE_RECURSE "${dir}")
  file(MAKE_DIRECTORY "${dir}/linux" "${dir}/uapi/linux")
  file(GLOB headers "${tree}/include/linux/tee*.h" "${tree}/include/linux/rpmb.h"
    "${tree}/include/uapi/linux/tee*.h")
  foreach(header IN LISTS headers)
    get_filename_component(name "${header}" NAME)
    file(CREATE_LINK "${header}" "${dir}/linux/${name}" SYMBOLIC)
    if(header MATCHES "/uapi/")
      file(CREATE_LINK "${header}" "${dir}/uapi/linux/${name}" SYMBOLIC)
    endif()
  endforeach()
endfunction()
