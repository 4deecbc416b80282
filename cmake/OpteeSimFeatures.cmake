# SPDX-License-Identifier: BSD-2-Clause
#[[
What kernel API a driver's sources were written against.

Version numbers lie (vendor trees put a new driver on an old kernel, stable backports vary inside
one series), so each question is answered by a search in the driver's own files. The answers become
#define NAME 1 in a generated osim_features.h, which is force-included ahead of everything else in
every driver file. A name that is absent means "no", as in current kernels; the kernel API itself
(src/kernel/k_*.c) is compiled with no name defined. Where the headers can serve old and new callers
alike (a macro with a variable number of arguments, a function that takes both), there is no question.

Name                             Defined when the sources ...
OSIM_HAVE_CLASS_CREATE_OWNER     call class_create(THIS_MODULE, name): the macro has two arguments
OSIM_HAVE_BUS_MATCH_NONCONST     have a bus match(struct device *, struct device_driver *), not const
OSIM_HAVE_BUS_UEVENT_NONCONST    have a bus uevent(struct device *, ...), not const
OSIM_HAVE_REMOVE_INT             have a platform driver's .remove that returns int
OSIM_HAVE_ACCESS_OK_TYPE         call access_ok(VERIFY_x, addr, size): three arguments
OSIM_HAVE_TEE_CLIENT             have the TEE subsystem's functions for clients in the kernel,
OSIM_HAVE_TEE_CLIENT_CANCEL      and among them cancellation,
OSIM_HAVE_TEE_KERNEL_BUF         shared memory of the kernel's own,
OSIM_HAVE_TEE_SYSTEM_SESSION     system sessions

And of a Linux tree's driver, which may be older than a part of the ABI:

OSIM_LACKS_NOTIF                 never name GET_ASYNC_NOTIF_VALUE: no asynchronous notifications
OSIM_LACKS_RPC_ARG               never name CALL_WITH_RPC_ARG: none beside the call's arguments
OSIM_LACKS_SUPP_DEVICES          never name GET_DEVICES_SUPP: no devices that need a supplicant

And of other drivers:

OSIM_LACKS_CLIENTS               never add a character device: a part of a driver
]]

include_guard(GLOBAL)

# One line per feature: name, and the regular expression that finds it.
set(_optee_sim_ws "[ \t\r\n]*")
set(_optee_sim_features
  OSIM_HAVE_CLASS_CREATE_OWNER   "class_create\\(${_optee_sim_ws}THIS_MODULE"
  OSIM_HAVE_BUS_MATCH_NONCONST   "\\(${_optee_sim_ws}struct device \\*[a-z_]+,${_optee_sim_ws}struct device_driver \\*"
  OSIM_HAVE_BUS_UEVENT_NONCONST  "\\(${_optee_sim_ws}struct device \\*[a-z_]+,${_optee_sim_ws}struct kobj_uevent_env \\*"
  OSIM_HAVE_REMOVE_INT           "int[ \t\r\n]+[A-Za-z0-9_]*remove\\(${_optee_sim_ws}struct platform_device"
  OSIM_HAVE_ACCESS_OK_TYPE       "access_ok\\(${_optee_sim_ws}VERIFY_"
  OSIM_HAVE_TEE_CLIENT           "tee_client_open_context\\(struct"
  OSIM_HAVE_TEE_CLIENT_CANCEL    "tee_client_cancel_req\\(struct"
  OSIM_HAVE_TEE_KERNEL_BUF       "tee_shm_register_kernel_buf\\(struct"
  OSIM_HAVE_TEE_SYSTEM_SESSION   "tee_client_system_session\\(struct")

# Searched in .c files: headers of the ABI may be newer than the driver.
set(_optee_sim_lacks
  OSIM_LACKS_NOTIF               "OPTEE_SMC_GET_ASYNC_NOTIF_VALUE"
  OSIM_LACKS_RPC_ARG             "OPTEE_SMC_CALL_WITH_RPC_ARG"
  OSIM_LACKS_SUPP_DEVICES        "PTA_CMD_GET_DEVICES_SUPP"
  OSIM_LACKS_CLIENTS             "(cdev_device_add|cdev_add|misc_register|register_chrdev)\\(")

# _optee_sim_write_features(HEADER LACKS name... FILES file...): search the files, write the header.
function(_optee_sim_write_features header)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LACKS;FILES")
  set(files ${arg_FILES})
  set(text "")
  set(code "")
  foreach(file IN LISTS files)
    file(READ "${file}" content)
    string(APPEND text "\n${content}")
    if(file MATCHES "\\.c$")
      string(APPEND code "\n${content}")
    endif()
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  set(lines "/* Generated from the driver's own files; see OpteeSimFeatures.cmake. */\n")
  set(rest ${_optee_sim_features})
  while(rest)
    list(POP_FRONT rest name regex)
    if(text MATCHES "${regex}")
      string(APPEND lines "#define ${name} 1\n")
    endif()
  endwhile()
  set(rest ${_optee_sim_lacks})
  while(rest)
    list(POP_FRONT rest name regex)
    string(REPLACE "OSIM_LACKS_" "" what "${name}")
    if(what IN_LIST arg_LACKS AND NOT code MATCHES "${regex}")
      string(APPEND lines "#define ${name} 1\n")
    endif()
  endwhile()
  file(CONFIGURE OUTPUT "${header}" CONTENT "${lines}" @ONLY)
endfunction()
