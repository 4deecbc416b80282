# SPDX-License-Identifier: BSD-2-Clause
#[[
What "optee-sim run --kernel TREE" builds, as a project of its own in the cache. Called by it:

  cmake -DTREE=... -DBUILD=plain|asan -DCACHE=dir -DPROGRAM=file -DRESULT=file -P OpteeSimRunner.cmake

or, for a driver in files of its own that stay where they are,

  cmake "-DDRIVER=/a.c;/b.c" (the others as above) -P OpteeSimRunner.cmake

-DSCENARIOS=/x.c;/y.c: files with scenarios, which stay where they are, too.

The driver's files are copied to CACHE/runners/KEY/tree, where KEY stands for their contents, for
how they are built (also -DCOVERAGE=ON) and for the PROGRAM (and so the version) that asks. RESULT gets KEY's directory;
that a runner in it is whole, the program says by a file "complete".
]]
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/OpteeSimLinuxTree.cmake)

set(how "${BUILD}")
set(how_key "")
if(COVERAGE)
  string(APPEND how " COVERAGE")
endif()

# Of a list of files, as words of CMake.
function(words_of out)
  set(words "")
  foreach(file IN LISTS ARGN)
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "no such file: ${file}")
    endif()
    string(APPEND words " [==[${file}]==]")
  endforeach()
  set(${out} "${words}" PARENT_SCOPE)
endfunction()

set(runner "optee_sim_add_runner(runner DRIVER driver)")
if(SCENARIOS)
  words_of(scenarios ${SCENARIOS})
  # A target of their own, which tells whether it is they that do not compile.
  set(runner "optee_sim_add_runner(runner DRIVER driver)
add_library(scenarios OBJECT${scenarios})
_optee_sim_scenario_options(${scenarios})
target_link_libraries(scenarios PRIVATE optee_sim::optee_sim)
target_link_libraries(runner PRIVATE scenarios)")
  string(APPEND how_key " ${SCENARIOS}")
endif()

if(DEFINED DRIVER)
  get_filename_component(package "${CMAKE_CURRENT_LIST_DIR}" REALPATH)
  file(SHA256 "${PROGRAM}" program)
  string(SHA256 key
    "${DRIVER} ${how}${how_key} ${package} ${program} $ENV{CC} $ENV{CFLAGS} $ENV{LDFLAGS}")
  string(SUBSTRING ${key} 0 16 key)
  set(dir "${CACHE}/runners/${key}")
  words_of(sources ${DRIVER})
  list(GET DRIVER 0 name)
  get_filename_component(name "${name}" NAME_WE)
  string(REGEX REPLACE "[^A-Za-z0-9._-]" "_" name "${name}")
  file(CONFIGURE OUTPUT "${dir}/CMakeLists.txt" @ONLY CONTENT "# Made by optee-sim check --driver.
cmake_minimum_required(VERSION 3.25)
project(optee_sim_runner LANGUAGES C)
set(optee_sim_DIR [==[@package@]==])
find_package(optee_sim REQUIRED)
optee_sim_add_driver(driver NAME @name@ BUILD @how@ SOURCES@sources@)
@runner@
")
  file(WRITE "${RESULT}" "${dir}")
  return()
endif()

set(OPTEE_SIM_LINUX_CACHE "${CACHE}/trees")
_optee_sim_tree_dir(tree "${TREE}")
# Here, where what is wrong is the tree's, and not when the build is set up.
_optee_sim_makefile_sources(sources "${tree}/drivers/tee/Makefile" tee RPMB I2C)
_optee_sim_makefile_sources(sources "${tree}/drivers/tee/optee/Makefile" optee RPMB I2C)
get_filename_component(package "${CMAKE_CURRENT_LIST_DIR}" REALPATH)

# .../linux-source-6.12.tar.xz and .../linux-6.12 are linux-6.12.
get_filename_component(name "${TREE}" REALPATH)
get_filename_component(name "${name}" NAME)
string(REGEX REPLACE "\\.(tar(\\.[a-z0-9]+)?|tgz|txz|tbz2)$" "" name "${name}")
string(REGEX REPLACE "^linux-source-" "linux-" name "${name}")
string(REGEX REPLACE "[^A-Za-z0-9._-]" "_" name "${name}")

# In its name these stand for themselves.
string(REGEX REPLACE "([][*?])" "[\\1]" in "${tree}")
file(GLOB_RECURSE files RELATIVE "${tree}" "${in}/drivers/tee/*.[ch]" "${in}/drivers/tee/Makefile")
file(GLOB headers RELATIVE "${tree}" "${in}/include/linux/tee*.h" "${in}/include/linux/rpmb.h"
  "${in}/include/uapi/linux/tee*.h")
list(APPEND files ${headers})
list(SORT files)

file(SHA256 "${PROGRAM}" program)
set(contents "${name} ${how}${how_key} ${package} ${program} $ENV{CC} $ENV{CFLAGS} $ENV{LDFLAGS}\n")
foreach(file IN LISTS files)
  file(SHA256 "${tree}/${file}" hash)
  string(APPEND contents "${file} ${hash}\n")
endforeach()
string(SHA256 key "${contents}")
string(SUBSTRING ${key} 0 16 key)
set(dir "${CACHE}/runners/${key}")

# Parts of a cache may be gone: somebody removed them, or they were not kept.
if(NOT EXISTS "${dir}/complete" OR NOT EXISTS "${dir}/build/runner")
  file(REMOVE_RECURSE "${dir}")
  foreach(file IN LISTS files)
    get_filename_component(subdir "${dir}/tree/${file}" DIRECTORY)
    file(MAKE_DIRECTORY "${subdir}")
    file(COPY_FILE "${tree}/${file}" "${dir}/tree/${file}")
  endforeach()
  file(WRITE "${dir}/CMakeLists.txt" "# Made by optee-sim run --kernel.
cmake_minimum_required(VERSION 3.25)
project(optee_sim_runner LANGUAGES C)
set(optee_sim_DIR [==[${package}]==])
find_package(optee_sim REQUIRED)
optee_sim_add_linux_driver(driver NAME ${name} TREE \${CMAKE_CURRENT_SOURCE_DIR}/tree BUILD ${how}
  CONFIG RPMB I2C)
${runner}
")
endif()
file(WRITE "${RESULT}" "${dir}")
