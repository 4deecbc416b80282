/* SPDX-License-Identifier: BSD-2-Clause */
#include "stim/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/smc.h>

#define RAM_PA	   0x40000000ull
#define RAM_BYTES  0x80000000ull
#define WATCHED_PA 0x60000000ull
#define SHM_PA	   0x42000000ull
#define SHM_BYTES  0x200000ull

/* Allocations until one fails, when the recording does not say how many there were. */
#define QUIET_ALLOCS_MAX 1000u
#define QUIET_POSTS_MAX	 64u

/* --- the machine --- */

static uint64_t first_of(uint64_t a, uint64_t b, uint64_t c)
{
	return a ? a : b ? b : c;
}

/* What the header says, where the options do not. */
static struct osim_secure_options secure_options(const struct osim__replay *p)
{
	const struct osim_replay_options *o = p->options;
	const struct osim__recording_build *b = &p->build;
	struct osim_secure_options s = {.size = sizeof(s),
					.profile = o->profile,
					.thread_count = o->threads ? o->threads : b->threads,
					.guests_max = o->guests ? o->guests : b->guests,
					.os_revision_major = b->os_major,
					.os_revision_minor = b->os_minor,
					.os_build_id = b->os_build};

	s.caps = OPTEE_SMC_SEC_CAP_MEMREF_NULL | OPTEE_SMC_SEC_CAP_RPC_ARG |
		 OPTEE_SMC_SEC_CAP_RPMB_PROBE;
	if (!b->no_reserved_shm)
		s.caps |= OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM;
	if (!b->no_dynamic_shm)
		s.caps |= OPTEE_SMC_SEC_CAP_DYNAMIC_SHM;
	if (!b->no_notif && !o->no_notif)
		s.caps |= OPTEE_SMC_SEC_CAP_ASYNC_NOTIF;
	if (s.guests_max)
		s.caps |= OPTEE_SMC_SEC_CAP_VIRTUALIZATION;
	if (!b->no_reserved_shm) {
		s.shm_pa = first_of(o->shm_pa, b->shm_pa, SHM_PA);
		s.shm_size_bytes = first_of(o->shm_size_bytes, b->shm_bytes, SHM_BYTES);
	}
	return s;
}

/* With what is held against the recording at its secure end. */
static int equip(struct osim__replay *p, const struct osim_secure_options *s)
{
	bool watchdog = p->build.name[0] && !p->build.no_test_watchdog &&
			(s->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF);
	int rc;

	if (!p->options->conduit)
		return osim__replay_debug_init(&p->debug, p->m, p->build.debug_calls, watchdog);
	osim_set_conduit(p->m, p->options->conduit, p->options->conduit_arg);
	rc = s->shm_size_bytes ? osim_mem_map(p->m, s->shm_pa, (size_t)s->shm_size_bytes, NULL,
					      OSIM_REGION_SHM)
			       : 0;
	return rc == -EEXIST ? -EINVAL : rc;
}

static int start(struct osim__replay *p)
{
	const struct osim_replay_options *o = p->options;
	struct osim_secure_options secure = secure_options(p);
	struct osim_backend backend;
	struct osim_options options = {.size = sizeof(options),
				       .cpus = 1,
				       .secure = &secure,
				       .no_secure = o->conduit,
				       .backend = &backend};
	int rc;

	if (p->m)
		return 0;
	rc = osim__replay_mem_init(&p->mem, first_of(o->ram_pa, 0, RAM_PA),
				   first_of(o->ram_size_bytes, 0, RAM_BYTES),
				   first_of(o->watched_pa, 0, WATCHED_PA));
	if (rc)
		return rc;
	backend = osim__replay_mem_backend(&p->mem);
	rc = osim_machine_new(&options, &p->m);
	if (rc)
		return rc;
	/* The recording says when the normal world takes an interrupt. */
	osim__sched_cpu(&p->m->sched)->irq_off++;
	rc = equip(p, &secure);
	return rc ? rc
		  : osim__replay_mem_attach(&p->mem, p->m, secure.shm_pa, secure.shm_size_bytes);
}

/* --- what a recording tells in words only --- */

static const char *number_after(const char *text, const char *words, int base, uint64_t *value)
{
	const char *at = strstr(text, words);
	char *end;

	if (!at)
		return NULL;
	at += strlen(words);
	*value = strtoull(at, &end, base);
	return end != at ? end : NULL;
}

/* "all 64 values posted in descending order" */
static void quiet_posts(struct osim__replay *p, const char *text)
{
	struct osim_regs regs;
	uint64_t n;
	const char *rest = number_after(text, "all ", 10, &n);

	if (!rest || strcmp(rest, " values posted in descending order") != 0 || n > QUIET_POSTS_MAX)
		return;
	while (n--)
		osim__replay_smc_quiet(p, OSIM__REPLAY_DEBUG_POST, n, &regs);
}

/* "further allocations that succeeded: 59, last value 63, failing result ffff000c" */
static void quiet_allocs(struct osim__replay *p, unsigned long line, const char *text)
{
	uint64_t want_n, want_last, want_result, n = 0, last = 0;
	struct osim_regs regs;
	char differs[200];
	bool same;

	if (!number_after(text, "further allocations that succeeded: ", 10, &want_n) ||
	    !number_after(text, "last value ", 10, &want_last) ||
	    !number_after(text, "failing result ", 16, &want_result))
		return;
	for (;; n++, last = regs.a[2]) {
		osim__replay_smc_quiet(p, OSIM__REPLAY_DEBUG_ALLOC, 0, &regs);
		if (regs.a[0] || regs.a[1] || n == QUIET_ALLOCS_MAX)
			break;
	}
	same = n == want_n && last == want_last && regs.a[1] == want_result;
	snprintf(differs, sizeof(differs),
		 "\n  expected  %" PRIu64 " more, last %" PRIu64 ", then %" PRIx64
		 "\n  got       %" PRIu64 " more, last %" PRIu64 ", then %" PRIx64,
		 want_n, want_last, want_result, n, last, regs.a[1]);
	osim__replay_record(p, line, "allocations", same ? NULL : differs);
}

/* --- lines --- */

static int comment(struct osim__replay *p, const struct osim__recording_line *line)
{
	if (p->m)
		quiet_allocs(p, line->number, line->text);
	else
		osim__recording_build_comment(&p->build, line->text);
	return 0;
}

static int section(struct osim__replay *p, const struct osim__recording_line *line)
{
	snprintf(p->section, sizeof(p->section), "%s", line->text);
	quiet_posts(p, line->text);
	return 0;
}

static int memory(struct osim__replay *p, const struct osim__recording_line *line)
{
	bool out = line->kind == OSIM__RECORDING_MEM_OUT && p->open;

	if (line->kind == OSIM__RECORDING_MEM_OUT && !p->open && !p->lost) {
		osim__replay_unreadable(p, "MEM< without a call before it");
		return 0;
	}
	for (unsigned int i = 0; i < line->word_count; i++) {
		uint64_t pa = line->pa + i * sizeof(uint64_t);
		int rc = out ? osim__replay_mem_expect(&p->mem, pa, line->words[i])
			     : osim__replay_mem_write(&p->mem, pa, line->words[i]);

		if (rc == -ENOMEM)
			return rc;
		if (rc) {
			osim__replay_unreadable(p, "%" PRIx64 " is not in memory", pa);
			return 0;
		}
	}
	return 0;
}

static int smc(struct osim__replay *p, const struct osim__recording_line *line)
{
	if (p->posting &&
	    ((uint32_t)line->in[0] != OSIM__REPLAY_DEBUG_POST || (uint32_t)line->in[1] != p->value))
		osim__replay_unreadable(p, "POST %u is not followed by the call that posts it",
					p->value);
	p->posting = false;
	osim__replay_smc(p, line);
	return 0;
}

static int play(struct osim__replay *p, const struct osim__recording_line *line)
{
	int rc;

	if (line->kind == OSIM__RECORDING_NOISE || line->kind == OSIM__RECORDING_PEOPLE)
		return 0;
	if (line->kind != OSIM__RECORDING_MEM_OUT) {
		osim__replay_smc_end(p);
		p->lost = false;
	}
	rc = line->kind == OSIM__RECORDING_COMMENT ? 0 : start(p);
	if (rc)
		return rc;
	switch (line->kind) {
	case OSIM__RECORDING_COMMENT:
		return comment(p, line);
	case OSIM__RECORDING_SECTION:
		return section(p, line);
	case OSIM__RECORDING_SMC:
		return smc(p, line);
	case OSIM__RECORDING_MEM_IN:
	case OSIM__RECORDING_MEM_OUT:
		return memory(p, line);
	case OSIM__RECORDING_IRQ:
		osim__replay_irq_line(p, line);
		return 0;
	case OSIM__RECORDING_ACK:
		osim__replay_irq_ack(p, line);
		return 0;
	case OSIM__RECORDING_POST:
		p->posting = true;
		p->value = line->value;
		return 0;
	default:
		return 0;
	}
}

/* What it says is lost; what others say of memory holds all the same. */
static int unreadable(struct osim__replay *p)
{
	osim__replay_smc_end(p);
	p->lost = true;
	osim__replay_unreadable(p, "%s", p->recording.error);
	return 0;
}

static int play_all(struct osim__replay *p)
{
	struct osim__recording_line line;
	bool any = false; /* line of a recording */
	int rc;

	while ((rc = osim__recording_next(&p->recording, &line)) && rc != -EIO) {
		any |= rc == -EBADMSG || line.kind > OSIM__RECORDING_COMMENT;
		rc = rc == -EBADMSG ? unreadable(p) : play(p, &line);
		if (rc)
			return rc;
		if (p->mem.out_of_memory)
			return -ENOMEM;
	}
	osim__replay_smc_end(p);
	if (rc == -EIO)
		return osim__error(rc, "%s: %s", p->name, p->recording.error);
	/* A panic of the secure world ends the program that records, too. */
	if (!p->recording.ended && !p->panicked)
		osim__replay_unreadable(p, "%s",
					any ? "cut off: END is missing"
					    : "the file is no recording: no line of one is in it");
	return 0;
}

/* --- the whole --- */

static int check(const struct osim_replay_options *o)
{
	uint64_t pa = first_of(o->ram_pa, 0, RAM_PA);
	uint64_t bytes = first_of(o->ram_size_bytes, 0, RAM_BYTES);

	if (o->size != sizeof(*o))
		return osim__error(-EINVAL,
				   "options: size %zu is not that of struct "
				   "osim_replay_options",
				   o->size);
	if ((pa | bytes | o->watched_pa) % OSIM__PAGE_BYTES || pa + bytes < pa)
		return osim__error(-EINVAL, "ram_pa, ram_size_bytes, watched_pa: not whole pages");
	return 0;
}

int osim_replay(FILE *in, const char *name, const struct osim_replay_options *options,
		struct osim_replay_result *result)
{
	static const struct osim_replay_options defaults = {.size = sizeof(defaults)};
	struct osim__replay *p;
	int rc;

	*result = (struct osim_replay_result){0};
	rc = options ? check(options) : 0;
	if (rc)
		return rc;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->options = options ? options : &defaults;
	p->result = result;
	p->irq.acked = OSIM__RECORDING_NO_IRQ;
	p->name = name;
	osim__recording_init(&p->recording, in);
	osim__recording_build_init(&p->build);
	rc = play_all(p);
	osim_machine_free(p->m);
	osim__replay_mem_fini(&p->mem);
	free(p);
	return rc;
}
