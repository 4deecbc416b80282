/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_SCENARIOS_H
#define OSIM_STIM_SCENARIOS_H

#include "stim/scenario.h"

/* Programs that scenarios share (program.c, supplicant.c); the argument is the stage. */
void osim__program_version(void *arg);
void osim__program_session(void *arg);
void osim__program_shm(void *arg);
void osim__program_rpcs(void *arg);
void osim__program_wait(void *arg);
void osim__program_send(void *arg);
void osim__program_hold(void *arg);
/* Refuses whatever it is asked, until it gets a signal. */
void osim__program_supplicant(void *arg);
/* Does what it is asked; with meta parameters, and without. */
void osim__program_supplicant_serve(void *arg);
void osim__program_supplicant_sync(void *arg);
/* The same with memory that the driver makes, in place of the program's own. */
void osim__program_supplicant_alloc(void *arg);
/* What the supplicant finds in memory, and leaves there; by how much less it says there is. */
#define OSIM__SUPPLICANT_IN	 0x3cu
#define OSIM__SUPPLICANT_OUT	 0xc3u
#define OSIM__SUPPLICANT_LESS	 5u
#define OSIM__SUPPLICANT_MEM_MAX 256u
/* Takes one request, keeps it 50 ms and then answers it. */
void osim__program_supplicant_slow(void *arg);
/* Does what it is asked, but leaves with the first request for a file. */
void osim__program_supplicant_dies(void *arg);
/* Opens its device and closes it. */
void osim__program_supplicant_brief(void *arg);

/* Of a scenario's machine: the secure world cannot have RPC arguments behind its messages. */
void osim__without_rpc_arg(struct osim_options *machine, struct osim_secure_options *secure);

/* UUIDs of the pseudo TAs that are always there. */
extern const uint8_t osim__rpc_pta[16], osim__system_pta[16];

/*
 * Reads an attribute of a device, in a thread that this makes. The length of its text, -ENODEV,
 * -ENOENT.
 */
long osim__program_attr(struct osim_stage *stage, const char *device, const char *attr, char *text,
			size_t bytes);

/* Opens the device and a session; false: either failed. */
bool osim__program_begin(struct osim_stage *stage, const uint8_t uuid[16],
			 struct osim_client *client, uint32_t *session);
void osim__program_end(struct osim_client *client, uint32_t session);
/* A command with one value; what the trusted application says, or TEE_ERROR_GENERIC. */
uint32_t osim__program_ask(struct osim_client *client, uint32_t session, uint32_t func, uint64_t a,
			   uint64_t b);

/* Has the system pseudo TA write into the memory, at its begin and at its end; false: it did not.
 */
bool osim__program_login(struct osim_client *client, uint32_t session,
			 const struct osim_client_shm *shm);

/* clang-format off */
#define OSIM__SCENARIO_SERVICES(X)                                               \
	X(rpc_kernel) X(rpc_malformed) X(rpc_i2c) X(rpc_i2c_malformed)           \
	X(enum_three) X(enum_none) X(enum_refused) X(enum_fails_size)            \
	X(enum_fails_list) X(enum_supplicant) X(enum_nowait) X(enum_rpmb) X(enum_rpmb_before)       \
	X(supp_meta) X(supp_plain) X(supp_mixed) X(supp_order) X(supp_refused)    \
	X(supp_killed_queued) X(supp_killed_working) X(supp_killed_plain)        \
	X(supp_leaves) X(supp_leaves_killed) X(supp_leaves_plain) X(supp_signal) X(supp_gives_memory)  \
	X(rpmb) X(rpmb_at_once) X(rpmb_malformed) X(rpmb_user)

#define OSIM__SCENARIO_MAP(X)                                                    \
	X(posts) X(posts_cache) X(posts_reserved_rpc) X(posts_reserved)          \
	X(posts_percpu) X(no_notif)                                              \
	X(edge_0) X(edge_1) X(edge_63) X(edge_64) X(edge_65) X(edge_127)         \
	X(edge_128) X(edge_1024) X(edge_65536)                                   \
	X(wait_timeout) X(wait_post) X(wait_send) X(wait_many) X(wait_second)    \
	X(wait_once)                                                             \
	X(client) X(client_cache) X(client_reserved) X(clients_many)             \
	X(clients_one_thread) X(cancel)                                          \
	X(rpcs) X(rpcs_cache)                                                    \
	X(supplicant) X(supplicant_sync) X(supplicant_cache) X(supplicant_slow)  \
	X(supplicant_killed) X(supplicant_none) X(supplicant_dies)               \
	X(supplicant_twice) X(supplicant_dies_holding)                           \
	X(unbind_waiting) X(unbind_open) X(post_while_unbinding) X(shutdown)     \
	X(rebind) X(hotplug) X(open_early)                                       \
	X(foreign_cookies) X(null_cookie) X(devices) X(foreign_intr)             \
	X(all_suspended)                                                         \
	X(not_optee) X(no_reserved) X(bad_method) X(tell_one_cpu)                \
	X(tell_cpus_many) X(revision) X(revision_without_build) X(odd_pool)      \
	X(caps)                                                                  \
	X(kexec) X(crash_cached) X(crash_values) X(kdump)                       \
	X(crash_suspended) OSIM__SCENARIO_SERVICES(X)                            \
	X(params) X(params_cache)                                                \
	X(params_reserved) X(sessions) X(crowd) X(memory) X(memory_rpc)         \
	X(memory_rpc_reserved) X(queue) X(queue_hidden) X(pairs) X(helping) X(pairs_hidden) X(reserve)              \
	X(prior) X(no_system) X(kernel_memory) X(kernel_memory_reserved) X(answers)                       \
	X(answers_register)                          \
	X(shared_memory) X(shared_sessions) X(sessions_cache) X(sessions_beside) X(login) X(unmapped) X(get_fails) X(apart) X(supp_memory) X(supp_memory_alloc) X(supp_memory_reserved)     \
	X(supp_memory_reserved_rpc)
/* clang-format on */

#define OSIM__SCENARIO_EXTERN(name) extern const struct osim_scenario osim__scenario_##name;
OSIM__SCENARIO_MAP(OSIM__SCENARIO_EXTERN)

#endif
