# SPDX-License-Identifier: BSD-2-Clause
# What a builder may choose. Names start with OPTEE_SIM_; what only developers want is on
# when this is the top-level project.

option(OPTEE_SIM_TESTS "Build the tests, lint and examples" ${PROJECT_IS_TOP_LEVEL})
option(OPTEE_SIM_WERROR "Treat warnings as errors" ${PROJECT_IS_TOP_LEVEL})
option(OPTEE_SIM_BENCH "Build the benchmarks" OFF)
option(OPTEE_SIM_FUZZ "Build the fuzz targets for libFuzzer (clang)" OFF)
option(OPTEE_SIM_COVERAGE "Instrument for coverage" OFF)
set(OPTEE_SIM_SANITIZE "" CACHE STRING
  "Comma separated sanitizers for library, drivers and tests, e.g. address,undefined")
set(OPTEE_SIM_LINUX_TREES "" CACHE STRING
  "Kernel tree directories or linux-source tarballs to test against (semicolon separated)")

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
endif()
