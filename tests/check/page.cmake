# SPDX-License-Identifier: BSD-2-Clause
# The committed page is the one that is generated.
execute_process(COMMAND ${EMULATOR} ${PROGRAM} OUTPUT_VARIABLE page RESULT_VARIABLE status)
file(READ ${PAGE} there)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "something is not covered by a rule")
elseif(NOT page STREQUAL there)
  message(FATAL_ERROR "${PAGE} is not what test.check.page prints")
endif()
