/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any text as a recording: it is read, played against the fake secure world and judged, and the
 * counters agree with each other. The first byte chooses among profiles and kinds of build, and
 * whether the rest is the text itself or what lines of a plausible recording are made of.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include <optee_sim/abi/smc.h>
#include <optee_sim/replay.h>

#include "fuzz.h"

#define TEXT_MAX 65536u
#define LINE_MAX 256u

enum { ABI = 1, GUESTS = 2, NO_NOTIF = 4, MADE_UP = 8 };

static const uint32_t ids[] = {
	OPTEE_SMC_CALL_WITH_ARG,
	OPTEE_SMC_CALL_WITH_RPC_ARG,
	OPTEE_SMC_CALL_WITH_REGD_ARG,
	OPTEE_SMC_CALL_RETURN_FROM_RPC,
	OPTEE_SMC_CALL_RETURN_FROM_RPC,
	OPTEE_SMC_CALL_RETURN_FROM_RPC,
	OPTEE_SMC_ENABLE_ASYNC_NOTIF,
	OPTEE_SMC_GET_ASYNC_NOTIF_VALUE,
	OPTEE_SMC_ENABLE_SHM_CACHE,
	OPTEE_SMC_DISABLE_SHM_CACHE,
	OPTEE_SMC_VM_CREATED,
	OPTEE_SMC_VM_DESTROYED,
	0xb20000f0,
	0xb20000f2,
	0xb20000f3,
};

static const uint64_t pages[] = {0x60000000, 0x60001000, 0x60002000, 0x42000000, 0x600ff000};

static uint64_t page(struct fuzz_input *in)
{
	return pages[fuzz_u8(in) % (sizeof(pages) / sizeof(pages[0]))];
}

static size_t add_smc(struct fuzz_input *in, char *line)
{
	uint32_t id = ids[fuzz_u8(in) % (sizeof(ids) / sizeof(ids[0]))];
	bool fast = id & OPTEE_SMC_FAST_CALL;

	return (size_t)snprintf(line, LINE_MAX,
				"SMC %x %x %" PRIx64 " %x %x 0 0 %x -> %x 0 0 %x 0 0 0 0\n", id,
				fast ? fuzz_u8(in) % 70 : 0, fast ? fuzz_u8(in) : page(in),
				fuzz_u8(in) % 3, fuzz_u8(in), fuzz_u8(in) % 4,
				fuzz_u8(in) % 4 ? 0 : 0xffff0004, fuzz_u8(in) % 3);
}

/* A word of a message, or a pointer, or a small number. */
static uint64_t word(struct fuzz_input *in)
{
	switch (fuzz_u8(in) % 4) {
	case 0:
		return page(in);
	case 1:
		return fuzz_u8(in) % 12;
	case 2:
		return 0x100 | fuzz_u8(in) % 16;
	default:
		return (uint64_t)fuzz_u8(in) << 32 | fuzz_u8(in) % 12;
	}
}

static size_t add_memory(struct fuzz_input *in, char *line, char way)
{
	size_t used = (size_t)snprintf(line, LINE_MAX, "MEM%c %" PRIx64, way,
				       page(in) + fuzz_u8(in) % 16 * 8);

	for (unsigned int n = fuzz_u8(in) % 8 + 1; n; n--)
		used += (size_t)snprintf(line + used, LINE_MAX - used, " %" PRIx64, word(in));
	line[used++] = '\n';
	return used;
}

static size_t add_line(struct fuzz_input *in, char *line)
{
	uint8_t bits;

	switch (fuzz_u8(in) % 8) {
	case 0:
		bits = fuzz_u8(in);
		return (size_t)snprintf(line, LINE_MAX, "IRQ 219 en=%d pend=%d act=%d\n", bits & 1,
					bits >> 1 & 1, bits >> 2 & 1);
	case 1:
		return (size_t)snprintf(line, LINE_MAX, "ACK iar=%u\n",
					fuzz_u8(in) % 4 ? 219 : 1023);
	case 2:
		return add_memory(in, line, '<');
	case 3:
	case 4:
		return add_memory(in, line, '>');
	default:
		return add_smc(in, line);
	}
}

static size_t make_up(struct fuzz_input *in, char *text)
{
	static const char *const heads[] = {"", "# build: dbg\n", "# build: stock\n",
					    "# CFG_NUM_THREADS=1\n"};
	size_t used = (size_t)sprintf(text, "%s", heads[fuzz_u8(in) % 4]);

	do
		used += add_line(in, text + used);
	while (in->size && used < TEXT_MAX - LINE_MAX);
	return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX];
	struct fuzz_input in = {data, size};
	uint8_t how = fuzz_u8(&in);
	const struct osim_replay_options options = {
		.size = sizeof(options),
		.profile = how & ABI ? OSIM_PROFILE_ABI : OSIM_PROFILE_OPTEE,
		.guests = how & GUESTS ? 2 : 0,
		.no_notif = how & NO_NOTIF,
		.ram_pa = 0x60000000,
		.ram_size_bytes = 0x100000,
		.shm_pa = 0x42000000,
		.shm_size_bytes = 0x4000,
	};
	struct osim_replay_result result;
	FILE *file;
	int rc;

	if (how & MADE_UP)
		file = fmemopen(text, make_up(&in, text), "r");
	else
		file = in.size ? fmemopen((void *)(uintptr_t)in.data, in.size, "r") : NULL;
	if (!file)
		return 0;
	rc = osim_replay(file, "fuzz", &options, &result);
	fclose(file);
	assert(rc == 0 || rc == -EINVAL || rc == -ENOMEM);
	assert(result.matched <= result.records);
	return 0;
}
