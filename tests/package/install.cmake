# SPDX-License-Identifier: BSD-2-Clause
# Installs BUILD to STAGE.first, then moves that to STAGE: nothing in it may know where it was.
file(REMOVE_RECURSE "${STAGE}" "${STAGE}.first")
execute_process(COMMAND ${CMAKE_COMMAND} --install "${BUILD}" --prefix "${STAGE}.first"
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${STAGE}.first" "${STAGE}")

file(GLOB_RECURSE files LIST_DIRECTORIES false "${STAGE}/*")
foreach(file IN LISTS files)
  if(NOT file MATCHES "\\.(cmake|pc|h|in|c|1)$" OR IS_SYMLINK "${file}")
    continue()
  endif()
  file(READ "${file}" text)
  string(FIND "${text}" "${STAGE}.first" there)
  string(FIND "${text}" "${BUILD}" built)
  if(NOT there EQUAL -1 OR NOT built EQUAL -1)
    message(FATAL_ERROR "${file} names the directory it was built in or installed to")
  endif()
endforeach()
