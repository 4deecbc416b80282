# SPDX-License-Identifier: BSD-2-Clause
# Mistakes in the use of the package's functions: each must stop the configuration and name
# what is wrong. Needs PREFIX, WORK, CC, GENERATOR.
cmake_policy(VERSION 3.25)

function(expect name code message)
  set(dir "${WORK}/${name}")
  file(REMOVE_RECURSE "${dir}/build")
  file(WRITE "${dir}/CMakeLists.txt"
    "cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES C)\n"
    "find_package(optee_sim 0.1 REQUIRED)\n${code}\n")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S "${dir}" -B "${dir}/build" -G "${GENERATOR}"
      -DCMAKE_PREFIX_PATH=${PREFIX} -DCMAKE_C_COMPILER=${CC}
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE output)
  # CMake breaks long lines.
  string(REGEX REPLACE "[ \t\r\n]+" " " output "${output}")
  string(FIND "${output}" "${message}" at)
  if(status EQUAL 0 OR at EQUAL -1)
    message(SEND_ERROR "${name}: status ${status}, expected '${message}', got: ${output}")
  endif()
endfunction()

file(MAKE_DIRECTORY "${WORK}/tree/drivers/tee/optee" "${WORK}/tree/include/linux"
  "${WORK}/tree/include/uapi/linux" "${WORK}/empty")
file(WRITE "${WORK}/a.c" "int a;\n")
file(WRITE "${WORK}/text.tar.xz" "this is no archive\n")
file(WRITE "${WORK}/tree/drivers/tee/Makefile" "tee-objs += tee_core.o\n")
file(WRITE "${WORK}/tree/drivers/tee/optee/Makefile" "optee-objs += core.o\n")
file(WRITE "${WORK}/tree/include/linux/tee_drv.h" "\n")
file(WRITE "${WORK}/tree/include/uapi/linux/tee.h" "\n")
file(ARCHIVE_CREATE OUTPUT "${WORK}/foreign.tar" PATHS "${WORK}/a.c")

expect(no_sources "optee_sim_add_driver(d)" "optee_sim_add_driver(d): SOURCES is missing")
expect(missing_source "optee_sim_add_driver(d SOURCES nowhere.c)" "no such file: ")
expect(bad_build "optee_sim_add_driver(d SOURCES ../a.c BUILD fast)"
  "BUILD 'fast' is none of plain, asan")
expect(unknown_word "optee_sim_add_linux_driver(d TREE ../tree VERSION 6)"
  "unknown argument: VERSION;6")
expect(no_tree "optee_sim_add_linux_driver(d)" "optee_sim_add_linux_driver(d): TREE is missing")
expect(missing_tree "optee_sim_add_linux_driver(d TREE /nowhere/linux)"
  "kernel tree '/nowhere/linux' does not exist")
expect(empty_tree "optee_sim_add_linux_driver(d TREE ../empty)"
  "is not a kernel tree with OP-TEE: drivers/tee/Makefile is missing")
expect(half_tree "optee_sim_add_linux_driver(d TREE ../tree)"
  "Makefile names tee_core.o, but ")
expect(not_an_archive "optee_sim_add_linux_driver(d TREE ../text.tar.xz)"
  "is not a tarball of a kernel tree with drivers/tee")
expect(foreign_archive "optee_sim_add_linux_driver(d TREE ../foreign.tar)"
  "is not a tarball of a kernel tree with drivers/tee")
expect(runner_without_driver "optee_sim_add_runner(r)" "DRIVER '' is no target")
expect(runner_of_library "optee_sim_add_runner(r DRIVER optee_sim::main)"
  "was not made by optee_sim_add_driver()")
