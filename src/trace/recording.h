/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_RECORDING_H
#define OSIM_TRACE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Reads the recording format (docs/recordings.md), a line at a time. */

#define OSIM__RECORDING_LINE_MAX 4096u
#define OSIM__RECORDING_WORDS	 8u
#define OSIM__RECORDING_NO_IRQ	 1023u
#define OSIM__RECORDING_NOT_TOLD UINT32_MAX

enum osim__recording_kind {
	OSIM__RECORDING_NOISE,	 /* console output */
	OSIM__RECORDING_COMMENT, /* text */
	OSIM__RECORDING_SECTION, /* text */
	OSIM__RECORDING_PEOPLE,	 /* a message or an RPC decoded; says nothing that others do not */
	OSIM__RECORDING_SMC,	 /* in, out, no_return, text */
	OSIM__RECORDING_MEM_IN,	 /* pa, words */
	OSIM__RECORDING_MEM_OUT, /* pa, words */
	OSIM__RECORDING_IRQ,	 /* intid, enabled, pending, active, first, text */
	OSIM__RECORDING_ACK,	 /* intid */
	OSIM__RECORDING_POST,	 /* value */
	OSIM__RECORDING_END,
};

struct osim__recording_line {
	enum osim__recording_kind kind;
	unsigned long number;
	const char *text; /* what people wrote, "" if nothing; valid until the next line is read */
	uint64_t in[8], out[8];
	bool no_return; /* the call never came back: no out */
	uint64_t pa;
	uint64_t words[OSIM__RECORDING_WORDS];
	unsigned int word_count;
	uint32_t intid;
	bool enabled, pending, active;
	uint32_t first; /* what a CPU would acknowledge at this state; 1023: nothing; NOT_TOLD */
	uint32_t value;
};

struct osim__recording {
	FILE *in;
	unsigned long number; /* of the line last read */
	bool ended;	      /* END was there */
	char buf[OSIM__RECORDING_LINE_MAX];
	char error[160]; /* what is wrong with the line */
};

/* in is borrowed. */
void osim__recording_init(struct osim__recording *r, FILE *in);

/*
 * 1: a line; 0: the end of the file; -EBADMSG: this line is none, r->error says why, and the next
 * can be read; -EIO: r->error says why.
 */
int osim__recording_next(struct osim__recording *r, struct osim__recording_line *line);
/* The same of a line that somebody else put into r->buf; garbled: not all of it, or not as it is.
 */
int osim__recording_take(struct osim__recording *r, bool garbled,
			 struct osim__recording_line *line);

/* What the comments at the head say of the recorded secure world; what they do not say is 0. */
struct osim__recording_build {
	char name[16];	       /* "stock", "dbg" */
	bool debug_calls;      /* b20000f0 .. f4: of every build but those known to lack them */
	bool no_notif;	       /* built without asynchronous notifications */
	bool no_reserved_shm;  /* or without reserved shared memory, */
	bool no_dynamic_shm;   /* dynamic shared memory, */
	bool no_test_watchdog; /* the watchdog that posts once a second */
	bool test_watchdog;    /* it says that it has that one */
	uint32_t threads;
	uint32_t guests; /* at most; with virtualization */
	uint32_t os_major, os_minor;
	uint64_t os_build; /* the first digits of the commit */
	uint64_t shm_pa, shm_bytes;
};

void osim__recording_build_init(struct osim__recording_build *b);
/* Takes one comment. */
void osim__recording_build_comment(struct osim__recording_build *b, const char *text);

#endif
