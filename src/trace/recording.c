/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/recording.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define REGS 8u

/* --- words of a line --- */

/* What is left of a line. Words are separated by blanks. */
struct words {
	const char *at;
};

struct word {
	const char *at;
	size_t len;
};

static bool next_word(struct words *w, struct word *word)
{
	w->at += strspn(w->at, " \t");
	word->at = w->at;
	word->len = strcspn(w->at, " \t");
	w->at += word->len;
	return word->len;
}

static bool is(const struct word *word, const char *text)
{
	return strlen(text) == word->len && !memcmp(word->at, text, word->len);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* All of the word, at most 64 bits. */
static bool number(const struct word *word, unsigned int base, uint64_t *value)
{
	uint64_t v = 0;

	if (!word->len)
		return false;
	for (size_t i = 0; i < word->len; i++) {
		unsigned int d = (unsigned int)digit(word->at[i]);

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	*value = v;
	return true;
}

/* What people wrote after " ; ". Cuts it off. */
static const char *take_name(char *rest)
{
	char *semicolon = strchr(rest, ';');

	if (!semicolon)
		return "";
	*semicolon++ = '\0';
	return semicolon + strspn(semicolon, " \t");
}

/* --- lines --- */

__attribute__((format(printf, 2, 3))) static int wrong(struct osim__recording *r,
						       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->error, sizeof(r->error), format, args);
	va_end(args);
	return -EBADMSG;
}

static int wrong_word(struct osim__recording *r, const struct word *word, const char *what)
{
	if (!word->len)
		return wrong(r, "the line ends where %s should be", what);
	return wrong(r, "'%.*s' is not %s", (int)(word->len < 32 ? word->len : 32), word->at, what);
}

static int read_regs(struct osim__recording *r, struct words *w, char letter, uint64_t regs[REGS])
{
	for (unsigned int i = 0; i < REGS; i++) {
		char what[32];
		struct word word;

		next_word(w, &word);
		if (word.len <= 16 && number(&word, 16, &regs[i]))
			continue;
		snprintf(what, sizeof(what), "register %c%u in hex", letter, i);
		return wrong_word(r, &word, what);
	}
	return 1;
}

/* x8 .. x17, where they changed: of no use to a replay. */
static int skip_extra_regs(struct osim__recording *r, struct words *w)
{
	struct word word;

	while (next_word(w, &word)) {
		const char *equals = memchr(word.at, '=', word.len);
		struct word index, value;
		uint64_t x, v;

		if (word.at[0] == 'x' && equals) {
			index = (struct word){word.at + 1, (size_t)(equals - word.at) - 1};
			value = (struct word){equals + 1,
					      (size_t)(word.at + word.len - equals) - 1};
			if (number(&index, 10, &x) && x < 31 && number(&value, 16, &v))
				continue;
		}
		return wrong_word(r, &word, "a further register xN=");
	}
	return 1;
}

static int read_smc(struct osim__recording *r, char *rest, struct osim__recording_line *line)
{
	struct words w = {rest}, answer;
	struct word word;
	int rc;

	line->text = take_name(rest);
	rc = read_regs(r, &w, 'a', line->in);
	if (rc < 0)
		return rc;
	next_word(&w, &word);
	if (!is(&word, "->"))
		return wrong_word(r, &word, "->");
	answer = w;
	next_word(&w, &word);
	line->no_return = is(&word, "NORETURN");
	if (!line->no_return) {
		w = answer;
		rc = read_regs(r, &w, 'r', line->out);
		if (rc < 0)
			return rc;
	}
	return skip_extra_regs(r, &w);
}

static int read_mem(struct osim__recording *r, char *rest, struct osim__recording_line *line)
{
	struct words w = {rest};
	struct word word;

	next_word(&w, &word);
	if (!number(&word, 16, &line->pa))
		return wrong_word(r, &word, "a physical address in hex");
	if (line->pa % sizeof(uint64_t))
		return wrong_word(r, &word, "a multiple of 8");
	while (next_word(&w, &word)) {
		if (line->word_count == OSIM__RECORDING_WORDS)
			return wrong(r, "more than %u words", OSIM__RECORDING_WORDS);
		if (!number(&word, 16, &line->words[line->word_count++]))
			return wrong_word(r, &word, "a 64-bit word in hex");
	}
	if (!line->word_count)
		return wrong_word(r, &word, "a 64-bit word in hex");
	if (line->pa + (line->word_count - 1) * sizeof(uint64_t) < line->pa)
		return wrong(r, "the words go beyond the last address");
	return 1;
}

static int read_u32(struct osim__recording *r, const struct word *word, const char *what,
		    uint32_t *value)
{
	uint64_t v;

	if (!number(word, 10, &v) || v > UINT32_MAX)
		return wrong_word(r, word, what);
	*value = (uint32_t)v;
	return 1;
}

/* "key=value" of an IRQ line. Whether it is edge is the program's business. */
static int read_irq_state(struct osim__recording *r, const struct word *word,
			  struct osim__recording_line *line, unsigned int *seen)
{
	enum { EDGE = 3, HPPIR = 4 };
	static const char *const keys[] = {"en", "pend", "act", "edge", "hppir"};
	bool *const flags[] = {&line->enabled, &line->pending, &line->active};
	const char *equals = memchr(word->at, '=', word->len);
	struct word key = {word->at, equals ? (size_t)(equals - word->at) : 0};
	uint64_t v;

	for (unsigned int i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct word value = {key.at + key.len + 1, word->len - key.len - 1};

		if (!is(&key, keys[i]))
			continue;
		if (!number(&value, 10, &v) || v > (i == HPPIR ? UINT32_MAX : 1))
			return wrong_word(r, word, "a state of the interrupt");
		if (i < EDGE)
			*flags[i] = v;
		else if (i == HPPIR)
			line->first = (uint32_t)v;
		*seen |= 1u << i;
		return 1;
	}
	return wrong_word(r, word, "en=, pend=, act=, edge= or hppir=");
}

static int read_irq(struct osim__recording *r, char *rest, struct osim__recording_line *line)
{
	struct words w = {rest};
	enum { NEEDED = 7 }; /* bits of en, pend, act */
	unsigned int seen = 0;
	struct word word;
	int rc;

	line->first = OSIM__RECORDING_NOT_TOLD;
	line->text = take_name(rest);
	next_word(&w, &word);
	rc = read_u32(r, &word, "an interrupt number", &line->intid);
	while (rc > 0 && next_word(&w, &word))
		rc = read_irq_state(r, &word, line, &seen);
	if (rc > 0 && (seen & NEEDED) != NEEDED)
		return wrong(r, "en=, pend= or act= is missing");
	return rc;
}

static int read_one_number(struct osim__recording *r, char *rest, const char *before,
			   const char *what, uint32_t *value)
{
	struct words w = {rest};
	struct word word, more;
	size_t len = strlen(before);
	int rc;

	take_name(rest);
	next_word(&w, &word);
	if (word.len < len || memcmp(word.at, before, len) != 0)
		return wrong_word(r, &word, before);
	word.at += len;
	word.len -= len;
	rc = read_u32(r, &word, what, value);
	if (rc > 0 && next_word(&w, &more))
		return wrong(r, "'%.*s' is more than %s", (int)(more.len < 32 ? more.len : 32),
			     more.at, what);
	return rc;
}

static const struct {
	const char *word;
	enum osim__recording_kind kind;
} kinds[] = {
	{"#", OSIM__RECORDING_COMMENT},	      {"S", OSIM__RECORDING_SECTION},
	{"SMC", OSIM__RECORDING_SMC},	      {"MEM>", OSIM__RECORDING_MEM_IN},
	{"MEM<", OSIM__RECORDING_MEM_OUT},    {"IRQ", OSIM__RECORDING_IRQ},
	{"ACK", OSIM__RECORDING_ACK},	      {"POST", OSIM__RECORDING_POST},
	{"END", OSIM__RECORDING_END},	      {"ARG>", OSIM__RECORDING_PEOPLE},
	{"ARG<", OSIM__RECORDING_PEOPLE},     {"PRM>", OSIM__RECORDING_PEOPLE},
	{"PRM<", OSIM__RECORDING_PEOPLE},     {"ARG(rpc)", OSIM__RECORDING_PEOPLE},
	{"PRM(rpc)", OSIM__RECORDING_PEOPLE}, {"ARG(ans)", OSIM__RECORDING_PEOPLE},
	{"PRM(ans)", OSIM__RECORDING_PEOPLE}, {"RPC", OSIM__RECORDING_PEOPLE},
	{"DATA", OSIM__RECORDING_PEOPLE},
};

static enum osim__recording_kind kind_of(const struct word *word)
{
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is(word, kinds[i].word))
			return kinds[i].kind;
	return OSIM__RECORDING_NOISE;
}

static int parse(struct osim__recording *r, struct osim__recording_line *line)
{
	struct word first = {r->buf, strcspn(r->buf, " \t")};
	char *rest = r->buf + first.len;

	*line = (struct osim__recording_line){
		.kind = kind_of(&first), .number = r->number, .text = ""};
	switch (line->kind) {
	case OSIM__RECORDING_COMMENT:
	case OSIM__RECORDING_SECTION:
		line->text = rest + strspn(rest, " \t");
		return 1;
	case OSIM__RECORDING_SMC:
		return read_smc(r, rest, line);
	case OSIM__RECORDING_MEM_IN:
	case OSIM__RECORDING_MEM_OUT:
		return read_mem(r, rest, line);
	case OSIM__RECORDING_IRQ:
		return read_irq(r, rest, line);
	case OSIM__RECORDING_ACK:
		return read_one_number(r, rest, "iar=", "an interrupt number", &line->intid);
	case OSIM__RECORDING_POST:
		return read_one_number(r, rest, "", "a value", &line->value);
	case OSIM__RECORDING_END:
		r->ended = true;
		return 1;
	default:
		return 1;
	}
}

/* 1, 0 at the end, -EIO. *garbled: there was more than fits, or a byte that no text has. */
static int read_line(struct osim__recording *r, bool *garbled)
{
	size_t used = 0;
	int c = getc(r->in);

	*garbled = false;
	if (c == EOF && !ferror(r->in))
		return 0;
	r->number++;
	for (; c != EOF && c != '\n'; c = getc(r->in)) {
		if (c && used < sizeof(r->buf) - 1)
			r->buf[used++] = (char)c;
		else
			*garbled = true;
	}
	while (used && r->buf[used - 1] == '\r')
		used--;
	r->buf[used] = '\0';
	for (size_t i = 0; i < used; i++)
		*garbled |= (unsigned char)r->buf[i] < ' ' && r->buf[i] != '\t';
	if (!ferror(r->in))
		return 1;
	wrong(r, "cannot be read: %s", strerror(errno));
	return -EIO;
}

void osim__recording_init(struct osim__recording *r, FILE *in)
{
	r->in = in;
	r->number = 0;
	r->ended = false;
	r->error[0] = '\0';
}

int osim__recording_take(struct osim__recording *r, bool garbled, struct osim__recording_line *line)
{
	bool ended = r->ended;
	int rc = parse(r, line);

	/* Comments and what is for people may be of any length and content. */
	if (line->kind == OSIM__RECORDING_NOISE || line->kind == OSIM__RECORDING_COMMENT ||
	    line->kind == OSIM__RECORDING_PEOPLE)
		return rc;
	if (garbled)
		return wrong(r, "control characters, or more than %u bytes",
			     OSIM__RECORDING_LINE_MAX - 1);
	return ended ? wrong(r, "a record after END") : rc;
}

int osim__recording_next(struct osim__recording *r, struct osim__recording_line *line)
{
	bool garbled;
	int rc = read_line(r, &garbled);

	return rc <= 0 ? rc : osim__recording_take(r, garbled, line);
}
