/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/experiment.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "machine/machine.h"

/* In front of experiments against the other profile. */
#define ABI_PREFIX "abi:"
/* A word of the text, "rpc.num_params". */
#define WORD_BYTES 32u

/* What follows WORD@AT. */
enum value {
	VALUE_NONE,
	VALUE_A_OR_NONE, /* "=a", decimal; none: a is 0 */
	VALUE_A,	 /* "=a", decimal */
	VALUE_A_HEX,
	VALUE_B_HEX,
};

/* A word that ends with '%' has what a is in its place. */
static const struct form {
	const char *word;
	enum value value;
	enum osim_who who;
	bool disturbs;
} forms[OSIM__PLAN_COUNT] = {
	[OSIM__PLAN_NONE] = {"", VALUE_NONE, OSIM_WHO_HONEST, false},
	[OSIM__PLAN_FAULT] = {"%", VALUE_NONE, OSIM_WHO_RESOURCE, true},
	[OSIM__PLAN_POST] = {"post", VALUE_A, OSIM_WHO_HONEST, false},
	[OSIM__PLAN_KILL] = {"kill", VALUE_A_OR_NONE, OSIM_WHO_HONEST, true},
	[OSIM__PLAN_SPURIOUS] = {"spurious", VALUE_NONE, OSIM_WHO_HONEST, false},
	[OSIM__PLAN_STORM] = {"storm", VALUE_NONE, OSIM_WHO_HONEST, false},
	[OSIM__PLAN_ROUTE] = {"route", VALUE_A, OSIM_WHO_HONEST, false},
	[OSIM__PLAN_UNBIND] = {"unbind", VALUE_NONE, OSIM_WHO_HONEST, true},
	[OSIM__PLAN_KEXEC] = {"kexec", VALUE_NONE, OSIM_WHO_HONEST, true},
	[OSIM__PLAN_CRASH] = {"crash", VALUE_NONE, OSIM_WHO_HONEST, true},
	[OSIM__PLAN_KDUMP] = {"kdump", VALUE_NONE, OSIM_WHO_HONEST, true},
	[OSIM__PLAN_UNPLUG] = {"unplug", VALUE_NONE, OSIM_WHO_HONEST, true},
	[OSIM__PLAN_LOST] = {"lost", VALUE_NONE, OSIM_WHO_HOSTILE, true},
	[OSIM__PLAN_LATE] = {"late", VALUE_NONE, OSIM_WHO_HONEST, true},
	[OSIM__PLAN_RET] = {"ret", VALUE_A_HEX, OSIM_WHO_HOSTILE, true},
	[OSIM__PLAN_REG] = {"a%", VALUE_B_HEX, OSIM_WHO_HOSTILE, true},
	[OSIM__PLAN_FOREIGN] = {"foreign", VALUE_NONE, OSIM_WHO_HONEST, false},
	[OSIM__PLAN_REFUSE] = {"refuse", VALUE_NONE, OSIM_WHO_HONEST, true},
	[OSIM__PLAN_AGAIN] = {"again", VALUE_NONE, OSIM_WHO_HOSTILE, true},
	[OSIM__PLAN_STALE] = {"stale", VALUE_NONE, OSIM_WHO_HOSTILE, true},
	[OSIM__PLAN_RPC] = {"rpc.%", VALUE_B_HEX, OSIM_WHO_HOSTILE, true},
	[OSIM__PLAN_MSG] = {"msg.%", VALUE_B_HEX, OSIM_WHO_HOSTILE, true},
};

static const char *const fault_names[OSIM_FAULT_COUNT] = {
	[OSIM_FAULT_ALLOC] = "alloc", [OSIM_FAULT_IRQ] = "irq", [OSIM_FAULT_REGISTER] = "register",
	[OSIM_FAULT_COPY] = "copy",   [OSIM_FAULT_MAP] = "map", [OSIM_FAULT_WORK] = "work"};

#define FIELD(name)                                        \
	{                                                  \
#name, offsetof(struct osim_msg_arg, name) \
	}

static const struct {
	const char *name;
	size_t at;
} header[] = {FIELD(cmd), FIELD(func),	     FIELD(session),   FIELD(cancel_id),
	      FIELD(ret), FIELD(ret_origin), FIELD(num_params)};

static const char *const words[] = {"attr", "a", "b", "c"};

/* Of the field at this byte of a message: "num_params", "1.attr", "0.b". */
static void print_field(uint32_t at, char *text, size_t bytes)
{
	uint32_t rest = at - (uint32_t)sizeof(struct osim_msg_arg);

	for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		if (header[i].at == at)
			snprintf(text, bytes, "%s", header[i].name);
	if (at >= sizeof(struct osim_msg_arg))
		snprintf(text, bytes, "%u.%s", (unsigned int)(rest / sizeof(struct osim_msg_param)),
			 words[rest % sizeof(struct osim_msg_param) / sizeof(uint64_t)]);
}

/* What stands in the place of '%'. */
static void print_a(const struct osim__experiment *x, char *text, size_t bytes)
{
	text[0] = '\0';
	if (x->plan == OSIM__PLAN_FAULT)
		snprintf(text, bytes, "%s", fault_names[x->a]);
	else if (x->plan == OSIM__PLAN_REG)
		snprintf(text, bytes, "%u", x->a);
	else
		print_field(x->a, text, bytes);
}

/* Of a plan with this a; "": that has no word. */
static void print_word(const struct osim__experiment *x, char word[WORD_BYTES])
{
	const char *of = forms[x->plan].word, *place = strchr(of, '%');
	char a[16] = "";

	if (place)
		print_a(x, a, sizeof(a));
	snprintf(word, WORD_BYTES, "%.*s%s", (int)strcspn(of, "%"), of, a);
}

static void print_plan(const struct osim__experiment *x, char *text, size_t bytes)
{
	char word[WORD_BYTES], value[24] = "";
	enum value how = forms[x->plan].value;

	text[0] = '\0';
	if (x->plan == OSIM__PLAN_NONE)
		return;
	print_word(x, word);
	if (how == VALUE_A || (how == VALUE_A_OR_NONE && x->a))
		snprintf(value, sizeof(value), "=%u", x->a);
	else if (how == VALUE_A_HEX)
		snprintf(value, sizeof(value), "=%#x", x->a);
	else if (how == VALUE_B_HEX)
		snprintf(value, sizeof(value), "=%#llx", (unsigned long long)x->b);
	snprintf(text, bytes, "+%s@%u%s", word, x->at, value);
}

int osim__experiment_print(const struct osim__experiment *x, char *text, size_t bytes)
{
	char plan[80], schedule[128] = "";

	print_plan(x, plan, sizeof(plan));
	if (x->schedule.count) {
		schedule[0] = '/';
		osim__schedule_print(&x->schedule, schedule + 1, sizeof(schedule) - 1);
	}
	return snprintf(text, bytes, "%s%s%s%s", x->profile == OSIM_PROFILE_ABI ? ABI_PREFIX : "",
			x->scenario->name, plan, schedule);
}

void osim__experiment_kind(const struct osim__experiment *x, char *kind, size_t bytes)
{
	char plan[80];

	print_plan(x, plan, sizeof(plan));
	if (plan[0])
		snprintf(kind, bytes, "%.*s", (int)strcspn(plan + 1, "@."), plan + 1);
	else
		snprintf(kind, bytes, "%s", x->schedule.count ? "order" : "");
}

/* A number after the given character; false: there is none. */
static bool parse_number(const char **text, char before, int base, uint64_t max, uint64_t *value)
{
	char *end;

	if (**text != before || !isxdigit((unsigned char)(*text)[1]))
		return false;
	errno = 0;
	*value = strtoull(*text + 1, &end, base);
	if (errno || end == *text + 1 || *value > max)
		return false;
	*text = end;
	return true;
}

static bool is_word(struct osim__experiment *x, uint32_t a, const char *text, size_t n)
{
	char word[WORD_BYTES];

	x->a = a;
	print_word(x, word);
	return strlen(word) == n && !strncmp(word, text, n);
}

/* What a can be in words of this plan, from 0, in steps. */
static uint32_t words_end(enum osim__plan plan)
{
	if (!strchr(forms[plan].word, '%'))
		return 1;
	if (plan == OSIM__PLAN_FAULT)
		return OSIM_FAULT_COUNT;
	return plan == OSIM__PLAN_REG ? 8 : (uint32_t)OPTEE_MSG_GET_ARG_SIZE(OSIM_EVENT_PARAMS);
}

static bool parse_word(struct osim__experiment *x, const char *text, size_t n)
{
	for (x->plan = OSIM__PLAN_FAULT; n && x->plan < OSIM__PLAN_COUNT; x->plan++) {
		bool field = x->plan == OSIM__PLAN_RPC || x->plan == OSIM__PLAN_MSG;
		uint32_t end = words_end(x->plan), step = field ? sizeof(uint32_t) : 1;

		for (uint32_t a = 0; a < end; a += step) {
			/* Fields of a parameter have eight bytes. */
			if (field && a > sizeof(struct osim_msg_arg) && a % sizeof(uint64_t))
				continue;
			if (is_word(x, a, text, n))
				return true;
		}
	}
	return false;
}

/* "alloc@3", "kill@7", "post@5=0", "ret@5=0x4", "a2@5=0x3", "rpc.0.b@4=0x1000". */
static bool parse_plan(struct osim__experiment *x, const char *text)
{
	size_t n = strcspn(text, "@");
	const char *rest = text + n;
	uint64_t at, value = 0;
	enum value how;
	bool given;

	if (!parse_number(&rest, '@', 10, UINT32_MAX, &at) || !parse_word(x, text, n))
		return false;
	x->at = (uint32_t)at;
	how = forms[x->plan].value;
	given = how != VALUE_NONE &&
		parse_number(&rest, '=', how == VALUE_A_HEX || how == VALUE_B_HEX ? 16 : 10,
			     how == VALUE_B_HEX ? UINT64_MAX : UINT32_MAX, &value);
	if (how == VALUE_B_HEX)
		x->b = value;
	else if (given)
		x->a = (uint32_t)value;
	return !*rest && (given || how == VALUE_NONE || how == VALUE_A_OR_NONE);
}

int osim__experiment_parse(struct osim__experiment *x, const char *text,
			   const struct osim_scenario *const *scenarios)
{
	char copy[256], *name = copy, *plan, *schedule;

	memset(x, 0, sizeof(*x));
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return osim__error(-EINVAL, "experiment '%s' is too long", text);
	schedule = strchr(copy, '/');
	if (schedule)
		*schedule++ = '\0';
	plan = strchr(copy, '+');
	if (plan)
		*plan++ = '\0';
	if (!strncmp(name, ABI_PREFIX, strlen(ABI_PREFIX))) {
		x->profile = OSIM_PROFILE_ABI;
		name += strlen(ABI_PREFIX);
	}
	for (; *scenarios; scenarios++)
		if (!strcmp((*scenarios)->name, name))
			x->scenario = *scenarios;
	if (!x->scenario)
		return osim__error(-EINVAL, "experiment '%s': there is no scenario '%s'", text,
				   name);
	if (plan && !parse_plan(x, plan))
		return osim__error(-EINVAL, "experiment '%s': '%s' is nothing that can be done",
				   text, plan);
	if (schedule && osim__schedule_parse(&x->schedule, schedule))
		return osim__error(-EINVAL, "experiment '%s': '%s' is no schedule", text, schedule);
	return 0;
}

bool osim__plan_disturbs(enum osim__plan plan)
{
	return forms[plan].disturbs;
}

/* What is done to a hostile scenario makes it no less hostile. */
enum osim_who osim__experiment_who(const struct osim__experiment *x)
{
	enum osim_who who = forms[x->plan].who;

	return who > x->scenario->who ? who : x->scenario->who;
}
