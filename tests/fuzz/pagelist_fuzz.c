/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffers of any shape: lists of pages over several list pages, with entries that are the normal
 * world's or not, lists that end nowhere or in a circle; registered, used as parameters of a
 * trusted application, and taken back.
 */
#include <optee_sim/abi/abi.h>
#include <optee_sim/conduit.h>
#include <optee_sim/machine.h>
#include <optee_sim/pta.h>

#include "fuzz.h"

#define PAGE	  4096u
#define PAGES	  8u
#define MESSAGE	  (PAGES - 1) /* the last page is the message's */
#define CALLS_MAX 24

struct world {
	struct osim_machine *m;
	struct fuzz_input in;
	uint8_t *pages;
	uint32_t session;
};

static uint64_t pa(struct world *w, unsigned int page)
{
	return osim_mem_pa(w->m, w->pages + page * PAGE);
}

static uint64_t any_page(struct world *w)
{
	uint8_t kind = fuzz_u8(&w->in);

	return kind < 8 ? fuzz_u64(&w->in) : pa(w, kind % PAGES) + (kind & 8 ? kind & 7 : 0);
}

/* Entries where a list may have them: at the front, at the edge of the page, and in its last word.
 */
static void write_list(struct world *w)
{
	uint64_t *list = (uint64_t *)(void *)(w->pages + fuzz_u8(&w->in) % MESSAGE * PAGE);
	unsigned int n = fuzz_u8(&w->in) % 16;

	for (unsigned int i = 0; i < n; i++)
		list[i] = any_page(w);
	list[510] = any_page(w);
	list[511] = any_page(w);
}

/* Whatever is asked meanwhile is refused. */
static void make(struct world *w, uint32_t params)
{
	struct osim_regs regs = {{OPTEE_SMC_CALL_WITH_ARG}};

	regs.a[1] = pa(w, MESSAGE) >> 32;
	regs.a[2] = (uint32_t)pa(w, MESSAGE);
	((struct osim_msg_arg *)(void *)(w->pages + MESSAGE * PAGE))->num_params = params;
	for (unsigned int i = 0; i < 64; i++) {
		int rc = osim_invoke(w->m, &regs);

		assert(rc == 0);
		if (!OPTEE_SMC_RETURN_IS_RPC((uint32_t)regs.a[0]))
			return;
		regs = (struct osim_regs){{OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, regs.a[3]}};
	}
}

static struct osim_msg_param *begin(struct world *w, uint32_t cmd)
{
	struct osim_msg_arg *arg = memset(w->pages + MESSAGE * PAGE, 0, PAGE);

	arg->cmd = cmd;
	arg->session = w->session;
	return (struct osim_msg_param *)(void *)(arg + 1);
}

static void register_buffer(struct world *w)
{
	struct osim_msg_param *p = begin(w, OPTEE_MSG_CMD_REGISTER_SHM);

	p->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT |
		  (fuzz_u8(&w->in) % 8 ? OPTEE_MSG_ATTR_NONCONTIG : 0);
	p->u.tmem.buf_ptr = any_page(w) + fuzz_u8(&w->in) % 64;
	p->u.tmem.size = fuzz_u8(&w->in) % 4 ? fuzz_u8(&w->in) * 997u : fuzz_u64(&w->in);
	p->u.tmem.shm_ref = fuzz_u8(&w->in) % 8;
	make(w, 1);
}

static void unregister_buffer(struct world *w)
{
	struct osim_msg_param *p = begin(w, OPTEE_MSG_CMD_UNREGISTER_SHM);

	p->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	p->u.rmem.shm_ref = fuzz_u8(&w->in) % 8;
	make(w, 1);
}

static void open_session(struct world *w)
{
	static const uint8_t uuid[16] = OSIM_PTA_SYSTEM_UUID;
	struct osim_msg_param *p = begin(w, OPTEE_MSG_CMD_OPEN_SESSION);

	p[0].attr = p[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	memcpy(&p[0].u, uuid, sizeof(uuid));
	make(w, 2);
	w->session = ((struct osim_msg_arg *)(void *)(w->pages + MESSAGE * PAGE))->session;
}

/* The application writes the client's UUID into the second parameter. */
static void use_buffer(struct world *w)
{
	struct osim_msg_param *p = begin(w, OPTEE_MSG_CMD_INVOKE_COMMAND);
	bool tmem = fuzz_u8(&w->in) % 2;

	((struct osim_msg_arg *)(void *)(w->pages + MESSAGE * PAGE))->func = OSIM_PTA_SYSTEM_LOGIN;
	p[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT;
	p[1].attr = tmem ? OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT : OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT;
	if (tmem && fuzz_u8(&w->in) % 2)
		p[1].attr |= OPTEE_MSG_ATTR_NONCONTIG;
	p[1].u.rmem.offs = tmem			 ? any_page(w)
			   : fuzz_u8(&w->in) % 4 ? fuzz_u8(&w->in) * 61u
						 : fuzz_u64(&w->in);
	p[1].u.rmem.size = fuzz_u8(&w->in) % 4 ? fuzz_u8(&w->in) : fuzz_u64(&w->in);
	p[1].u.rmem.shm_ref = fuzz_u8(&w->in) % 8;
	make(w, 2);
}

static void step(struct world *w)
{
	switch (fuzz_u8(&w->in) % 8) {
	case 0:
	case 1:
		write_list(w);
		break;
	case 2:
	case 3:
	case 4:
		register_buffer(w);
		break;
	case 5:
		unregister_buffer(w);
		break;
	default:
		if (!w->session)
			open_session(w);
		use_buffer(w);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct osim_options options = {.size = sizeof(options), .cpus = 1};
	struct world w = {.in = {data, size}};
	int rc = osim_machine_new(&options, &w.m);

	assert(rc == 0);
	w.pages = osim_mem_alloc(w.m, PAGES * PAGE);
	assert(w.pages);
	for (int i = 0; i < CALLS_MAX && w.in.size; i++)
		step(&w);
	osim_mem_free(w.m, w.pages, PAGES * PAGE);
	osim_machine_free(w.m);
	return 0;
}
