# SPDX-License-Identifier: BSD-2-Clause
# All compiler flags of our own code, on two interface targets. They are linked as
# $<BUILD_INTERFACE:...>, so that none of them reaches the installed package.

# Sanitizers, coverage and -Werror: for every object of this build.
set(compile "")
set(link "")
if(OPTEE_SIM_WERROR)
  list(APPEND compile -Werror)
endif()
if(OPTEE_SIM_COVERAGE)
  list(APPEND compile --coverage -fprofile-update=atomic)
  list(APPEND link --coverage)
endif()
if(OPTEE_SIM_SANITIZE)
  list(APPEND compile -fsanitize=${OPTEE_SIM_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  list(APPEND link -fsanitize=${OPTEE_SIM_SANITIZE})
endif()
if(OPTEE_SIM_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "OPTEE_SIM_FUZZ needs clang; the compiler is ${CMAKE_C_COMPILER_ID}")
  endif()
  list(APPEND compile -fsanitize=fuzzer-no-link)
endif()
set(OPTEE_SIM_MODE_LINK_OPTIONS ${link})
add_library(optee_sim_mode INTERFACE)
target_compile_options(optee_sim_mode INTERFACE ${compile})
target_link_options(optee_sim_mode INTERFACE ${link})

# Warnings of host code.
add_library(optee_sim_flags INTERFACE)
target_link_libraries(optee_sim_flags INTERFACE optee_sim_mode)
target_compile_options(optee_sim_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes>
  $<$<COMPILE_LANGUAGE:C>:-Wold-style-definition;-Wpointer-arith;-Wwrite-strings;-Wundef>
  $<$<COMPILE_LANGUAGE:C>:-Wvla;-Wformat=2;-Wno-format-nonliteral;-fno-common>
  # Assertions guard our own invariants and stay in every kind of build. Frame pointers let a
  # sanitizer in the program see past this library's frames to the driver's.
  -UNDEBUG -fno-omit-frame-pointer
  # What a function costs is its own, not that of how long those before it are.
  -falign-functions=32)

# The kernel API itself, and tests of it: sees the kernel headers first, as a driver does.
function(optee_sim_kernel_side target)
  set_target_properties(${target} PROPERTIES C_EXTENSIONS ON)
  target_include_directories(${target} BEFORE PRIVATE
    ${PROJECT_SOURCE_DIR}/include/optee_sim/kernel)
  target_compile_options(${target} PRIVATE
    -fno-strict-aliasing -fno-strict-overflow -fno-delete-null-pointer-checks
    -fno-optimize-sibling-calls)
endfunction()
