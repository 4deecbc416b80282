/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the secure world read a message from memory that the normal world registered and then
 * freed. A plain program gets a finding; in one with an ASan driver, ASan reports it.
 */
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/smc.h>
#include <optee_sim/conduit.h>
#include <optee_sim/driver.h>

#define PAGE   4096u
#define COOKIE 0x1234u

extern struct osim_driver DRIVER;

struct message {
	struct osim_msg_arg arg;
	struct osim_msg_param param;
};

static uint64_t call(struct osim_machine *m, uint32_t function, uint64_t value, uint64_t a3)
{
	struct osim_regs regs = {{function, value >> 32, (uint32_t)value, a3}};

	return osim_invoke(m, &regs) ? ~0ull : regs.a[0];
}

/* One page becomes shared memory with a cookie. */
static int share(struct osim_machine *m, const void *page)
{
	struct message *message = osim_mem_alloc(m, PAGE);
	uint64_t *list = osim_mem_alloc(m, PAGE);
	uint64_t answer;

	memset(message, 0, sizeof(*message));
	list[0] = osim_mem_pa(m, page);
	message->arg.cmd = OPTEE_MSG_CMD_REGISTER_SHM;
	message->arg.num_params = 1;
	message->param.attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	message->param.u.tmem.buf_ptr = osim_mem_pa(m, list);
	message->param.u.tmem.size = PAGE;
	message->param.u.tmem.shm_ref = COOKIE;
	answer = call(m, OPTEE_SMC_CALL_WITH_ARG, osim_mem_pa(m, message), OPTEE_SMC_SHM_CACHED);
	return answer != OPTEE_SMC_RETURN_OK || message->arg.ret;
}

int main(void)
{
	struct osim_machine *m;
	uint64_t answer;
	void *page;

	if (osim_machine_new(NULL, &m))
		return 1;
	fprintf(stderr, "driver: %s\n", osim_driver_name(&DRIVER));
	page = osim_mem_alloc(m, PAGE);
	if (share(m, page))
		return 1;
	osim_mem_free(m, page, PAGE);
	answer = call(m, OPTEE_SMC_CALL_WITH_REGD_ARG, COOKIE, 0);
	fprintf(stderr, "answer %#llx, %zu findings\n", (unsigned long long)answer,
		osim_finding_count(m));
	for (size_t i = 0; i < osim_finding_count(m); i++)
		fprintf(stderr, "%s: %s\n", osim_finding_get(m, i)->id,
			osim_finding_get(m, i)->text);
	if (!osim_finding_count(m) || strcmp(osim_finding_get(m, 0)->id, "memory.freed-page") != 0)
		return 1;
	osim_machine_free(m);
	return 0;
}
