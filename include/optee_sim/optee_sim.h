/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_OPTEE_SIM_H
#define OPTEE_SIM_OPTEE_SIM_H

/* Everything but include/optee_sim/kernel/, which only a driver's own files see. */
#include <optee_sim/abi/abi.h>
#include <optee_sim/caps.h>
#include <optee_sim/check.h>
#include <optee_sim/chooser.h>
#include <optee_sim/client.h>
#include <optee_sim/conduit.h>
#include <optee_sim/counters.h>
#include <optee_sim/driver.h>
#include <optee_sim/event.h>
#include <optee_sim/loop.h>
#include <optee_sim/machine.h>
#include <optee_sim/peripheral.h>
#include <optee_sim/pta.h>
#include <optee_sim/realtime.h>
#include <optee_sim/replay.h>
#include <optee_sim/rules.h>
#include <optee_sim/scenario.h>
#include <optee_sim/secure.h>
#include <optee_sim/supplicant.h>
#include <optee_sim/timeline.h>
#include <optee_sim/trace.h>
#include <optee_sim/types.h>

#endif
