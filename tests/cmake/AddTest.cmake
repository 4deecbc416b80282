# SPDX-License-Identifier: BSD-2-Clause
#[[
optee_sim_add_test(SOURCE LABEL label [PREFIX prefix] [KERNEL] [DRIVERS driver...])

One cmocka program per source file, and per driver if there are any:

  tests/unit/<room>_<subject>_test.c   ctest <room>.<subject>
  tests/kernel/<subject>_test.c        ctest kernel.<subject>
  tests/scenario/<subject>_test.c      ctest scenario.<subject>.<driver>, and the same with .abi

A test with a driver runs once for each profile of the fake secure world; the second time, .abi,
OSIM_TEST_PROFILE is abi. PREFIX replaces <room> or scenario. KERNEL compiles the test as src/kernel/k_*.c is: the kernel
headers come first.

A test is linked against the static library, so that internal symbols can be tested, and includes
"room/file.h", what is in tests/support/ (compiled once, linked into every test) and, in loop_*
tests, <uv.h>. With a driver, OSIM_TEST_DRIVER is its symbol (osim_driver_linux_6_12) and
OSIM_TEST_DRIVER_NAME its name ("linux-6.12"). A driver that this build does not have leaves a test
that is skipped and says why; so does exit status 77 of a test.

Lines in the source's first comments may say more:

  ctest-drivers: model linux-6.12    only these, or "none"
  ctest-labels: slow                 further labels
  ctest-timeout: 300                 seconds, instead of 60
]]
include_guard(GLOBAL)

# Callbacks of the kernel have parameters that they do not need, and take literals as void *; a
# driver's files are named from its own directory. (A target, because its options come after those
# of optee_sim_flags.)
add_library(optee_sim_as_driver INTERFACE)
target_compile_options(optee_sim_as_driver INTERFACE
  -Wno-unused-parameter -Wno-shadow -Wno-write-strings
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/tests/kernel/=)

# What every test program is compiled with.
function(optee_sim_test_target target)
  set_target_properties(${target} PROPERTIES
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF OPTEE_SIM_LINKAGE static)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE=)
  target_include_directories(${target} PRIVATE
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests/support)
  target_link_libraries(${target} PRIVATE optee_sim_flags PkgConfig::CMOCKA)
endfunction()

# optee_sim_source_note(OUT SOURCE KEY): the words after "KEY:" in the head of the file.
function(optee_sim_source_note out source key)
  file(READ "${source}" head LIMIT 2000)
  set(words "")
  if(head MATCHES "${key}:([^\n*]*)")
    string(STRIP "${CMAKE_MATCH_1}" words)
    string(REGEX REPLACE "[ \t]+" ";" words "${words}")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  set(${out} "${words}" PARENT_SCOPE)
endfunction()

# A test that cannot run here: skipped, with the reason as its output.
function(optee_sim_add_skipped_test name reason)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${reason}")
  set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: " TIMEOUT 60)
endfunction()

function(optee_sim_add_test source)
  cmake_parse_arguments(PARSE_ARGV 1 arg "KERNEL" "LABEL;PREFIX" "DRIVERS")
  get_filename_component(subject "${source}" NAME_WE)
  string(REGEX REPLACE "_test$" "" subject "${subject}")
  optee_sim_source_note(drivers "${source}" ctest-drivers)
  optee_sim_source_note(labels "${source}" ctest-labels)
  optee_sim_source_note(timeout "${source}" ctest-timeout)
  if(NOT timeout)
    set(timeout 60)
  endif()
  if(drivers STREQUAL "none")
    set(arg_DRIVERS "")
  elseif(drivers)
    set(arg_DRIVERS ${drivers})
  endif()

  if(arg_PREFIX)
    set(name ${arg_PREFIX}.${subject})
  else()
    string(REGEX REPLACE "^([a-z0-9]+)_" "\\1." name "${subject}")
  endif()
  set(names "")
  set(names_abi "")
  if(NOT arg_DRIVERS)
    optee_sim_add_test_program(${name} "${source}" "" ${arg_KERNEL})
    set(names ${name})
  endif()
  foreach(driver IN LISTS arg_DRIVERS)
    list(APPEND names ${name}.${driver})
    if(TARGET "${optee_sim_driver_${driver}}")
      optee_sim_add_test_program(${name}.${driver} "${source}"
        ${optee_sim_driver_${driver}} ${arg_KERNEL})
      # The same against the other profile of the fake secure world.
      add_test(NAME ${name}.${driver}.abi COMMAND test.${name}.${driver})
      list(APPEND names ${name}.${driver}.abi)
      list(APPEND names_abi ${name}.${driver}.abi)
    else()
      optee_sim_add_skipped_test(${name}.${driver}
        "OPTEE_SIM_LINUX_TREES has no tree ${driver}; script/bootstrap --linux installs it")
    endif()
  endforeach()
  set_tests_properties(${names} PROPERTIES
    LABELS "${arg_LABEL};${labels}" TIMEOUT ${timeout} SKIP_RETURN_CODE 77)
  if(names_abi)
    set_tests_properties(${names_abi} PROPERTIES ENVIRONMENT OSIM_TEST_PROFILE=abi)
  endif()
endfunction()

function(optee_sim_add_test_program name source driver kernel)
  set(program test.${name})
  add_executable(${program} "${source}")
  optee_sim_test_target(${program})
  if(kernel)
    optee_sim_kernel_side(${program})
    target_compile_definitions(${program} PRIVATE "KBUILD_MODNAME=\"test\"")
    target_link_libraries(${program} PRIVATE optee_sim_as_driver)
  endif()
  if(TARGET optee_sim_test_support)
    target_link_libraries(${program} PRIVATE optee_sim_test_support)
  endif()
  if(name MATCHES "^loop\\.")
    target_link_libraries(${program} PRIVATE PkgConfig::LIBUV)
  endif()
  if(driver)
    get_target_property(symbol ${driver} OPTEE_SIM_DRIVER_SYMBOL)
    string(REGEX REPLACE "^optee_sim_" "" driver_name "${driver}")
    target_compile_definitions(${program} PRIVATE
      OSIM_TEST_DRIVER=${symbol} "OSIM_TEST_DRIVER_NAME=\"${driver_name}\"")
    target_link_libraries(${program} PRIVATE ${driver})
  endif()
  target_link_libraries(${program} PRIVATE optee_sim::optee_sim_static)
  add_test(NAME ${name} COMMAND ${program})
endfunction()
