/* SPDX-License-Identifier: BSD-2-Clause */
#include "scenario.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>

#include "abi/name.h"
#include "machine/machine.h"

/* Faults of drivers that tests meet, and the drivers that have them. */
static const struct deviation {
	const char *id;
	const char *drivers;
	const char *what;
} deviations[] = {
	{"maximum-of-64", "linux-6.1 linux-6.12",
	 "a maximum that is a multiple of 64 is one more than the table holds"},
	{"maximum-of-0", "linux-6.1 linux-6.12",
	 "a maximum of 0 leaves no table, but value 0 is looked up in it"},
	{"maximum-in-memory", "linux-6.1 linux-6.12",
	 "the table takes a bit per value, so large maxima are out of memory, and a warning"},
	{"no-size", "linux-6.1", "memory of no bytes is asked of the kernel, which warns"},
	{"no-timeout", "linux-6.1", "the timeout of NOTIFICATION WAIT is ignored"},
	{"timeout-in-jiffies", "linux-6.12",
	 "the timeout of NOTIFICATION WAIT is in jiffies instead of milliseconds"},
	{"enable-ignored", "linux-6.1 linux-6.12",
	 "ENABLE_ASYNC_NOTIF may fail without anybody noticing"},
	{"bottom-half-ignored", "linux-6.1 linux-6.12",
	 "DO_BOTTOM_HALF may fail without anybody noticing"},
	{"shm-free-unknown", "linux-6.1 linux-6.12",
	 "SHM_FREE of an unknown type is said to have been done"},
	{"open-file-at-remove", "linux-6.1 linux-6.12",
	 "remove does away with what a file that is still open will use"},
	{"shm-alloc-of-pages", "linux-6.1",
	 "memory of several pages for the secure world is not described page by page"},
	{"rpc-argument-over-a-page", "linux-6.1 linux-6.12",
	 "messages are taken to fit a page, however many parameters an RPC may have"},
	{"null-at-probe", "linux-6.1 linux-6.12",
	 "enumeration passes a NULL buffer whether or not the secure world takes one"},
	{"thread-wake-lost", "linux-6.1 linux-6.12",
	 "the news that a secure thread is free may go to a call that does not wait for it"},
	{"cached-cookie-trusted", "linux-6.1 linux-6.12",
	 "what the cache of shared memory gives back is taken for a pointer"},
	{"no-thread-at-probe", "linux-6.1 linux-6.12",
	 "a secure world with no thread to spare is waited for for ever"},
	{"busy-cache-at-probe", "linux-6.1 linux-6.12",
	 "a secure world that cannot empty the cache of shared memory is waited for for ever"},
	{"supplicant-held-by-its-memory", "linux-6.1 linux-6.12",
	 "a supplicant that died is not noticed while the secure world has memory of it"},
};

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; (at = strstr(at, word)) != NULL; at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

bool scenario_deviates(const struct scenario *s, const char *id)
{
	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
		if (!strcmp(deviations[i].id, id))
			return has_word(deviations[i].drivers, s->driver_name);
	fail_msg("no such deviation: %s", id);
	return false;
}

bool scenario_is_model(const struct scenario *s)
{
	return !strcmp(s->driver_name, "model");
}

bool scenario_is_abi(void)
{
	const char *profile = getenv("OSIM_TEST_PROFILE");

	return profile && !strcmp(profile, "abi");
}

struct osim_options scenario_options(void)
{
	static struct osim_secure_options secure = {.size = sizeof(secure)};

	secure.profile = scenario_is_abi() ? OSIM_PROFILE_ABI : OSIM_PROFILE_OPTEE;
	return (struct osim_options){.size = sizeof(struct osim_options), .secure = &secure};
}

void scenario_skip(const struct scenario *s, const char *why)
{
	const char *what = NULL;

	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
		if (!strcmp(deviations[i].id, why))
			what = deviations[i].what;
	print_message("skipped: %s: %s%s%s\n", s->driver_name, why, what ? ": " : "",
		      what ? what : "");
	skip();
}

/* -- the time line ----------------------------------------------------------------------------- */

static void line(struct scenario *s, const struct osim_event *e, const char *format, ...)
{
	char where[16] = "host";
	va_list args;
	int n;

	if (!s->recording)
		return;
	if (e->context != OSIM_CONTEXT_HOST)
		snprintf(where, sizeof(where), "cpu%u %s", e->cpu,
			 e->context == OSIM_CONTEXT_IRQ ? "irq" : "thread");
	n = snprintf(s->text + s->length, sizeof(s->text) - s->length, "[%4llums] %-11s ",
		     (unsigned long long)(e->time_ns / 1000000), where);
	s->length += (size_t)n;
	va_start(args, format);
	n = vsnprintf(s->text + s->length, sizeof(s->text) - s->length, format, args);
	va_end(args);
	s->length += (size_t)n;
	assert_true(s->length < sizeof(s->text));
}

static void returned(struct scenario *s, const struct osim_event *e)
{
	uint32_t id = (uint32_t)e->in->a[0];
	const uint64_t *out = e->out->a;
	const char *result = osim__abi_return_name((uint32_t)out[0]);

	s->calls[id & 31]++;
	if (id == OPTEE_SMC_ENABLE_ASYNC_NOTIF)
		line(s, e, "> ENABLE_ASYNC_NOTIF = %s\n", result ? result : "?");
	if (id != OPTEE_SMC_GET_ASYNC_NOTIF_VALUE)
		return;
	if (out[0] != OPTEE_SMC_RETURN_OK)
		line(s, e, "> GET_ASYNC_NOTIF_VALUE = %s\n", result ? result : "?");
	else if (!(out[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID))
		line(s, e, "> GET_ASYNC_NOTIF_VALUE = OK, nothing\n");
	else
		line(s, e, "> GET_ASYNC_NOTIF_VALUE = OK, value %u%s\n", (unsigned int)out[1],
		     out[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING ? ", more" : "");
}

static void message(struct scenario *s, const struct osim_event *e)
{
	bool end = e->flags & OSIM_EVENT_F_END;

	if (!end && e->value < 16)
		s->messages[e->value]++;
	if (e->value == OPTEE_MSG_CMD_DO_BOTTOM_HALF || e->value == OPTEE_MSG_CMD_STOP_ASYNC_NOTIF)
		line(s, e, "%s %s\n", end ? "<" : ">", osim__abi_msg_cmd_name(e->value));
}

static void sink(void *arg, const struct osim_event *e)
{
	struct scenario *s = arg;

	switch (e->kind) {
	case OSIM_EVENT_POST:
		line(s, e, "post %u%s\n", e->value,
		     e->flags & OSIM_EVENT_F_MERGED ? ", merged" : "");
		break;
	case OSIM_EVENT_IRQ_ENTER:
		s->interrupts++;
		line(s, e, "interrupt\n");
		break;
	case OSIM_EVENT_WAKE:
		if (e->context != OSIM_CONTEXT_IRQ)
			break;
		s->handler_wakes++;
		line(s, e, "wakes %s\n", strstr(e->text, "optee_") ? "its thread" : e->text);
		break;
	case OSIM_EVENT_RETRIEVE:
		s->retrieved++;
		s->retrieved_last = e->value;
		break;
	case OSIM_EVENT_RETURN:
		returned(s, e);
		break;
	case OSIM_EVENT_MESSAGE:
		message(s, e);
		break;
	case OSIM_EVENT_BOTTOM_HALF:
		s->bottom_halves += (e->flags & OSIM_EVENT_F_END) != 0;
		break;
	case OSIM_EVENT_LOG:
		if (strlen(s->log) > sizeof(s->log) / 2) /* a long test: only the end matters */
			s->log[0] = '\0';
		snprintf(s->log + strlen(s->log), sizeof(s->log) - strlen(s->log), "%s\n", e->text);
		break;
	default:
		break;
	}
}

void scenario_record(struct scenario *s)
{
	s->recording = true;
	s->length = 0;
	s->text[0] = '\0';
}

void scenario_expect(struct scenario *s, const char *expected)
{
	assert_string_equal(s->text, expected);
	scenario_record(s);
}

/* -- points and faults --------------------------------------------------------------------------
 */

/*
 * The machine looks into its inbox at each scheduling point at which there is something in it. We
 * keep saying that there is, and look in between.
 */
static struct scenario *point_scenario;

static void at_each_point(void *arg)
{
	struct osim_machine *m = arg;
	struct scenario *s = point_scenario;

	if (m->inbox)
		m->inbox(m);
	osim__sched_left(&m->sched);
	if (s->in_point || !m->sched.running || ++s->points != s->point_at)
		return;
	s->in_point = true;
	s->point_fn(s);
	s->in_point = false;
}

void scenario_at_point(struct scenario *s, unsigned long n, void (*fn)(struct scenario *s))
{
	point_scenario = s;
	s->points = 0;
	s->point_at = n;
	s->point_fn = fn;
	s->m->sched.hooks.inbox = at_each_point;
	osim__sched_left(&s->m->sched);
}

static int fault(void *arg, enum osim_fault kind, const char *what)
{
	static const int errors[OSIM_FAULT_COUNT] = {-ENOMEM, -EBUSY,  -ENOMEM,
						     -EFAULT, -ENOMEM, -ENOMEM};
	struct scenario *s = arg;

	if (!s->fault_at || kind != s->fault_kind || ++s->faults != s->fault_at)
		return 0;
	s->fault_what = what;
	return errors[kind];
}

void scenario_fail(struct scenario *s, enum osim_fault kind, unsigned long n)
{
	s->faults = 0;
	s->fault_at = n;
	s->fault_kind = kind;
	osim_set_fault(s->m, n ? fault : NULL, s);
}

/* -- machine and driver -------------------------------------------------------------------------
 */

void scenario_assert_clean(const struct scenario *s)
{
	const struct osim_finding *f;
	size_t others = 0;

	for (size_t i = 0; (f = osim_finding_get(s->m, i)); i++) {
		if (s->known && !strcmp(f->id, s->known))
			continue;
		print_error("%s: %s\n%s\n", f->id, f->text, f->where);
		others++;
	}
	assert_int_equal(others, 0);
}

static void print_live(void *arg, enum osim_live kind, const char *what, const char *where)
{
	(void)arg;
	(void)kind;
	print_error("left: %s, %s\n", what, where);
}

void scenario_assert_empty(const struct scenario *s)
{
	osim_live_each(s->m, print_live, NULL);
	assert_int_equal(osim_live_count(s->m, OSIM_LIVE_COUNT), 0);
}

void scenario_run(struct scenario *s)
{
	int rc = osim_run(s->m);

	scenario_assert_clean(s);
	assert_int_equal(rc, 0);
}

void scenario_post(struct scenario *s, uint32_t value)
{
	assert_int_equal(osim_post(s->m, value), 0);
}

void scenario_bind(struct scenario *s)
{
	int rc = osim_bind(s->m, s->driver, NULL);

	if (rc)
		print_error("osim_bind: %d, %s\n%s", rc, osim_last_error(), s->log);
	scenario_assert_clean(s);
	assert_int_equal(rc, 0);
	scenario_run(s);
}

void scenario_unbind(struct scenario *s)
{
	int rc = osim_unbind(s->m);

	scenario_assert_clean(s);
	assert_int_equal(rc, 0);
	scenario_run(s);
	scenario_assert_empty(s);
	/* What the model says of memory that was lost between the worlds. */
	assert_null(strstr(s->log, "never gave"));
}

/* -- the test TA --------------------------------------------------------------------------------
 */

const uint8_t test_ta[16] = {0xf0, 0x0d, 0x12, 0x34, 0x56, 0x78, 0x4a, 0xbc,
			     0x8d, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab};

static uint32_t ta_invert(struct osim_pta_call *call, const struct osim_pta_param *mem)
{
	uint32_t ret = TEE_SUCCESS;

	for (uint64_t at = 0; at < mem->size_bytes && !ret; at++) {
		uint8_t byte;

		ret = osim_pta_read(call, 0, at, &byte, 1);
		byte = (uint8_t)~byte;
		if (!ret)
			ret = osim_pta_write(call, 0, at, &byte, 1);
	}
	return ret;
}

static uint32_t ta_rpc(struct osim_pta_call *call, struct osim_pta_param params[4])
{
	struct osim_pta_rpc_param rpc = {
		.type = (enum osim_pta_type)params[1].a, .a = params[0].b, .b = params[1].b};
	uint32_t ret = osim_pta_rpc(call, params[0].a, 1, &rpc);

	params[0].a = (uint32_t)rpc.a;
	params[0].b = (uint32_t)rpc.b;
	return ret;
}

static uint32_t ta_alloc(struct osim_pta_call *call, uint32_t size, uint32_t type)
{
	static const uint8_t mark[4] = "mark";
	struct osim_pta_mem *mem = osim_pta_alloc(call, type, size);
	uint8_t read[4] = {0};
	uint32_t ret;

	if (!mem)
		return TEE_ERROR_OUT_OF_MEMORY;
	ret = osim_pta_mem_write(call, mem, size - sizeof(mark), mark, sizeof(mark));
	if (!ret)
		ret = osim_pta_mem_read(call, mem, size - sizeof(mark), read, sizeof(read));
	if (!ret && memcmp(mark, read, sizeof(mark)))
		ret = TEE_ERROR_GENERIC;
	osim_pta_free(call, type, mem);
	return ret;
}

static uint32_t ta_invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			  struct osim_pta_param params[4])
{
	uint32_t a = params[0].a, b = params[0].b;

	(void)arg;
	(void)session;
	switch ((enum test_ta_command)func) {
	case TA_ADD:
		params[0].a = a + b;
		return TEE_SUCCESS;
	case TA_INVERT:
		return ta_invert(call, &params[0]);
	case TA_GROW:
		params[0].size_bytes = params[1].b;
		return TEE_ERROR_SHORT_BUFFER;
	case TA_WAIT:
		return osim_pta_notif_wait(call, a, b);
	case TA_SEND:
		return osim_pta_notif_send(call, a);
	case TA_POST:
		return osim_pta_post(call, a) ? TEE_ERROR_GENERIC : TEE_SUCCESS;
	case TA_RPC:
		return ta_rpc(call, params);
	case TA_ALLOC:
		return ta_alloc(call, a, b);
	case TA_SLEEP:
		return osim_pta_sleep_ms(call, a);
	}
	return TEE_ERROR_NOT_IMPLEMENTED;
}

static uint32_t ta_open(void *arg, struct osim_pta_call *call, struct osim_pta_param params[4],
			void **session)
{
	(void)call;
	(void)params;
	(void)session;
	((struct scenario *)arg)->sessions++;
	return TEE_SUCCESS;
}

static void ta_close(void *arg, struct osim_pta_call *call, void *session)
{
	(void)call;
	(void)session;
	((struct scenario *)arg)->sessions--;
}

static struct osim_machine *machine_left;

void scenario_new(struct scenario *s)
{
	struct osim_pta ta = {.size = sizeof(ta),
			      .name = "test",
			      .flags = OSIM_PTA_CONCURRENT,
			      .open = ta_open,
			      .invoke = ta_invoke,
			      .close = ta_close,
			      .arg = s};
	int rc;

	s->options.size = sizeof(s->options);
	s->secure.size = sizeof(s->secure);
	s->options.secure = &s->secure;
	if (scenario_is_abi())
		s->secure.profile = OSIM_PROFILE_ABI;
	s->log[0] = '\0';
	rc = osim_machine_new(&s->options, &s->m);
	if (rc)
		fail_msg("osim_machine_new: %d, %s", rc, osim_last_error());
	machine_left = s->m;
	osim_set_event_sink(s->m, sink, s);
	memcpy(ta.uuid, test_ta, sizeof(ta.uuid));
	assert_int_equal(osim_pta_register(s->m, &ta), 0);
}

void scenario_free(struct scenario *s)
{
	if (s->known)
		assert_int_not_equal(osim_finding_count(s->m), 0);
	osim_machine_free(s->m);
	machine_left = s->m = NULL;
}

int scenario_teardown(void **state)
{
	(void)state;
	if (machine_left)
		osim_unbind(machine_left);
	osim_machine_free(machine_left);
	machine_left = NULL;
	return 0;
}

/* -- programs -----------------------------------------------------------------------------------
 */

static void program_main(void *arg)
{
	struct program *p = arg;
	struct osim_machine *m = p->s->m;

	p->error = osim_client_open(m, &p->client);
	if (!p->error) {
		p->error = osim_client_open_session(&p->client, test_ta, 0, NULL, 0, &p->session,
						    &p->last);
		if (!p->error && p->last.ret == TEE_SUCCESS) {
			p->body(p);
			osim_client_close_session(&p->client, p->session);
		}
		osim_client_close(&p->client);
	}
	p->done = true;
}

void program_start(struct program *p, struct scenario *s, const char *name,
		   void (*body)(struct program *p))
{
	p->s = s;
	p->body = body;
	assert_int_equal(osim_spawn(s->m, name, program_main, p, -1, &p->task), 0);
}

void program_call(struct program *p, enum test_ta_command command, struct osim_param *params,
		  uint32_t count)
{
	int rc;

	p->begun_ns = osim_now_ns(p->s->m);
	rc = osim_client_invoke(&p->client, p->session, command, 0, params, count, &p->last);
	p->ended_ns = osim_now_ns(p->s->m);
	if (rc && !p->error)
		p->error = rc;
}

void program_invoke_body(struct program *p)
{
	struct osim_param param = {.type = OSIM_PARAM_VALUE_INOUT, .a = p->a, .b = p->b};

	program_call(p, (enum test_ta_command)p->command, &param, 1);
	p->a = (uint32_t)param.a;
	p->b = (uint32_t)param.b;
}

void program_invoke(struct program *p, struct scenario *s, enum test_ta_command command, uint32_t a,
		    uint32_t b)
{
	*p = (struct program){.command = command, .a = a, .b = b};
	program_start(p, s, "program", program_invoke_body);
}
