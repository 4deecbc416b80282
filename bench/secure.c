/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>
#include <optee_sim/secure.h>

#include "bench.h"

/* The fake secure world with much in it, and with little: a call must cost the same. */

#define FEW	     10u
#define THREADS	     64u
#define BUFFERS	     10000u
#define SESSIONS     1000u
#define CALLS	     32u
#define BATCHES	     1001u
#define PAGE	     4096u
#define FIRST_COOKIE 0x5000000000000000ull
enum { READ, WAIT };

struct world {
	struct osim_machine *m;
	unsigned int count; /* of what there is much or little */
	unsigned int next;
	unsigned char *page[THREADS]; /* a message, and that of an RPC behind it */
	unsigned char *buffers, *list;
	uint32_t session[SESSIONS];
};

static struct world few, many;

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param params[4])
{
	uint64_t word = 0;

	(void)arg;
	(void)session;
	if (func == WAIT)
		while (!osim_pta_notif_wait(call, 1, 0))
			;
	else if (params[0].type == OSIM_PTA_MEMREF_INPUT &&
		 osim_pta_read(call, 0, 0, &word, sizeof(word)))
		return TEE_ERROR_GENERIC;
	params[1].a = (uint32_t)word;
	return TEE_SUCCESS;
}

/* --- a normal world of a few lines --- */

static uint64_t smc(struct world *w, uint32_t id, uint64_t pa, uint32_t thread)
{
	struct osim_regs r = {{id, pa >> 32, (uint32_t)pa, thread}};

	osim_invoke(w->m, &r);
	return r.a[0];
}

static struct osim_msg_arg *message(struct world *w, unsigned int i, uint32_t cmd, uint32_t count)
{
	struct osim_msg_arg *arg = (void *)w->page[i];

	memset(arg, 0, OPTEE_MSG_GET_ARG_SIZE(count));
	arg->cmd = cmd;
	arg->num_params = count;
	return arg;
}

static struct osim_msg_param *param(struct world *w, unsigned int i, unsigned int n)
{
	return (struct osim_msg_param *)(void *)(w->page[i] + sizeof(struct osim_msg_arg)) + n;
}

static uint64_t call(struct world *w, unsigned int i)
{
	return smc(w, OPTEE_SMC_CALL_WITH_RPC_ARG, osim_mem_pa(w->m, w->page[i]), 0);
}

static void must(struct world *w, const char *what)
{
	const struct osim_msg_arg *arg = (const void *)w->page[0];

	bench_check(call(w, 0) == OPTEE_SMC_RETURN_OK && arg->ret == TEE_SUCCESS, what);
}

static const struct osim_pta pta = {.size = sizeof(pta),
				    .uuid = {0xbe},
				    .name = "bench",
				    .flags = OSIM_PTA_CONCURRENT,
				    .invoke = invoke};

static uint32_t open_session(struct world *w)
{
	struct osim_msg_arg *arg = message(w, 0, OPTEE_MSG_CMD_OPEN_SESSION, 2);

	param(w, 0, 0)->attr = param(w, 0, 1)->attr =
		OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	memcpy(param(w, 0, 0)->u.octets, pta.uuid, sizeof(pta.uuid));
	must(w, "a session cannot be opened");
	return arg->session;
}

static void open_all(struct world *w)
{
	for (unsigned int i = 1; i < w->count; i++)
		w->session[i] = open_session(w);
}

static void start(struct world *w, unsigned int count)
{
	const struct osim_secure_options secure = {.size = sizeof(secure), .thread_count = THREADS};
	const struct osim_options options = {.size = sizeof(options), .secure = &secure};

	*w = (struct world){.count = count};
	bench_check(!osim_machine_new(&options, &w->m), osim_last_error());
	bench_check(!osim_pta_register(w->m, &pta), osim_last_error());
	for (unsigned int i = 0; i < THREADS; i++)
		bench_check((w->page[i] = osim_mem_alloc(w->m, PAGE)) != NULL, "no memory");
	w->session[0] = open_session(w);
}

static void stop(struct world *w)
{
	bench_check(!osim_finding_count(w->m), "a finding");
	for (unsigned int i = 0; i < THREADS; i++)
		osim_mem_free(w->m, w->page[i], PAGE);
	osim_mem_free(w->m, w->buffers, (size_t)BUFFERS * PAGE);
	osim_mem_free(w->m, w->list, PAGE);
	osim_machine_free(w->m);
}

/* In turn. At random 10,000 buffers cost more, because each is in no cache and its page in no TLB.
 */
static unsigned int another(struct world *w)
{
	w->next = (w->next + 1) % w->count;
	return w->next;
}

static double timed(struct world *w, void (*fn)(struct world *w, unsigned int i))
{
	uint64_t begin_ns = bench_now_ns();

	for (unsigned int i = 0; i < CALLS; i++)
		fn(w, another(w));
	return (double)(bench_now_ns() - begin_ns) / CALLS;
}

/* --- threads that are suspended --- */

static struct osim_msg_arg *rpc(struct world *w, unsigned int i)
{
	return (void *)(w->page[i] + OPTEE_MSG_GET_ARG_SIZE(2));
}

static void resume(struct world *w, unsigned int i)
{
	rpc(w, i)->ret = TEE_SUCCESS;
	bench_check(smc(w, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, i) == OPTEE_SMC_RETURN_RPC_CMD &&
			    rpc(w, i)->cmd == OPTEE_RPC_CMD_NOTIFICATION,
		    "a suspended thread is lost");
}

/* Each in a session of its own, which takes one call at a time. */
static void suspend_all(struct world *w)
{
	open_all(w);
	for (unsigned int i = 0; i < w->count; i++) {
		struct osim_msg_arg *arg = message(w, i, OPTEE_MSG_CMD_INVOKE_COMMAND, 2);

		arg->session = w->session[i];
		arg->func = WAIT;
		bench_check(call(w, i) == OPTEE_SMC_RETURN_RPC_CMD, "a call was not suspended");
	}
}

static void finish_all(struct world *w)
{
	for (unsigned int i = 0; i < w->count; i++) {
		const struct osim_msg_arg *arg = (const void *)w->page[i];

		rpc(w, i)->ret = TEE_ERROR_CANCEL;
		bench_check(smc(w, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, i) == OPTEE_SMC_RETURN_OK &&
				    arg->ret == TEE_SUCCESS,
			    "a suspended call does not end");
	}
}

static double resume_few(void)
{
	return timed(&few, resume);
}

static double resume_many(void)
{
	return timed(&many, resume);
}

/* --- buffers --- */

static void register_one(struct world *w, unsigned int i)
{
	message(w, 0, OPTEE_MSG_CMD_REGISTER_SHM, 1);
	*(uint64_t *)(void *)w->list = osim_mem_pa(w->m, w->buffers + (size_t)i * PAGE);
	param(w, 0, 0)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	param(w, 0, 0)->u.tmem = (struct osim_msg_param_tmem){osim_mem_pa(w->m, w->list), PAGE,
							      FIRST_COOKIE + i * 64ull};
	must(w, "a buffer cannot be registered");
}

static void unregister_one(struct world *w, unsigned int i)
{
	message(w, 0, OPTEE_MSG_CMD_UNREGISTER_SHM, 1);
	param(w, 0, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	param(w, 0, 0)->u.rmem.shm_ref = FIRST_COOKIE + i * 64ull;
	must(w, "a buffer cannot be unregistered");
}

static void read_one(struct world *w, unsigned int i)
{
	struct osim_msg_arg *arg = message(w, 0, OPTEE_MSG_CMD_INVOKE_COMMAND, 2);

	arg->session = w->session[0];
	arg->func = READ;
	param(w, 0, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	param(w, 0, 0)->u.rmem =
		(struct osim_msg_param_rmem){8, sizeof(uint64_t), FIRST_COOKIE + i * 64ull};
	param(w, 0, 1)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT;
	must(w, "a buffer cannot be used");
	bench_check(param(w, 0, 1)->u.value.a == i, "a buffer is not what it was");
}

static void register_and_back(struct world *w, unsigned int i)
{
	unregister_one(w, i);
	register_one(w, i);
}

static void register_all(struct world *w)
{
	w->buffers = osim_mem_alloc(w->m, (size_t)BUFFERS * PAGE);
	w->list = osim_mem_alloc(w->m, PAGE);
	bench_check(w->buffers && w->list, "no memory");
	for (unsigned int i = 0; i < w->count; i++) {
		*(uint64_t *)(void *)(w->buffers + (size_t)i * PAGE + 8) = i;
		register_one(w, i);
	}
}

static double use_few(void)
{
	return timed(&few, read_one);
}

static double use_many(void)
{
	return timed(&many, read_one);
}

static double register_few(void)
{
	return timed(&few, register_and_back);
}

static double register_many(void)
{
	return timed(&many, register_and_back);
}

/* --- sessions --- */

static void use_session(struct world *w, unsigned int i)
{
	struct osim_msg_arg *arg = message(w, 0, OPTEE_MSG_CMD_INVOKE_COMMAND, 2);

	arg->session = w->session[i];
	arg->func = READ;
	param(w, 0, 1)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT;
	must(w, "a session is lost");
}

static double session_few(void)
{
	return timed(&few, use_session);
}

static double session_many(void)
{
	return timed(&many, use_session);
}

/* --- rows --- */

static void nothing(struct world *w)
{
	(void)w;
}

static void each(struct world *w, void (*fn)(struct world *w, unsigned int i))
{
	for (unsigned int i = 0; i < w->count; i++)
		fn(w, i);
}

static void row(const char *name, unsigned int count, double (*base)(void), double (*run)(void),
		void (*before)(struct world *w), void (*check)(struct world *w, unsigned int i),
		void (*after)(struct world *w))
{
	const struct bench_row bench = {
		.name = name, .bound = 2.5, .base = base, .run = run, .batches = BATCHES};

	if (!bench_wanted(name))
		return;
	start(&few, FEW);
	start(&many, count);
	before(&few);
	before(&many);
	bench_row(&bench);
	each(&many, check);
	after(&few);
	after(&many);
	stop(&few);
	stop(&many);
}

void bench_secure(void)
{
	row("resume one of 64 suspended calls; to 10", THREADS, resume_few, resume_many,
	    suspend_all, resume, finish_all);
	row("use one of 10,000 registered buffers; to 10", BUFFERS, use_few, use_many, register_all,
	    read_one, nothing);
	row("register among 10,000 buffers; to 10", BUFFERS, register_few, register_many,
	    register_all, read_one, nothing);
	row("invoke in one of 1,000 sessions; to 10", SESSIONS, session_few, session_many, open_all,
	    use_session, nothing);
}
