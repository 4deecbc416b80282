/* SPDX-License-Identifier: BSD-2-Clause */
#include <argp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/caps.h>

#include "cli/cli.h"

#define SHM_CAPS (OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_DYNAMIC_SHM)
/* As secure.h has them; written out so that --shm and --rpc-arg can change them. */
#define CAPS_DEFAULT                                                                \
	(SHM_CAPS | OPTEE_SMC_SEC_CAP_MEMREF_NULL | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF | \
	 OPTEE_SMC_SEC_CAP_RPC_ARG | OPTEE_SMC_SEC_CAP_RPMB_PROBE)

#define THREADS_MAX    64u
#define RPC_PARAMS_MAX 255u

enum {
	KEY_KERNEL = 256,
	KEY_BUILD,
	KEY_BUILT,
	KEY_CAPS,
	KEY_MAX_NOTIF,
	KEY_THREADS,
	KEY_CPUS,
	KEY_SHM,
	KEY_RPC_ARG,
	KEY_PERCPU_IRQ,
	KEY_POST,
	KEY_SEED,
	KEY_REALTIME,
	KEY_JSON,
	KEY_TRACE,
	KEY_COLOR,
	KEY_RAW,
	KEY_VERBOSE,
};

/* clang-format off */
static const struct argp_option options[] = {
	{0, 0, 0, 0, "The driver:", 1},
	{"kernel", KEY_KERNEL, "DIR|TARBALL", 0,
	 "Run the OP-TEE driver of this Linux tree: a source directory, or a tarball such as "
	 "linux-source-6.12.tar.xz. It is built once and kept in the cache. Without this option: "
	 "the driver inside this program", 0},
	{"build", KEY_BUILD, "plain|asan|access", 0,
	 "How --kernel builds it: plain (default); asan, with AddressSanitizer and "
	 "UndefinedBehaviorSanitizer; access, with data races as findings", 0},
	{"built", KEY_BUILT, 0, OPTION_HIDDEN, 0, 0},

	{0, 0, 0, 0, "The secure world:", 2},
	{"caps", KEY_CAPS, "LIST", 0,
	 "Capabilities that EXCHANGE_CAPABILITIES offers: names separated by commas, bits such as "
	 "0x400, or none. Default: have_reserved_shm,dynamic_shm,memref_null,async_notif,rpc_arg,"
	 "rpmb_probe", 0},
	{"max-notif", KEY_MAX_NOTIF, "N", 0,
	 "Largest notification value, 0 .. 4294967295. Default: 64 + threads", 0},
	{"threads", KEY_THREADS, "N", 0,
	 "Secure threads, 1 .. 64. Default: 2", 0},
	{"shm", KEY_SHM, "dynamic|reserved", 0,
	 "Shared memory that is offered. Default: both, of which drivers take dynamic", 0},
	{"rpc-arg", KEY_RPC_ARG, "N", 0,
	 "Parameters that the argument for RPCs has room for, 0 .. 255; 0: the capability rpc_arg "
	 "is not offered. Default: 4", 0},

	{0, 0, 0, 0, "The machine:", 3},
	{"cpus", KEY_CPUS, "N", 0, "CPUs, 1 .. 64. Default: 2", 0},
	{"percpu-irq", KEY_PERCPU_IRQ, 0, 0,
	 "The notification interrupt is a per-CPU one (31), not a shared one (219)", 0},
	{"seed", KEY_SEED, "N", 0,
	 "Choose among what can happen next at random, from this seed, 0 .. 2^64-1; the same seed "
	 "gives the same run. Without this option: first in, first out", 0},
	{"realtime", KEY_REALTIME, 0, 0, "Let timers run on the wall clock, not in virtual time", 0},

	{0, 0, 0, 0, "What happens:", 4},
	{"post", KEY_POST, "LIST", 0,
	 "Post these notification values, in this order, when the driver is bound: 5,0 or 1-4 or "
	 "7,7; 0 asks for the bottom half. May be given several times", 0},

	{0, 0, 0, 0, "Output:", 5},
	{"json", KEY_JSON, "FILE", 0,
	 "Write counters, findings and live objects; FILE is replaced only by a whole one", 0},
	{"trace", KEY_TRACE, "FILE", 0,
	 "Write every event, for optee-sim trace", 0},
	{"verbose", KEY_VERBOSE, 0, 0,
	 "Show switches and wakes of threads, allocations, and values leaving the record", 0},
	{"raw-addresses", KEY_RAW, 0, 0,
	 "Show addresses and cookies as they are, not as page#1 and shm#1", 0},
	{"color", KEY_COLOR, "auto|always|never", 0, "Default: auto, on a terminal", 0},
	{0},
};
/* clang-format on */

static const char doc[] =
	"Binds the driver to its device, posts notifications, runs until nothing is left to do and "
	"removes the driver. Prints what both worlds did on one time line, and a summary.\v"
	"FILE - is standard output, in place of the text.\n\n"
	"Exit status: 0 clean, 1 findings or a probe that failed, 2 wrong usage or a tree that does "
	"not compile.";

/* A number of an option, which is named when it is wrong. */
static uint64_t number(struct argp_state *state, const char *option, const char *arg, uint64_t min,
		       uint64_t max)
{
	uint64_t value = 0;

	if (!osim__cli_number(arg, max, &value) || value < min)
		argp_failure(state, OSIM__EXIT_USAGE, 0,
			     "%s: '%s' is not a number %" PRIu64 " .. %" PRIu64, option, arg, min,
			     max);
	return value;
}

/* The place of a word in a list that ends with NULL. */
static int word(struct argp_state *state, const char *option, const char *arg,
		const char *const words[])
{
	char known[64] = "";

	for (int i = 0; words[i]; i++) {
		size_t used = strlen(known);

		if (!strcmp(arg, words[i]))
			return i;
		snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", words[i]);
	}
	argp_failure(state, OSIM__EXIT_USAGE, 0, "%s: '%s' is none of %s", option, arg, known);
	return 0;
}

static error_t parse_secure(struct osim__cli_options *o, int key, char *arg,
			    struct argp_state *state)
{
	static const char *const shm[] = {"dynamic", "reserved", NULL};

	switch (key) {
	case KEY_CAPS:
		if (osim_caps_parse(arg, &o->secure.caps))
			argp_failure(state, OSIM__EXIT_USAGE, 0, "--caps: %s", osim_last_error());
		o->caps_given = true;
		return 0;
	case KEY_MAX_NOTIF:
		o->secure.max_notif_value =
			(uint32_t)number(state, "--max-notif", arg, 0, UINT32_MAX);
		o->secure.set |= OSIM_SECURE_SET_MAX_NOTIF;
		return 0;
	case KEY_THREADS:
		o->secure.thread_count = (uint32_t)number(state, "--threads", arg, 1, THREADS_MAX);
		return 0;
	case KEY_SHM:
		o->shm = word(state, "--shm", arg, shm) ? OSIM__CLI_SHM_RESERVED
							: OSIM__CLI_SHM_DYNAMIC;
		return 0;
	case KEY_RPC_ARG:
		o->rpc_arg = (int)number(state, "--rpc-arg", arg, 0, RPC_PARAMS_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_machine(struct osim__cli_options *o, int key, char *arg,
			     struct argp_state *state)
{
	char why[160];

	switch (key) {
	case KEY_CPUS:
		o->machine.cpus = (unsigned int)number(state, "--cpus", arg, 1, OSIM_CPUS_MAX);
		return 0;
	case KEY_PERCPU_IRQ:
		o->machine.percpu_irq = true;
		return 0;
	case KEY_SEED:
		o->seed = number(state, "--seed", arg, 0, UINT64_MAX);
		o->seeded = true;
		return 0;
	case KEY_REALTIME:
		o->realtime = true;
		return 0;
	case KEY_POST:
		if (!osim__cli_ranges_add(&o->posts, arg, why, sizeof(why)))
			argp_failure(state, OSIM__EXIT_USAGE, 0, "--post: %s", why);
		return 0;
	default:
		return parse_secure(o, key, arg, state);
	}
}

static void conflict(struct argp_state *state, const char *option, const char *why)
{
	argp_failure(state, OSIM__EXIT_USAGE, 0, "%s: %s", option, why);
}

/* Puts the options that are about capabilities together; none may take back what another said. */
static void settle_caps(struct osim__cli_options *o, struct argp_state *state)
{
	uint32_t caps = o->caps_given ? o->secure.caps : CAPS_DEFAULT;
	uint32_t shm = o->shm == OSIM__CLI_SHM_DYNAMIC	  ? OPTEE_SMC_SEC_CAP_DYNAMIC_SHM
		       : o->shm == OSIM__CLI_SHM_RESERVED ? OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM
							  : caps & SHM_CAPS;

	if (o->caps_given && (caps & SHM_CAPS) != shm)
		conflict(state, "--shm", "--caps offers other shared memory");
	if (!shm)
		conflict(state, "--caps",
			 "neither have_reserved_shm nor dynamic_shm: there would "
			 "be no memory to share");
	caps = (caps & ~SHM_CAPS) | shm;
	if (o->rpc_arg >= 0) {
		if (o->caps_given && !(caps & OPTEE_SMC_SEC_CAP_RPC_ARG) != !o->rpc_arg)
			conflict(state, "--rpc-arg",
				 o->rpc_arg ? "--caps does not offer rpc_arg"
					    : "0 means without rpc_arg, which --caps offers");
		caps &= ~OPTEE_SMC_SEC_CAP_RPC_ARG;
		caps |= o->rpc_arg ? OPTEE_SMC_SEC_CAP_RPC_ARG : 0;
		o->secure.rpc_param_count = (uint32_t)o->rpc_arg;
	}
	if (!(caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF)) {
		if (o->secure.set & OSIM_SECURE_SET_MAX_NOTIF)
			conflict(state, "--max-notif", "--caps does not offer async_notif");
		if (o->posts.count)
			conflict(state, "--post", "--caps does not offer async_notif");
	}
	o->secure.caps = caps;
	o->secure.set |= OSIM_SECURE_SET_CAPS;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const builds[] = {"plain", "asan", "access", NULL};
	static const char *const colors[] = {"auto", "always", "never", NULL};
	struct osim__cli_options *o = state->input;

	switch (key) {
	case KEY_KERNEL:
		o->kernel = arg;
		return 0;
	case KEY_BUILD:
		o->build = builds[word(state, "--build", arg, builds)];
		return 0;
	case KEY_BUILT:
		o->built = true;
		return 0;
	case KEY_JSON:
		o->json = arg;
		return 0;
	case KEY_TRACE:
		o->trace = arg;
		return 0;
	case KEY_COLOR:
		o->color = (enum osim__cli_color)word(state, "--color", arg, colors);
		return 0;
	case KEY_RAW:
		o->raw_addresses = true;
		return 0;
	case KEY_VERBOSE:
		o->verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_failure(state, OSIM__EXIT_USAGE, 0, "'%s': run takes options only", arg);
		return 0;
	case ARGP_KEY_SUCCESS:
		if (o->build && !o->kernel)
			conflict(state, "--build", "needs --kernel");
		settle_caps(o, state);
		return 0;
	default:
		return parse_machine(o, key, arg, state);
	}
}

void osim__cli_options_parse(struct osim__cli_options *o, int argc, char **argv)
{
	static const struct argp argp = {.options = options, .parser = parse, .doc = doc};

	*o = (struct osim__cli_options){
		.machine = {.size = sizeof(o->machine)},
		.secure = {.size = sizeof(o->secure)},
		.rpc_arg = -1,
	};
	if (argp_parse(&argp, argc, argv, 0, NULL, o))
		exit(OSIM__EXIT_USAGE);
}
