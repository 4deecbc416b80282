/* SPDX-License-Identifier: BSD-2-Clause */
#include "stim/replay_diff.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include <optee_sim/abi/smc.h>

#include "abi/decode.h"
#include "abi/msg.h"
#include "abi/text.h"

#define REGS	    8u
#define MESSAGE_MAX OSIM__PAGE_BYTES
#define DECODED_MAX 1024u

void osim__replay_diff_message(struct osim__replay_diff *d, uint64_t pa, bool rpc)
{
	unsigned int i;

	for (i = 0; i < OSIM__REPLAY_DIFF_MESSAGES; i++)
		if (d->messages[i].pa == pa)
			break;
	if (i == OSIM__REPLAY_DIFF_MESSAGES)
		i = d->next_message++ % OSIM__REPLAY_DIFF_MESSAGES;
	d->messages[i] = (struct osim__replay_msg){pa, rpc};
}

void osim__replay_diff_word(void *arg, uint64_t pa, uint64_t want, uint64_t got)
{
	struct osim__replay_diff *d = arg;

	if (d->word_count < OSIM__REPLAY_DIFF_WORDS) {
		d->words[d->word_count].pa = pa;
		d->words[d->word_count].want = want;
		d->words[d->word_count].got = got;
	}
	d->word_count++;
}

unsigned int osim__replay_diff_regs(const struct osim__replay_call *c)
{
	unsigned int differ = 0;

	if (c->want_no_return || c->got_no_return)
		return 0;
	for (unsigned int i = 0; i < REGS; i++)
		if (c->want.a[i] != c->got.a[i])
			differ |= 1u << i;
	return differ & ~c->skipped;
}

/* As the recording writes it. */
static void add_number(struct osim__text *text, uint64_t value)
{
	osim__text_add(text, "%0*" PRIx64, value >> 32 ? 16 : 8, value);
}

static void add_call(struct osim__text *text, const struct osim__replay_call *c, bool want)
{
	bool no_return = want ? c->want_no_return : c->got_no_return;
	char decoded[DECODED_MAX];

	osim__abi_decode_call(NULL, c->in.a, no_return ? NULL : (want ? c->want.a : c->got.a),
			      c->has_ask ? c->ask : NULL, decoded, sizeof(decoded));
	osim__text_add(text, "\n  %-10s%s%s", want ? "expected" : "got", decoded,
		       no_return ? " -> never returns, the secure world panics" : "");
}

static void add_regs(struct osim__text *text, const struct osim__replay_call *c)
{
	unsigned int differ = osim__replay_diff_regs(c);

	for (unsigned int i = 0; i < REGS; i++) {
		if (!(differ & 1u << i))
			continue;
		osim__text_add(text, "\n  r%-9uexpected ", i);
		add_number(text, c->want.a[i]);
		osim__text_add(text, ", got ");
		add_number(text, c->got.a[i]);
	}
}

static void add_words(struct osim__text *text, const struct osim__replay_diff *d)
{
	for (unsigned int i = 0; i < d->word_count && i < OSIM__REPLAY_DIFF_WORDS; i++) {
		char address[20];

		snprintf(address, sizeof(address), "%" PRIx64, d->words[i].pa);
		osim__text_add(text, "\n  %-9s expected %016" PRIx64 ", got %016" PRIx64, address,
			       d->words[i].want, d->words[i].got);
	}
	if (d->word_count > OSIM__REPLAY_DIFF_WORDS)
		osim__text_add(text, "\n  and %" PRIu64 " words more",
			       d->word_count - OSIM__REPLAY_DIFF_WORDS);
}

/* Is a word that differs in this message? size: of its header and the parameters that it says. */
static bool is_in(const struct osim__replay_diff *d, uint64_t pa, uint64_t size)
{
	for (unsigned int i = 0; i < d->word_count && i < OSIM__REPLAY_DIFF_WORDS; i++)
		if (d->words[i].pa - pa < size)
			return true;
	return false;
}

static void add_message(struct osim__text *text, const struct osim__replay_diff *d,
			const struct osim__replay_msg *msg, struct osim__replay_mem *mem, bool done)
{
	enum osim__abi_world from = msg->rpc ? OSIM__ABI_SECURE : OSIM__ABI_NORMAL;
	unsigned char bytes[MESSAGE_MAX];
	char decoded[DECODED_MAX];
	struct osim_msg_arg arg;
	size_t size = osim__replay_mem_copy(mem, msg->pa, true, bytes, sizeof(bytes));

	if (osim__msg_get(bytes, size, &arg) != OSIM__MSG_OK ||
	    !is_in(d, msg->pa, osim__msg_size(arg.num_params)))
		return;
	osim__abi_decode_msg(NULL, from, done && !msg->rpc, bytes, size, decoded, sizeof(decoded));
	osim__text_add(text, "\n  message at %" PRIx64 "\n    expected  %s", msg->pa, decoded);
	size = osim__replay_mem_copy(mem, msg->pa, false, bytes, sizeof(bytes));
	osim__abi_decode_msg(NULL, from, done && !msg->rpc, bytes, size, decoded, sizeof(decoded));
	osim__text_add(text, "\n    got       %s", decoded);
}

void osim__replay_diff_text(const struct osim__replay_diff *d, const struct osim__replay_call *c,
			    struct osim__replay_mem *mem, char *text, size_t bytes)
{
	bool done = !OPTEE_SMC_RETURN_IS_RPC((uint32_t)c->want.a[0]);
	struct osim__text t;

	osim__text_init(&t, text, bytes);
	add_call(&t, c, true);
	add_call(&t, c, false);
	add_regs(&t, c);
	add_words(&t, d);
	for (unsigned int i = 0; i < OSIM__REPLAY_DIFF_MESSAGES; i++)
		if (d->messages[i].pa)
			add_message(&t, d, &d->messages[i], mem, done);
}
