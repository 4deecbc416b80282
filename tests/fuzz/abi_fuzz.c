/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a message and any registers as a call: what decodes them stays inside its buffers.
 */
#include "abi/decode.h"
#include "abi/msg.h"
#include "fuzz.h"

static void check_text(const char *text, size_t room, size_t length)
{
	size_t kept = length < room ? length : room - 1;

	assert(strlen(text) == kept);
}

static void fuzz_message(const uint8_t *data, size_t size, enum osim__abi_world from)
{
	enum osim__msg_fault fault;
	struct osim_msg_param param;
	struct osim_msg_arg arg;
	char text[64];
	uint32_t index, count = 0;

	fault = osim__msg_check(data, size, &index);
	assert(fault < OSIM__MSG_FAULTS);
	assert(osim__msg_fault_text(fault)[0]);
	while (!osim__msg_param_get(data, size, count, &param))
		count++;
	assert(count <= osim__msg_params_max(size));
	if (osim__msg_get(data, size, &arg) == OSIM__MSG_OK)
		assert(count == arg.num_params);
	check_text(text, sizeof(text),
		   osim__abi_decode_msg(NULL, from, false, data, size, text, sizeof(text)));
	check_text(text, sizeof(text),
		   osim__abi_decode_msg(NULL, from, true, data, size, text, sizeof(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	uint64_t call[8], back[8], ask[8];
	char text[64];
	bool has_ask = fuzz_u8(&in) & 1;

	fuzz_message(in.data, in.size, OSIM__ABI_NORMAL);
	fuzz_message(in.data, in.size, OSIM__ABI_SECURE);
	fuzz_bytes(&in, call, sizeof(call));
	fuzz_bytes(&in, back, sizeof(back));
	fuzz_bytes(&in, ask, sizeof(ask));
	check_text(text, sizeof(text),
		   osim__abi_decode_call(NULL, call, back, has_ask ? ask : NULL, text,
					 sizeof(text)));
	return 0;
}
