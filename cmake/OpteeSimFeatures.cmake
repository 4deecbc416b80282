# SPDX-License-Identifier: BSD-2-Clause
#[[
What kernel API a driver's sources were written against.

Version numbers lie (vendor trees put a new driver on an old kernel, stable backports vary inside
one series), so each question is answered by a search in the driver's own files. The answers become
#define NAME 1 in a generated osim_features.h, which is force-included ahead of everything else in
every driver file. A name that is absent means "no"; the kernel API itself (src/kernel/k_*.c) and a
driver that asks for nothing special are compiled with no name defined.

Name                             Defined when the sources ...
OSIM_HAVE_CLASS_CREATE_OWNER     call class_create(THIS_MODULE, name): the macro has two arguments
OSIM_HAVE_CLASS_REGISTER         call class_register(): struct class is static and maybe const
OSIM_HAVE_BUS_MATCH_NONCONST     have a bus match(struct device *, struct device_driver *), not const
OSIM_HAVE_BUS_UEVENT_NONCONST    have a bus uevent(struct device *, ...), not const
OSIM_HAVE_CONST_BUS_TYPE         declare tee_bus_type const
OSIM_HAVE_REMOVE_NEW             set .remove_new of a platform driver (it returns void)
OSIM_HAVE_REMOVE_INT             have a platform driver's .remove that returns int
OSIM_HAVE_PLATFORM_DRIVER        register a platform driver at all (else they probe in module_init)
OSIM_HAVE_ACCESS_OK_TYPE         call access_ok(VERIFY_x, addr, size): three arguments
OSIM_HAVE_GET_USER_PAGES_WRITE   pass a plain 0 or 1, not FOLL_WRITE, to get_user_pages_fast()
OSIM_HAVE_DMA_BUF_SHM            keep tee_shm objects in a dma-buf (dma_buf_export)
OSIM_HAVE_MMAP_SEM               take mm->mmap_sem themselves
OSIM_HAVE_PERCPU_IRQ             request per-CPU interrupts
OSIM_HAVE_ASYNC_NOTIF            know asynchronous notifications (GET_ASYNC_NOTIF_VALUE)
OSIM_HAVE_TEE_CORE_H             come with <linux/tee_core.h>
OSIM_HAVE_RPMB_H                 come with <linux/rpmb.h>
]]

include_guard(GLOBAL)

# One line per feature: name, and the regular expression that finds it.
set(_optee_sim_ws "[ \t\r\n]*")
set(_optee_sim_features
  OSIM_HAVE_CLASS_CREATE_OWNER   "class_create\\(${_optee_sim_ws}THIS_MODULE"
  OSIM_HAVE_CLASS_REGISTER       "[^a-z_]class_register\\("
  OSIM_HAVE_BUS_MATCH_NONCONST   "\\(${_optee_sim_ws}struct device \\*[a-z_]+,${_optee_sim_ws}struct device_driver \\*"
  OSIM_HAVE_BUS_UEVENT_NONCONST  "\\(${_optee_sim_ws}struct device \\*[a-z_]+,${_optee_sim_ws}struct kobj_uevent_env \\*"
  OSIM_HAVE_CONST_BUS_TYPE       "const struct bus_type"
  OSIM_HAVE_REMOVE_NEW           "\\.remove_new[ \t]*="
  OSIM_HAVE_REMOVE_INT           "int[ \t\r\n]+[A-Za-z0-9_]*remove\\(${_optee_sim_ws}struct platform_device"
  OSIM_HAVE_PLATFORM_DRIVER      "platform_driver_register\\(|module_platform_driver"
  OSIM_HAVE_ACCESS_OK_TYPE       "access_ok\\(${_optee_sim_ws}VERIFY_"
  OSIM_HAVE_GET_USER_PAGES_WRITE "get_user_pages_fast\\([^;]*,${_optee_sim_ws}[01],"
  OSIM_HAVE_DMA_BUF_SHM          "dma_buf_export\\("
  OSIM_HAVE_MMAP_SEM             "mmap_sem"
  OSIM_HAVE_PERCPU_IRQ           "request_percpu_irq\\("
  OSIM_HAVE_ASYNC_NOTIF          "GET_ASYNC_NOTIF_VALUE"
  OSIM_HAVE_TEE_CORE_H           "#include <linux/tee_core\\.h>"
  OSIM_HAVE_RPMB_H               "#include <linux/rpmb\\.h>")

# _optee_sim_write_features(HEADER file...): search the files, write the header.
function(_optee_sim_write_features header)
  set(text "")
  foreach(file IN LISTS ARGN)
    file(READ "${file}" content)
    string(APPEND text "\n${content}")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
  set(lines "/* Generated from the driver's own files; see OpteeSimFeatures.cmake. */\n")
  set(rest ${_optee_sim_features})
  while(rest)
    list(POP_FRONT rest name regex)
    if(text MATCHES "${regex}")
      string(APPEND lines "#define ${name} 1\n")
    endif()
  endwhile()
  file(CONFIGURE OUTPUT "${header}" CONTENT "${lines}" @ONLY)
endfunction()
