/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints docs/rules.md: the rules, and what of the ABI's table they cover. Exit status 1: something
 * is not covered, or a rule that is named is none, or one is named nowhere.
 *
 *   page [--plant]     --plant: as if the table had one more call, which nobody has thought of
 */
#include <fnmatch.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/rules.h>

#include "abi/name.h"
#include "abi/table.h"
#include "cover.h"

#define RULES_MAX 128u
#define COVER_MAX 256u

static unsigned int items, with_rule, with_reason, uncovered, wrong;
static bool used[RULES_MAX], matched[COVER_MAX];

static bool is_rule(const char *id, size_t len)
{
	const struct osim_rule *r;

	for (size_t i = 0; (r = osim_rule(i)); i++)
		if (strlen(r->id) == len && !strncmp(r->id, id, len)) {
			used[i] = true;
			return true;
		}
	return false;
}

/* "`a` `b`", and each is looked up. */
static void print_rules(const char *ids)
{
	for (const char *p = ids; *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		if (!is_rule(p, len)) {
			fprintf(stderr, "'%.*s' is no rule\n", (int)len, p);
			wrong++;
		}
		printf("%s`%.*s`", p == ids ? "" : " ", (int)len, p);
		p += len;
	}
}

static void print_cover(const char *rules, const char *why)
{
	items++;
	if (rules)
		print_rules(rules);
	if (rules && why)
		printf("; ");
	if (why)
		printf("%s%s", rules ? "" : "*no rule:* ", why);
	if (rules)
		with_rule++;
	else if (why)
		with_reason++;
	else {
		uncovered++;
		printf("**UNCOVERED**");
	}
	printf(" |\n");
}

/* A row whose cover is looked up under a name. */
static void row(const char *text, const char *format, ...)
{
	char name[256];
	const struct cover *c = cover_table;
	va_list ap;

	va_start(ap, format);
	vsnprintf(name, sizeof(name), format, ap);
	va_end(ap);
	while (c->what && fnmatch(c->what, name, 0) != 0)
		c++;
	if (!c->what)
		fprintf(stderr, "not covered: %s\n", name);
	else
		matched[c - cover_table] = true;
	printf("| %s | ", text);
	print_cover(c->what ? c->rules : NULL, c->what ? c->why : NULL);
}

static void row_of(const char *text, const char *rules, const char *why)
{
	printf("| %s | ", text);
	print_cover(rules, why);
}

/* --- registers --- */

/* Registers of one use, as "a1 a2". */
static bool registers(const struct osim__abi_regs *regs, enum osim__abi_use use, unsigned int mask,
		      char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (unsigned int r = 1; r < 8; r++)
		if (osim__abi_reg_use(regs, r) == use && (mask & (1u << r)))
			n += (size_t)snprintf(text + n, size - n, "%sa%u", n ? " " : "", r);
	return n;
}

static void fields(const char *call, const char *way, const struct osim__abi_regs *regs, bool in)
{
	for (const struct osim__abi_field *f = regs->fields; f && f->name; f++) {
		char text[128];
		bool zero = f->span == 1 && osim__abi_reg_zero_mask(regs, f->at);

		if (f->span > 1)
			snprintf(text, sizeof(text), "%s a%u a%u %s", way, f->at, f->at + 1u,
				 f->name);
		else
			snprintf(text, sizeof(text), "%s a%u %s", way, f->at, f->name);
		row(text, "%s %s %s", call, way, f->name);
		if (!zero)
			continue;
		snprintf(text, sizeof(text), "%s a%u, the other bits", way, f->at);
		row_of(text, in ? "call.reserved-zero" : "return.reserved-zero", NULL);
	}
}

static void calls_in(const char *call, const struct osim__abi_regs *regs)
{
	char list[64], text[128];

	fields(call, "in", regs, true);
	if (registers(regs, OSIM__ABI_USE_ZERO, ~0u, list, sizeof(list))) {
		snprintf(text, sizeof(text), "in %s", list);
		row_of(text, "call.reserved-zero", NULL);
	}
	if (registers(regs, OSIM__ABI_USE_KEPT, ~0u, list, sizeof(list))) {
		snprintf(text, sizeof(text), "in %s, as the RPC had them", list);
		row_of(text, "call.resume-info rpc.resume", NULL);
	}
	if (registers(regs, OSIM__ABI_USE_FREE, ~0u, list, sizeof(list))) {
		snprintf(text, sizeof(text), "in %s", list);
		row_of(text, NULL,
		       strcmp(call, "RETURN_FROM_RPC") != 0
			       ? "not used, and not said to be 0"
			       : "as the RPC has it that is answered, see below");
	}
}

static void comes_back(const char *call, const struct osim__abi_ret *ret)
{
	bool left =
		ret->a0 == OPTEE_SMC_RETURN_ETHREAD_LIMIT || ret->a0 == OPTEE_SMC_RETURN_ERESUME;
	unsigned int excepted = ret->kind == OSIM__ABI_RET_CODE && left ? 0x0e : 0;
	char list[64], text[128];

	snprintf(text, sizeof(text), "%s a0", ret->name);
	row_of(text, "return.known", NULL);
	fields(call, ret->name, &ret->regs, false);
	if (registers(&ret->regs, OSIM__ABI_USE_KEPT, ~excepted, list, sizeof(list))) {
		snprintf(text, sizeof(text), "%s %s, preserved", ret->name, list);
		row_of(text, "return.preserved", NULL);
	}
	if (registers(&ret->regs, OSIM__ABI_USE_KEPT, excepted, list, sizeof(list))) {
		snprintf(text, sizeof(text), "%s %s, preserved", ret->name, list);
		row_of(text, NULL, "OP-TEE leaves something else there, as recordings show");
	}
	if (registers(&ret->regs, OSIM__ABI_USE_ZERO, ~0u, list, sizeof(list))) {
		snprintf(text, sizeof(text), "%s %s", ret->name, list);
		row_of(text, "return.reserved-zero", NULL);
	}
	if (registers(&ret->regs, OSIM__ABI_USE_RESUME, ~0u, list, sizeof(list))) {
		snprintf(text, sizeof(text), "%s %s, resume information", ret->name, list);
		row_of(text, "call.resume-info", NULL);
	}
	if (registers(&ret->regs, OSIM__ABI_USE_FREE, ~0u, list, sizeof(list))) {
		snprintf(text, sizeof(text), "%s %s", ret->name, list);
		row_of(text, NULL, "holds anything");
	}
}

static void head(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	printf("\n### ");
	vprintf(format, ap);
	printf("\n\n| | |\n|---|---|\n");
	va_end(ap);
}

static void call(const struct osim__abi_call *c)
{
	head("%s", c->name);
	row("the call", "%s", c->name);
	calls_in(c->name, &c->in);
	for (const struct osim__abi_ret *r = c->rets; r->name; r++)
		comes_back(c->name, r);
}

static void answer(const struct osim__abi_rpc *r)
{
	head("RETURN_FROM_RPC, to %s", r->name);
	row("the RPC", "%s", r->name);
	calls_in(r->name, &r->in);
}

/* --- messages --- */

static void param_types(const char *rule, const char *way, const struct osim__abi_param *p)
{
	char text[256];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s [%u] %s%s:", way, p->index,
				    p->meta ? "meta " : "", p->name);

	for (unsigned int t = 0; t < 16; t++)
		if (p->types & (1u << t))
			n += (size_t)snprintf(text + n, sizeof(text) - n, " %s",
					      osim__abi_name_of(osim__abi_attr_types, t));
	row_of(text, rule,
	       rule ? NULL : "what the supplicant understands is between it and OP-TEE");
}

static void params(const char *kind, const struct osim__abi_cmd *cmd, const char *way,
		   const struct osim__abi_param *list, const char *types)
{
	for (const struct osim__abi_param *p = list; p && p->name; p++) {
		const struct osim__abi_field *f = p->fields ? p->fields : osim__abi_tmem_fields;
		char text[160];

		param_types(types, way, p);
		for (; f->name; f++) {
			snprintf(text, sizeof(text), "%s [%u] %s %s", way, p->index, p->name,
				 f->name);
			row(text, "%s %s%s%s %s %s %s", kind, cmd->name, cmd->sub ? " " : "",
			    cmd->sub ? cmd->sub : "", way, p->fields ? "value" : "memref", f->name);
		}
	}
}

/* The supplicant's are what it understands. */
static const char *request(const struct osim__abi_cmd *cmd)
{
	bool drivers =
		(cmd->cmd >= OPTEE_RPC_CMD_GET_TIME && cmd->cmd <= OPTEE_RPC_CMD_SHM_FREE) ||
		(cmd->cmd >= OPTEE_RPC_CMD_I2C_TRANSFER && cmd->cmd <= OPTEE_RPC_CMD_RPMB_FRAMES);

	return drivers ? "rpc.request" : NULL;
}

static void command(const char *kind, const struct osim__abi_cmd *cmd)
{
	bool rpc = !strcmp(kind, "rpc");

	head("%s%s%s", cmd->name, cmd->sub ? " " : "", cmd->sub ? cmd->sub : "");
	row("the command", "%s %s%s%s", kind, cmd->name, cmd->sub ? " " : "",
	    cmd->sub ? cmd->sub : "");
	if (cmd->header & OSIM__ABI_FUNC)
		row("func", "header func");
	if (cmd->header & OSIM__ABI_SESSION)
		row("session", "header session");
	if (cmd->header & OSIM__ABI_NEW_SESSION)
		row("session, new", "header new-session");
	if (cmd->header & OSIM__ABI_CANCEL_ID)
		row("cancel_id", "header cancel_id");
	params(kind, cmd, "in", cmd->in, rpc ? request(cmd) : "msg.parameters");
	if (cmd->more)
		row("in, parameters of the TA", "%s %s more", kind, cmd->name);
	params(kind, cmd, "out", cmd->out, rpc ? "rpc.answer" : "msg.answer");
}

static void attributes(void)
{
	static const char *const flags[] = {"META", "NONCONTIG", "CACHE", "other bits"};

	head("Attributes");
	for (const struct osim__abi_name *t = osim__abi_attr_types; t->name; t++)
		for (unsigned int f = 0; f < 4; f++) {
			char text[96];

			snprintf(text, sizeof(text), "%s with %s", t->name, flags[f]);
			row(text, "attr %s %s", t->name, flags[f]);
		}
	row("a type that there is not", "attr none such");
}

/* --- the page --- */

static const char *sees(unsigned int needs)
{
	static const char *const names[] = {"yielding", "fast",	  "registers", "messages", "masks",
					    "record",	"driver", "time",      "start"};
	static char text[128];
	size_t n = 0;

	for (unsigned int i = 0; i < 9; i++)
		if (needs & (1u << i))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
					      names[i]);
	return text;
}

static void rules(void)
{
	const struct osim_rule *r;

	puts("| id | what must hold | place in the ABI | binds | needs |\n|---|---|---|---|---|");
	for (size_t i = 0; (r = osim_rule(i)); i++)
		printf("| `%s` | %s | %s | %s | %s |\n", r->id, r->text, r->abi,
		       r->binds == OSIM_BINDS_NORMAL ? "normal" : "secure", sees(r->needs));
}

static const char intro[] =
	"<!-- SPDX-License-Identifier: BSD-2-Clause -->\n"
	"<!-- Made by tests/check/page.c; do not edit. -->\n"
	"# Rules of the protocol\n\n"
	"What the public headers demand of either world, as rules that are held against events: of a\n"
	"run that is going on (`optee-sim check`), or of a recorded one (`<optee_sim/rules.h>`).\n\n"
	"*Needs* is what the source of events has to tell, so that a rule can be decided: `yielding`\n"
	"calls, `fast` calls, all eight `registers`, `messages` and RPCs, what callers have in\n"
	"`masks`, the `record` of posted values, the `driver` coming and going, `time`, and all that\n"
	"happened since the `start`. Where it does not, the rule is *not checkable*. Our own trace\n"
	"format has all of it; the ftrace of a board has `yielding`.\n";

static void statement_rows(void)
{
	puts("\n## Statements of the headers that are in no table\n\n| where | what | |\n|---|---|---|");
	for (const struct statement *s = statements; s->where; s++) {
		printf("| %s | %s | ", s->where, s->what);
		print_cover(s->rules, s->why);
	}
}

static void unused(void)
{
	const struct osim_rule *r;

	for (size_t i = 0; (r = osim_rule(i)); i++)
		if (!used[i]) {
			fprintf(stderr, "rule %s covers nothing\n", r->id);
			wrong++;
		}
	for (size_t i = 0; cover_table[i].what; i++)
		if (!matched[i]) {
			fprintf(stderr, "nothing is called '%s'\n", cover_table[i].what);
			wrong++;
		}
}

int main(int argc, char **argv)
{
	static const struct osim__abi_ret rets[] = {{.name = "OK"}, {.name = NULL}};
	static const struct osim__abi_call planted = {.name = "PLANTED", .rets = rets};

	puts(intro);
	rules();
	puts("\n## What they cover\n\n"
	     "All that the table of the ABI (src/abi/) has: each register of each call and of each\n"
	     "way that it comes back, each parameter of each message and RPC, each attribute.");
	for (const struct osim__abi_call *c = osim__abi_calls; c->name; c++)
		call(c);
	if (argc > 1 && !strcmp(argv[1], "--plant"))
		call(&planted);
	for (const struct osim__abi_rpc *r = osim__abi_rpcs; r->name; r++)
		answer(r);
	puts("\n## Messages");
	attributes();
	for (const struct osim__abi_cmd *c = osim__abi_msg_cmds; c->name; c++)
		command("msg", c);
	puts("\n## RPCs");
	for (const struct osim__abi_cmd *c = osim__abi_rpc_cmds; c->name; c++)
		command("rpc", c);
	statement_rows();
	unused();
	printf("\n%u things: %u have rules, %u a reason why not, %u are not covered.\n", items,
	       with_rule, with_reason, uncovered);
	return uncovered || wrong ? 1 : 0;
}
