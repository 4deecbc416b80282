/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/recorded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "trace/reader.h"

#define PAGE   4096u
#define THREAD 1u

static uint64_t pair(uint64_t high, uint64_t low)
{
	return high << 32 | (uint32_t)low;
}

static bool is_yielding(const struct osim__recorded *s)
{
	return !OPTEE_SMC_IS_FAST_CALL((uint32_t)s->in.a[0]);
}

static bool is_rpc(const struct osim__recorded *s)
{
	return !s->no_return && is_yielding(s) && OPTEE_SMC_RETURN_IS_RPC((uint32_t)s->out.a[0]);
}

static struct osim__recorded_thread *thread_of(struct osim__recorded *s, uint64_t a3)
{
	return &s->threads[a3 % OSIM__RECORDED_THREADS];
}

/* --- events --- */

static struct osim_event *push(struct osim__recorded *s, enum osim_event_kind kind,
			       enum osim_context context)
{
	struct osim_event *e = &s->queue[(s->first + s->count++) % OSIM__RECORDED_QUEUE];

	*e = (struct osim_event){
		.kind = kind, .context = context, .thread_id = THREAD, .thread_name = "recorded"};
	return e;
}

static void push_secure(struct osim__recorded *s, enum osim_event_kind kind, uint32_t value,
			uint32_t flags)
{
	struct osim_event *e = push(s, kind, OSIM_CONTEXT_SECURE);

	e->value = value;
	e->flags = flags;
}

static void push_msg(struct osim__recorded *s, enum osim_event_kind kind, uint64_t thread,
		     uint32_t flags, const struct osim__recorded_msg *msg)
{
	struct osim_event *e = push(s, kind, OSIM_CONTEXT_SECURE);

	e->flags = flags;
	e->secure_thread = (uint32_t)(thread % OSIM__RECORDED_THREADS);
	e->msg = msg ? &msg->arg : NULL;
	if (kind == OSIM_EVENT_RPC)
		e->value = thread_of(s, thread)->func;
	else if (msg)
		e->value = msg->arg.cmd;
}

static void push_text(struct osim__recorded *s, enum osim_context context, const char *text)
{
	push(s, OSIM_EVENT_WORLD, context)->text = text;
}

static void push_irq(struct osim__recorded *s, enum osim_event_kind kind, uint32_t intid)
{
	enum osim_context context =
		kind == OSIM_EVENT_IRQ_RAISE ? OSIM_CONTEXT_SECURE : OSIM_CONTEXT_IRQ;

	push(s, kind, context)->intid = intid;
}

/* --- messages --- */

/* NULL: nobody knows where it is, or what. */
static const struct osim__recorded_msg *load(const struct osim__recorded *s, uint64_t pa,
					     struct osim__recorded_msg *msg)
{
	if (!pa || !osim__recorded_mem_known(&s->mem, pa))
		return NULL;
	osim__recorded_mem_read(&s->mem, pa, msg, sizeof(*msg));
	return msg;
}

static uint64_t shm_pa(const struct osim__recorded *s, uint64_t cookie)
{
	for (unsigned int i = 0; i < OSIM__RECORDED_SHM; i++)
		if (s->shm[i].pa && s->shm[i].cookie == cookie)
			return s->shm[i].pa;
	return 0;
}

static void shm_add(struct osim__recorded *s, uint64_t cookie, uint64_t pa)
{
	unsigned int i;

	for (i = 0; i < OSIM__RECORDED_SHM; i++)
		if (s->shm[i].pa && s->shm[i].cookie == cookie)
			break;
	if (i == OSIM__RECORDED_SHM)
		i = s->shm_next++ % OSIM__RECORDED_SHM;
	s->shm[i].cookie = cookie;
	s->shm[i].pa = pa;
}

/* Where the first page of registered memory is: messages are in it. */
static void registered(struct osim__recorded *s, const struct osim__recorded_msg *msg)
{
	uint64_t pa = msg->params[0].u.tmem.buf_ptr, page = pa;

	if (msg->params[0].attr & OPTEE_MSG_ATTR_NONCONTIG) {
		osim__recorded_mem_read(&s->mem, pa - pa % PAGE, &page, sizeof(page));
		page += pa % PAGE;
	}
	shm_add(s, msg->params[0].u.tmem.shm_ref, page);
}

/* Where the message of a call is, and where its RPCs put theirs. */
static struct osim__recorded_thread locate(const struct osim__recorded *s)
{
	const uint64_t *a = s->in.a;
	uint32_t id = (uint32_t)a[0];
	struct osim__recorded_thread t = {.msg_pa = pair(a[1], a[2])};
	struct osim__recorded_msg msg;

	if (id == OPTEE_SMC_CALL_WITH_REGD_ARG) {
		t.msg_pa = shm_pa(s, t.msg_pa);
		t.msg_pa = t.msg_pa && t.msg_pa % PAGE + (uint32_t)a[3] < PAGE
				   ? t.msg_pa + (uint32_t)a[3]
				   : 0;
	}
	/* What is not known at the beginning is not at the end. */
	if (!load(s, t.msg_pa, &msg))
		t.msg_pa = 0;
	else if (id != OPTEE_SMC_CALL_WITH_ARG && msg.arg.num_params <= OPTEE_MSG_MAX_NUM_PARAMS)
		t.rpc_pa = t.msg_pa + OPTEE_MSG_GET_ARG_SIZE(msg.arg.num_params);
	return t;
}

/* --- calls --- */

static bool has_message(uint32_t id)
{
	return id == OPTEE_SMC_CALL_WITH_ARG || id == OPTEE_SMC_CALL_WITH_RPC_ARG ||
	       id == OPTEE_SMC_CALL_WITH_REGD_ARG;
}

/* The answer to an RPC is taken up. */
static void answered(struct osim__recorded *s)
{
	const uint64_t *a = s->in.a;
	struct osim__recorded_thread *t = thread_of(s, a[3]);
	bool refused = !s->no_return && s->out.a[0] == OPTEE_SMC_RETURN_ERESUME;

	s->call = (struct osim__recorded_thread){0};
	if (!t->asked || refused)
		return;
	s->call = *t;
	t->asked = false;
	if (t->func == OPTEE_SMC_RPC_FUNC_ALLOC)
		shm_add(s, pair(a[4], a[5]), pair(a[1], a[2]));
	push_msg(s, OSIM_EVENT_RPC, a[3], OSIM_EVENT_F_END,
		 t->func == OPTEE_SMC_RPC_FUNC_CMD ? load(s, t->rpc_pa, &s->before) : NULL);
}

/* A message was served of which the recording does not tell what it is: of such a call there is
 * nothing to be said but that. */
static bool is_untold(struct osim__recorded *s)
{
	if (!has_message((uint32_t)s->in.a[0]) || s->no_return || s->out.a[0] || s->call.msg_pa)
		return false;
	push_text(s, OSIM_CONTEXT_THREAD,
		  "a message in memory that the recording does not tell of -> OK");
	s->open = false;
	s->lost = true;
	return true;
}

/* Memory is what the secure world finds. */
static void call(struct osim__recorded *s, const struct osim__recording_line *line)
{
	uint32_t id = (uint32_t)line->in[0];
	struct osim_event *e;

	memcpy(s->in.a, line->in, sizeof(s->in.a));
	memcpy(s->out.a, line->out, sizeof(s->out.a));
	s->no_return = s->panicked = line->no_return;
	s->open = true;
	if (has_message(id))
		s->call = locate(s);
	if (is_untold(s))
		return;
	e = push(s, OSIM_EVENT_CALL, OSIM_CONTEXT_THREAD);
	e->in = &s->in;
	if (s->posting)
		push_secure(s, OSIM_EVENT_POST, s->value, 0);
	s->posting = false;
	if (id == OPTEE_SMC_CALL_RETURN_FROM_RPC)
		answered(s);
	/* A call that is refused has nothing taken up. */
	if (has_message(id) && s->call.msg_pa && (is_rpc(s) || !s->out.a[0]))
		push_msg(s, OSIM_EVENT_MESSAGE, is_rpc(s) ? s->out.a[3] : 0, 0,
			 load(s, s->call.msg_pa, &s->before));
}

static void asked(struct osim__recorded *s)
{
	const uint64_t *r = s->out.a;
	struct osim__recorded_thread *t = thread_of(s, r[3]);
	uint64_t cookie = pair(r[1], r[2]);

	*t = s->call;
	t->asked = true;
	t->func = OPTEE_SMC_RETURN_GET_RPC_FUNC((uint32_t)r[0]);
	if (t->func == OPTEE_SMC_RPC_FUNC_CMD && cookie)
		t->rpc_pa = shm_pa(s, cookie);
	push_msg(s, OSIM_EVENT_RPC, r[3], 0,
		 t->func == OPTEE_SMC_RPC_FUNC_CMD ? load(s, t->rpc_pa, &s->after) : NULL);
}

static void finished(struct osim__recorded *s)
{
	uint32_t id = (uint32_t)s->in.a[0];
	bool resumed = id == OPTEE_SMC_CALL_RETURN_FROM_RPC;

	if (s->out.a[0] || !(resumed || has_message(id)) || !load(s, s->call.msg_pa, &s->after))
		return;
	if (s->after.arg.cmd == OPTEE_MSG_CMD_REGISTER_SHM && !s->after.arg.ret)
		registered(s, &s->after);
	push_msg(s, OSIM_EVENT_MESSAGE, resumed ? s->in.a[3] : 0, OSIM_EVENT_F_END, &s->after);
}

/* Memory is what the secure world left. */
static void close_call(struct osim__recorded *s)
{
	const uint64_t *r = s->out.a;
	struct osim_event *e;

	if (!s->open)
		return;
	s->open = false;
	if (s->no_return) {
		push_text(s, OSIM_CONTEXT_SECURE,
			  "the call does not return: the secure world panicked");
		return;
	}
	if (is_rpc(s))
		asked(s);
	else if (is_yielding(s))
		finished(s);
	else if ((uint32_t)s->in.a[0] == OPTEE_SMC_GET_ASYNC_NOTIF_VALUE && !r[0] &&
		 (r[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID))
		push_secure(s, OSIM_EVENT_RETRIEVE, (uint32_t)r[1],
			    r[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING ? OSIM_EVENT_F_PENDING : 0);
	e = push(s, OSIM_EVENT_RETURN, OSIM_CONTEXT_THREAD);
	e->in = &s->in;
	e->out = &s->out;
}

/* --- interrupts --- */

/* The state is read now and then; what has happened in between shows in it. */
static void irq_state(struct osim__recorded *s, uint32_t intid, bool pending, bool active)
{
	unsigned int i = 0;

	while (i < s->irq_count && s->irqs[i].intid != intid)
		i++;
	if (i == OSIM__RECORDED_IRQS)
		return;
	if (i == s->irq_count) {
		s->irqs[s->irq_count].intid = intid;
		s->irqs[s->irq_count].pending = s->irqs[s->irq_count].active = false;
		s->irq_count++;
	}
	if (s->irqs[i].active && !active)
		push_irq(s, OSIM_EVENT_IRQ_EXIT, intid);
	if (!s->irqs[i].pending && pending)
		push_irq(s, OSIM_EVENT_IRQ_RAISE, intid);
	if (!s->irqs[i].active && active)
		push_irq(s, OSIM_EVENT_IRQ_ENTER, intid);
	s->irqs[i].pending = pending;
	s->irqs[i].active = active;
}

/* --- lines --- */

/* 0, -ENOMEM. */
static int memory(struct osim_trace_reader *r, const struct osim__recording_line *line)
{
	struct osim__recorded *s = r->recorded;

	if (line->kind == OSIM__RECORDING_MEM_OUT && !s->open && !s->lost) {
		osim__trace_wrong(r, "MEM< without a call before it");
		return 0;
	}
	for (unsigned int i = 0; i < line->word_count; i++) {
		int rc = osim__recorded_mem_write(&s->mem, line->pa + i * sizeof(uint64_t),
						  line->words[i]);

		if (rc == -ENOMEM)
			return rc;
		if (rc) {
			osim__trace_wrong(r,
					  "memory in more than %u pages: messages there are lost",
					  OSIM__RECORDED_PAGES);
			return 0;
		}
	}
	return 0;
}

static void take(struct osim__recorded *s, const struct osim__recording_line *line)
{
	s->number = line->number;
	s->lost = false;
	switch (line->kind) {
	case OSIM__RECORDING_SECTION:
		push_text(s, OSIM_CONTEXT_HOST, line->text);
		break;
	case OSIM__RECORDING_SMC:
		call(s, line);
		break;
	case OSIM__RECORDING_IRQ:
		irq_state(s, line->intid, line->pending, line->active);
		break;
	case OSIM__RECORDING_ACK:
		if (line->intid != OSIM__RECORDING_NO_IRQ)
			irq_state(s, line->intid, false, true);
		break;
	case OSIM__RECORDING_POST:
		s->posting = true;
		s->value = line->value;
		break;
	default:
		break;
	}
}

int osim__recorded_line(struct osim_trace_reader *r, bool garbled)
{
	struct osim__recorded *s = r->recorded;
	int rc;

	s->recording.number = r->number;
	garbled |= strlen(r->line) >= sizeof(s->recording.buf);
	memcpy(s->recording.buf, r->line, sizeof(s->recording.buf) - 1);
	rc = osim__recording_take(&s->recording, garbled, &s->line);
	if (rc < 0) {
		close_call(s);
		osim__trace_wrong(r, "%s", s->recording.error);
		s->lost = true;
		return 0;
	}
	if (s->line.kind == OSIM__RECORDING_MEM_OUT)
		return memory(r, &s->line);
	if (s->line.kind == OSIM__RECORDING_NOISE || s->line.kind == OSIM__RECORDING_PEOPLE ||
	    s->line.kind == OSIM__RECORDING_COMMENT)
		return 0;
	close_call(s);
	s->waiting = true;
	return s->line.kind == OSIM__RECORDING_MEM_IN ? memory(r, &s->line) : 0;
}

bool osim__recorded_next(struct osim_trace_reader *r)
{
	struct osim__recorded *s = r->recorded;

	if (!s->count && s->waiting) {
		s->waiting = false;
		take(s, &s->line);
	}
	if (!s->count)
		return false;
	r->event = s->queue[s->first];
	r->event.seq = r->events;
	r->event_line = s->number;
	s->first = (s->first + 1) % OSIM__RECORDED_QUEUE;
	s->count--;
	return true;
}

void osim__recorded_last(struct osim_trace_reader *r)
{
	close_call(r->recorded);
}

void osim__recorded_end(struct osim_trace_reader *r)
{
	if (!r->recorded->recording.ended && !r->recorded->panicked)
		osim__trace_wrong(r, "cut off: END is missing");
}

bool osim__recorded_is_line(const char *line)
{
	static const char *const words[] = {"SMC ", "S ", "MEM> ", "IRQ ", "ACK ", "POST "};

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(line, words[i], strlen(words[i])))
			return true;
	return false;
}
