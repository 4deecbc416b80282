# SPDX-License-Identifier: BSD-2-Clause
#[[
Making an OP-TEE driver a library target. Part of the installed package optee_sim.

  optee_sim_add_driver(TARGET SOURCES file.c...
      [NAME name] [BUILD plain|asan|access] [MODNAME name]
      [INCLUDES dir...] [DEFINES name[=value]...] [OPTIONS flag...] [COVERAGE])

    A driver from files of your own, written as kernel code.

  optee_sim_add_linux_driver(TARGET TREE dir-or-tarball
      [NAME name] [BUILD plain|asan|access] [CONFIG name...] [OPTIONS flag...] [COVERAGE])

    The OP-TEE driver of a Linux tree, unmodified: the files that drivers/tee/Makefile and
    drivers/tee/optee/Makefile name, but for ffa_abi.c. TREE is a source directory or a
    tarball such as Debian's linux-source-6.12.tar.xz. CONFIG RPMB I2C defines CONFIG_RPMB and
    CONFIG_I2C, and takes in the objects that the Makefiles put behind them; the devices are
    those of <optee_sim/peripheral.h>.

  optee_sim_add_runner(NAME DRIVER target [SCENARIOS file.c...])

    The command line program with that driver inside: optee_sim::main has main(), and takes the
    driver from the variable osim_runner_driver (struct osim_driver *const) of a generated file.
    check runs the scenarios of the files, too: <optee_sim/scenario.h>.

The driver is compiled against the kernel API of the package and linked into one relocatable
object with one global symbol, osim_driver_NAME, a struct osim_driver for <optee_sim/driver.h>;
NAME is TARGET unless given, with every character that C does not allow in a name made '_'.
Several drivers, or several copies of one, link into one program.

Link TARGET into a program to use it; the library comes along, shared, or static if that program
has the property OPTEE_SIM_LINKAGE set to static (a variable of that name initialises it).

BUILD asan instruments the driver with AddressSanitizer and UndefinedBehaviorSanitizer and makes
every program that links it a sanitized program. The library stays as it is installed.
BUILD access has the driver tell each of its loads and stores: two that nothing orders, one of them
a write and neither by READ_ONCE(), WRITE_ONCE() or atomic, are a finding "kernel.data-race". No
sanitizer's run time is linked.

COVERAGE counts the lines that the driver executes, for gcov (clang: llvm-cov); check --coverage
reads them in a runner.

Properties of TARGET: OPTEE_SIM_DRIVER_SYMBOL, OPTEE_SIM_DRIVER_OBJECT (the file) and, of a Linux
driver, OPTEE_SIM_DRIVER_TREE (the directory, unpacked).
Variable OPTEE_SIM_LINUX_CACHE: where tarballs are unpacked (default: in the build directory).
]]

include_guard(GLOBAL)
include(${CMAKE_CURRENT_LIST_DIR}/OpteeSimFeatures.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/OpteeSimLinuxTree.cmake)

define_property(TARGET PROPERTY OPTEE_SIM_LINKAGE
  BRIEF_DOCS "shared or static: which optee_sim library comes along with a driver"
  INITIALIZE_FROM_VARIABLE OPTEE_SIM_LINKAGE)

function(optee_sim_add_driver target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "COVERAGE" "NAME;BUILD;MODNAME"
    "SOURCES;INCLUDES;DEFINES;OPTIONS")
  _optee_sim_check_arguments("optee_sim_add_driver(${target})")
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "optee_sim_add_driver(${target}): SOURCES is missing")
  endif()
  set(sources "")
  foreach(source IN LISTS arg_SOURCES)
    get_filename_component(source "${source}" ABSOLUTE)
    if(NOT EXISTS "${source}")
      message(FATAL_ERROR "optee_sim_add_driver(${target}): no such file: ${source}")
    endif()
    list(APPEND sources "${source}")
  endforeach()
  if(NOT arg_MODNAME)
    set(arg_MODNAME optee)
  endif()
  set(includes "")
  foreach(dir IN LISTS arg_INCLUDES)
    get_filename_component(dir "${dir}" ABSOLUTE)
    list(APPEND includes "${dir}")
  endforeach()

  _optee_sim_driver_begin(${target} "${arg_NAME}")
  _optee_sim_write_features("${dir_generated}/osim_features.h" LACKS CLIENTS
    FILES ${sources})
  _optee_sim_driver_objects(${target} ${target}_objects
    ROOT "${CMAKE_CURRENT_SOURCE_DIR}" MODNAME ${arg_MODNAME}
    SOURCES ${sources} INCLUDES ${includes}
    DEFINES ${arg_DEFINES} OPTIONS ${arg_OPTIONS})
  list(JOIN arg_SOURCES " " description)
  _optee_sim_driver_end(${target} "${description}" OFF ${target}_objects)
endfunction()

function(optee_sim_add_linux_driver target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "COVERAGE" "NAME;TREE;BUILD" "CONFIG;OPTIONS")
  _optee_sim_check_arguments("optee_sim_add_linux_driver(${target})")
  if(NOT arg_TREE)
    message(FATAL_ERROR "optee_sim_add_linux_driver(${target}): TREE is missing")
  endif()
  list(TRANSFORM arg_CONFIG REPLACE "^CONFIG_" "")
  _optee_sim_tree_dir(tree "${arg_TREE}")
  _optee_sim_makefile_sources(tee "${tree}/drivers/tee/Makefile" tee ${arg_CONFIG})
  _optee_sim_makefile_sources(optee "${tree}/drivers/tee/optee/Makefile" optee ${arg_CONFIG})
  set(count_all ${optee})
  list(FILTER optee EXCLUDE REGEX "/ffa_abi\\.c$")
  set(ffa_dropped OFF)
  if(NOT optee STREQUAL count_all)
    set(ffa_dropped ON)
  endif()

  _optee_sim_driver_begin(${target} "${arg_NAME}")
  _optee_sim_tree_headers("${dir_generated}/include" "${tree}")
  file(GLOB headers "${tree}/drivers/tee/*.h" "${tree}/drivers/tee/optee/*.h"
    "${dir_generated}/include/linux/*.h")
  _optee_sim_write_features("${dir_generated}/osim_features.h" LACKS NOTIF RPC_ARG SUPP_DEVICES
    FILES ${tee} ${optee} ${headers})
  set(arg_configured ${arg_CONFIG})
  list(TRANSFORM arg_CONFIG PREPEND "CONFIG_")
  list(TRANSFORM arg_CONFIG APPEND "=1")
  foreach(module tee optee)
    # optee/ is searched because the tree's own Makefile has it so, for optee_trace.h.
    _optee_sim_driver_objects(${target} ${target}_${module}
      ROOT "${tree}" MODNAME ${module} SOURCES ${${module}}
      DEFINES ${arg_CONFIG} OPTIONS ${arg_OPTIONS}
      INCLUDES "${dir_generated}/include" "${tree}/drivers/tee/optee")
  endforeach()
  # A client in the kernel and the RPMB subsystem are compiled with the driver, because their
  # structures are the tree's.
  get_property(include_dir GLOBAL PROPERTY OPTEE_SIM_INCLUDE_DIR)
  set(parts ${target}_tee ${target}_optee)
  set(own tenant)
  if(RPMB IN_LIST arg_configured AND EXISTS "${dir_generated}/include/linux/rpmb.h")
    list(APPEND own rpmb)
  endif()
  foreach(part IN LISTS own)
    _optee_sim_driver_objects(${target} ${target}_${part}
      ROOT "${include_dir}" MODNAME ${part}
      SOURCES "${include_dir}/optee_sim/kernel/osim/${part}.c"
      DEFINES ${arg_CONFIG} OPTIONS ${arg_OPTIONS} INCLUDES "${dir_generated}/include")
    list(APPEND parts ${target}_${part})
  endforeach()
  _optee_sim_driver_end(${target} "${arg_TREE}" ${ffa_dropped} ${parts})
  set_target_properties(${target} PROPERTIES OPTEE_SIM_DRIVER_TREE "${tree}")
endfunction()

function(optee_sim_add_runner name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DRIVER" "SCENARIOS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "optee_sim_add_runner(${name}): unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET "${arg_DRIVER}")
    message(FATAL_ERROR "optee_sim_add_runner(${name}): DRIVER '${arg_DRIVER}' is no target")
  endif()
  if(NOT TARGET PkgConfig::JANSSON)
    message(FATAL_ERROR "optee_sim_add_runner(${name}): needs jansson with its pkg-config file "
      "(Debian: libjansson-dev)")
  endif()
  get_target_property(OSIM_SYMBOL ${arg_DRIVER} OPTEE_SIM_DRIVER_SYMBOL)
  if(NOT OSIM_SYMBOL)
    message(FATAL_ERROR "optee_sim_add_runner(${name}): '${arg_DRIVER}' was not made by "
      "optee_sim_add_driver() or optee_sim_add_linux_driver()")
  endif()
  get_target_property(coverage ${arg_DRIVER} OPTEE_SIM_DRIVER_COVERAGE)
  set(OSIM_GCOV "")
  if(coverage)
    _optee_sim_find_gcov(gcov)
    string(CONFIGURE [[

/* Counters of executed lines: what reads them, and what writes them. */
extern const char *const osim_runner_gcov;
void osim_runner_counters(void);
void __gcov_dump(void);

const char *const osim_runner_gcov = "@gcov@";

void osim_runner_counters(void)
{
	__gcov_dump();
}
]] OSIM_GCOV @ONLY)
  endif()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/optee_sim/${name}_runner.c")
  configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/osim_runner.c.in" "${source}" @ONLY)
  add_executable(${name} "${source}" ${arg_SCENARIOS})
  _optee_sim_scenario_options(${arg_SCENARIOS})
  target_link_libraries(${name} PRIVATE optee_sim::main ${arg_DRIVER})
endfunction()

# ---- internal ----

# What a driver must not do either: a name that is misspelt is told where it stands, not by the
# linker.
function(_optee_sim_scenario_options)
  if(ARGN)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS
      -Werror=implicit-function-declaration -Werror=implicit-int
      -Werror=incompatible-pointer-types -Werror=int-conversion)
  endif()
endfunction()

macro(_optee_sim_check_arguments call)
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${call}: unknown argument: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "${call}: no value for ${arg_KEYWORDS_MISSING_VALUES}")
  endif()
  if(NOT arg_BUILD)
    set(arg_BUILD plain)
  elseif(NOT arg_BUILD MATCHES "^(plain|asan|access)$")
    message(FATAL_ERROR "${call}: BUILD '${arg_BUILD}' is none of plain, asan, access")
  endif()
endmacro()

# The words of the command, ';' between them, that reads what this compiler's code counts.
function(_optee_sim_find_gcov out)
  string(REGEX MATCH "^[0-9]+" major "${CMAKE_C_COMPILER_VERSION}")
  get_filename_component(dir "${CMAKE_C_COMPILER}" REALPATH)
  get_filename_component(dir "${dir}" DIRECTORY)
  if(CMAKE_C_COMPILER_ID MATCHES Clang)
    find_program(OPTEE_SIM_LLVM_COV NAMES llvm-cov-${major} llvm-cov HINTS "${dir}")
    set(found "${OPTEE_SIM_LLVM_COV}")
    set(words "${found};gcov")
  else()
    find_program(OPTEE_SIM_GCOV NAMES gcov-${major} gcov HINTS "${dir}")
    set(found "${OPTEE_SIM_GCOV}")
    set(words "${found}")
  endif()
  if(NOT found)
    message(FATAL_ERROR "optee_sim: COVERAGE needs the gcov of ${CMAKE_C_COMPILER_ID} ${major}")
  endif()
  set(${out} "${words}" PARENT_SCOPE)
endfunction()

# Sets, in the caller: symbol, dir_generated.
macro(_optee_sim_driver_begin target name)
  if("${name}" STREQUAL "")
    set(driver_name "${target}")
  else()
    set(driver_name "${name}")
  endif()
  string(REGEX REPLACE "[^A-Za-z0-9_]" "_" symbol "osim_driver_${driver_name}")
  set(dir_generated "${CMAKE_CURRENT_BINARY_DIR}/optee_sim/${target}")
endmacro()

# One set of files with one KBUILD_MODNAME; in what the driver says they are named from ROOT. What
# the including project asks of its own code (warnings, definitions, link-time optimisation) is not
# for a kernel driver. PLAIN: BUILD access does not count.
function(_optee_sim_driver_objects driver objects)
  cmake_parse_arguments(PARSE_ARGV 2 obj "PLAIN" "ROOT;MODNAME" "SOURCES;INCLUDES;DEFINES;OPTIONS")
  get_property(include_dir GLOBAL PROPERTY OPTEE_SIM_INCLUDE_DIR)
  set(kernel_dir "${include_dir}/optee_sim/kernel")
  add_library(${objects} OBJECT ${obj_SOURCES})
  set_target_properties(${objects} PROPERTIES
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS ON
    C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON
    INTERPROCEDURAL_OPTIMIZATION OFF UNITY_BUILD OFF C_CLANG_TIDY ""
    COMPILE_OPTIONS "" COMPILE_DEFINITIONS "" INCLUDE_DIRECTORIES "")
  target_include_directories(${objects} PRIVATE ${obj_INCLUDES} "${kernel_dir}" "${include_dir}")
  target_compile_definitions(${objects} PRIVATE
    "KBUILD_MODNAME=\"${obj_MODNAME}\"" OSIM_DRIVER=${symbol} ${obj_DEFINES})
  target_compile_options(${objects} PRIVATE
    "SHELL:-include \"${dir_generated}/osim_features.h\""
    "SHELL:-include \"${kernel_dir}/linux/kconfig.h\""
    "-fmacro-prefix-map=${obj_ROOT}/=" "-fmacro-prefix-map=${include_dir}/="
    # Without sibling calls no caller is missing from the stack of a finding.
    -g -O2 -fno-lto -fno-common -fno-optimize-sibling-calls
    -fno-strict-aliasing -fno-strict-overflow -fno-delete-null-pointer-checks
    -Wall -Wno-pointer-sign -Wno-address-of-packed-member -Wno-format-security
    -Werror=implicit-function-declaration -Werror=implicit-int
    -Werror=incompatible-pointer-types -Werror=int-conversion)
  if(arg_BUILD STREQUAL "asan")
    target_compile_options(${objects} PRIVATE -fsanitize=address,undefined
      -fno-sanitize-recover=undefined -fno-omit-frame-pointer
      # What a function forgets to set is not zero by chance.
      -ftrivial-auto-var-init=pattern)
  endif()
  if(arg_BUILD STREQUAL "access" AND NOT obj_PLAIN)
    # What the compiler makes of these itself is not told.
    target_compile_options(${objects} PRIVATE -fsanitize=thread
      -fno-builtin-memcpy -fno-builtin-memmove -fno-builtin-memset -fno-builtin-memcmp
      $<$<C_COMPILER_ID:GNU>:-Wno-tsan>
      "SHELL:$<IF:$<C_COMPILER_ID:GNU>,--param tsan-distinguish-volatile=1,-mllvm -tsan-distinguish-volatile=1>")
  endif()
  if(arg_COVERAGE)
    # Lines that were optimised away would not be counted.
    target_compile_options(${objects} PRIVATE --coverage -O0)
  endif()
  target_compile_options(${objects} PRIVATE ${obj_OPTIONS})
endfunction()

# The relocatable object, and the target that stands for it.
function(_optee_sim_driver_end target description ffa_dropped)
  set(OSIM_SYMBOL "${symbol}")
  set(OSIM_NAME "${driver_name}")
  string(REGEX REPLACE "([\"\\\\])" "\\\\\\1" OSIM_DESCRIPTION "${description}")
  set(OSIM_FFA_DROPPED "")
  if(ffa_dropped)
    set(OSIM_FFA_DROPPED "#define OSIM_DRIVER_WITHOUT_FFA 1\n")
  endif()
  set(source "${dir_generated}/osim_driver.c")
  configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/osim_driver.c.in" "${source}" @ONLY)
  _optee_sim_driver_objects(${target} ${target}_descriptor
    ROOT "${dir_generated}" MODNAME optee SOURCES "${source}")

  set(objects ${ARGN} ${target}_descriptor)
  if(arg_BUILD STREQUAL "access")
    get_property(include_dir GLOBAL PROPERTY OPTEE_SIM_INCLUDE_DIR)
    _optee_sim_driver_objects(${target} ${target}_access
      ROOT "${include_dir}" MODNAME optee
      SOURCES "${include_dir}/optee_sim/kernel/osim/access.c" PLAIN)
    list(APPEND objects ${target}_access)
  endif()
  set(parts "")
  foreach(part IN LISTS objects)
    list(APPEND parts "$<TARGET_OBJECTS:${part}>")
  endforeach()
  # Its static data goes into two sections of its own, whose bounds the linker tells: osim_crash()
  # makes it what it was.
  set(object "${dir_generated}/${target}.o")
  # CC="ccache gcc" is a compiler and its first argument.
  separate_arguments(compiler UNIX_COMMAND "${CMAKE_C_COMPILER_ARG1}")
  list(PREPEND compiler "${CMAKE_C_COMPILER}")
  if(CMAKE_C_COMPILER_TARGET)
    list(APPEND compiler "${CMAKE_C_COMPILE_OPTIONS_TARGET}${CMAKE_C_COMPILER_TARGET}")
  endif()
  set(link
    COMMAND ${compiler} -r -nostdlib -o "${object}.all.o" ${parts}
    COMMAND ${CMAKE_OBJCOPY} --keep-global-symbol=${symbol}
      --rename-section .data=${symbol}_data --rename-section .data.rel=${symbol}_data
      --rename-section .data.rel.local=${symbol}_data --rename-section .bss=${symbol}_bss
      "${object}.all.o" "${object}"
    COMMENT "Linking driver ${target} into one object")
  if(CMAKE_GENERATOR MATCHES "Makefiles")
    # make knows an object file only inside the target that compiles it; so this step, which is
    # quick, is made whenever the target is built.
    add_custom_target(${target}_object ${link}
      BYPRODUCTS "${object}" COMMAND_EXPAND_LISTS VERBATIM)
    add_dependencies(${target}_object ${objects})
  else()
    add_custom_command(OUTPUT "${object}" ${link}
      DEPENDS ${parts} COMMAND_EXPAND_LISTS VERBATIM)
    add_custom_target(${target}_object DEPENDS "${object}")
  endif()

  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_object)
  set(static "$<STREQUAL:$<TARGET_PROPERTY:OPTEE_SIM_LINKAGE>,static>")
  target_link_libraries(${target} INTERFACE "${object}"
    "$<IF:${static},optee_sim::optee_sim_static,optee_sim::optee_sim>")
  if(arg_BUILD STREQUAL "asan")
    target_link_options(${target} INTERFACE -fsanitize=address,undefined)
  endif()
  if(arg_COVERAGE)
    target_link_options(${target} INTERFACE --coverage)
  endif()
  set_target_properties(${target} PROPERTIES
    OPTEE_SIM_DRIVER_SYMBOL ${symbol} OPTEE_SIM_DRIVER_OBJECT "${object}"
    OPTEE_SIM_DRIVER_COVERAGE ${arg_COVERAGE})
endfunction()
