/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <uv.h>

#include <optee_sim/loop.h>
#include <optee_sim/realtime.h>

int osim_realtime(struct osim_machine *m, void (*body)(void *arg), void *arg)
{
	struct osim_loop *loop = NULL;
	uv_loop_t uv;
	int rc = uv_loop_init(&uv);

	if (rc)
		return rc;
	rc = osim_loop_attach(m, &uv, NULL, &loop);
	if (!rc) {
		body(arg);
		rc = osim_loop_detach(loop, NULL, NULL);
		assert(!rc);
	}
	/* Handles that were made are closed by the loop. */
	uv_run(&uv, UV_RUN_DEFAULT);
	uv_loop_close(&uv);
	return rc;
}
