# SPDX-License-Identifier: BSD-2-Clause
# How a tree is read: what its Makefiles name, how a tarball is unpacked, which features are found.
# Needs MODULES (the directory of the package's functions) and WORK.
cmake_policy(VERSION 3.25)
include(${MODULES}/OpteeSimLinuxTree.cmake)
include(${MODULES}/OpteeSimFeatures.cmake)

function(expect what found expected)
  if(NOT "${found}" STREQUAL "${expected}")
    message(SEND_ERROR "${what}: expected '${expected}', got '${found}'")
  endif()
endfunction()

# ---- Makefiles ----

file(REMOVE_RECURSE "${WORK}")
set(tee "${WORK}/kernel/drivers/tee")
foreach(name core call spare supp rpmb ffa_abi)
  file(WRITE "${tee}/optee/${name}.c" "\n")
endforeach()
file(WRITE "${tee}/tee_core.c" "\n")
file(WRITE "${tee}/Makefile" "tee-y := tee_core.o\nobj-$(CONFIG_OPTEE) += optee/\n")
file(WRITE "${tee}/optee/Makefile" "obj-$(CONFIG_OPTEE) += optee.o # optee-objs += comment.o
optee-objs := core.o \\
\tcall.o
#optee-objs += spare.o
optee-y += supp.o
optee-$(CONFIG_RPMB) += rpmb.o
optee-objs += ffa_abi.o core.o
optee-ffa-objs += other.o
CFLAGS_core.o := -I$(src)
")

_optee_sim_makefile_sources(found "${tee}/Makefile" tee)
expect("tee" "${found}" "${tee}/tee_core.c")
_optee_sim_makefile_sources(found "${tee}/optee/Makefile" optee)
list(TRANSFORM found REPLACE ".*/" "")
expect("optee" "${found}" "core.c;call.c;supp.c;ffa_abi.c")
_optee_sim_makefile_sources(found "${tee}/optee/Makefile" optee I2C RPMB)
list(TRANSFORM found REPLACE ".*/" "")
expect("optee with RPMB" "${found}" "core.c;call.c;supp.c;rpmb.c;ffa_abi.c")

# ---- tarballs, with and without a directory around the tree ----

file(WRITE "${WORK}/kernel/include/linux/tee_drv.h" "\n")
file(WRITE "${WORK}/kernel/include/linux/slab.h" "\n")
file(WRITE "${WORK}/kernel/include/uapi/linux/tee.h" "\n")
set(OPTEE_SIM_LINUX_CACHE "${WORK}/cache")
execute_process(COMMAND ${CMAKE_COMMAND} -E tar cJf around.tar.xz kernel
  WORKING_DIRECTORY "${WORK}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf ../bare.tar.gz drivers include
  WORKING_DIRECTORY "${WORK}/kernel" COMMAND_ERROR_IS_FATAL ANY)
foreach(tarball around.tar.xz bare.tar.gz)
  _optee_sim_tree_dir(found "${WORK}/${tarball}")
  file(GLOB_RECURSE files RELATIVE "${found}" "${found}/*.h")
  expect("headers of ${tarball}" "${files}" "include/linux/tee_drv.h;include/uapi/linux/tee.h")
  # What was unpacked once is taken as it is.
  file(WRITE "${found}/mark" "\n")
  _optee_sim_tree_dir(again "${WORK}/${tarball}")
  if(NOT EXISTS "${again}/mark")
    message(SEND_ERROR "${tarball} was unpacked twice")
  endif()
endforeach()

# ---- features: each is found in what has it, and nothing is found in nothing ----

function(expect_features text)
  file(WRITE "${WORK}/driver.c" "${text}\n")
  _optee_sim_write_features("${WORK}/features.h" FILES "${WORK}/driver.c")
  file(STRINGS "${WORK}/features.h" found REGEX "^#define")
  list(TRANSFORM found REPLACE "#define OSIM_HAVE_([A-Z0-9_]+) 1" "\\1")
  list(SORT found)
  expect("features of '${text}'" "${found}" "${ARGN}")
endfunction()

function(expect_lacks text lacks)
  file(WRITE "${WORK}/driver.c" "${text}\n")
  _optee_sim_write_features("${WORK}/features.h" LACKS CLIENTS FILES "${WORK}/driver.c")
  file(STRINGS "${WORK}/features.h" found REGEX "^#define OSIM_LACKS_CLIENTS 1")
  string(COMPARE NOTEQUAL "${found}" "" found)
  expect("'${text}' lacks clients" "${found}" "${lacks}")
endfunction()

expect_lacks("int x;" 1)
expect_lacks("rc = cdev_device_add(&optee->cdev, &optee->dev);" 0)
expect_features("int x;")
expect_features("c = class_create(THIS_MODULE, \"tee\");" CLASS_CREATE_OWNER)
expect_features("c = class_create(\"tee\");")
expect_features("int match(struct device *dev,\n\t struct device_driver *drv)" BUS_MATCH_NONCONST)
expect_features("int match(struct device *dev, const struct device_driver *drv)")
expect_features("int ev(struct device *dev, struct kobj_uevent_env *env)" BUS_UEVENT_NONCONST)
expect_features("int ev(const struct device *dev, struct kobj_uevent_env *env)")
expect_features("static int optee_remove(struct platform_device *pdev)" REMOVE_INT)
expect_features("static void optee_remove(struct platform_device *pdev)")
expect_features("access_ok(VERIFY_WRITE, p, n)" ACCESS_OK_TYPE)
