/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT_MS 10000u
#define BATCH_DEFAULT	   64u
#define PARALLEL_MAX	   64u
/* A sanitizer's report is a few KiB; more than this of a log helps nobody. */
#define LOG_MAX	   (64u * 1024u)
#define RECORD_MAX (4u * 1024u * 1024u)

/* What goes through a worker's pipe: a header, then bytes of the record. */
enum { MESSAGE_BEGIN, MESSAGE_DATA, MESSAGE_END };

struct message {
	uint32_t kind;
	uint32_t bytes;
	uint64_t index;
};

struct buffer {
	char *data;
	size_t used, room;
};

struct worker {
	pid_t pid; /* 0: free */
	int pipe;
	FILE *log;	  /* its stderr, emptied at the begin of each piece */
	size_t next, end; /* pieces it was given and has not ended */
	bool timed_out;
	uint64_t deadline_ms;
	struct buffer in, record;
};

struct pool {
	const struct osim__jobs *jobs;
	struct worker workers[PARALLEL_MAX];
	unsigned int parallel;
	size_t given; /* pieces below were given to a worker */
	struct range {
		size_t next, end;
	} * returned; /* what crashed workers left undone */
	size_t returned_count;
	unsigned int timeout_ms;
	bool stop;
};

static int worker_pipe = -1;
static const struct osim__jobs *worker_jobs;
static volatile sig_atomic_t worker_stopped;

/* The program may have a sanitizer: asked at run time. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

/* --- in the worker --- */

static void put(const void *data, size_t bytes)
{
	const char *p = data;

	while (bytes) {
		ssize_t n = write(worker_pipe, p, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(125);
		p += n;
		bytes -= (size_t)n;
	}
}

static void put_message(uint32_t kind, uint64_t index, const void *data, size_t bytes)
{
	struct message m = {.kind = kind, .bytes = (uint32_t)bytes, .index = index};

	put(&m, sizeof(m));
	put(data, bytes);
}

void osim__job_write(const void *data, size_t bytes)
{
	put_message(MESSAGE_DATA, 0, data, bytes);
}

static void leave(void)
{
	if (worker_jobs->leave)
		worker_jobs->leave(worker_jobs->arg);
}

static void died(void)
{
	if (worker_jobs->died)
		worker_jobs->died(worker_jobs->arg);
	leave();
}

static void stopped(int signal)
{
	(void)signal;
	worker_stopped = true;
}

static void work(const struct osim__jobs *jobs, size_t next, size_t end)
{
	worker_jobs = jobs;
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(died);
	signal(SIGTERM, stopped);
	for (; next < end && !worker_stopped; next++) {
		if (ftruncate(STDERR_FILENO, 0) || lseek(STDERR_FILENO, 0, SEEK_SET))
			_exit(125);
		put_message(MESSAGE_BEGIN, next, NULL, 0);
		jobs->work(jobs->arg, next);
		fflush(NULL);
		put_message(MESSAGE_END, next, NULL, 0);
	}
	leave();
	_exit(0);
}

/* --- in the parent --- */

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

static int append(struct buffer *b, const char *data, size_t bytes, size_t max)
{
	size_t room = b->room ? b->room : 4096;
	char *grown;

	if (bytes > max - b->used)
		bytes = max - b->used;
	while (room < b->used + bytes + 1)
		room *= 2;
	if (room != b->room) {
		grown = realloc(b->data, room);
		if (!grown)
			return -ENOMEM;
		b->data = grown;
		b->room = room;
	}
	memcpy(b->data + b->used, data, bytes);
	b->used += bytes;
	b->data[b->used] = '\0';
	return 0;
}

static void report(struct pool *p, struct worker *w, enum osim__job_end end, int code,
		   const char *log)
{
	struct osim__job_result result = {.index = w->next,
					  .end = end,
					  .code = code,
					  .record = w->record.data,
					  .record_bytes = w->record.used,
					  .log = log};

	w->next++;
	if (!p->stop && !p->jobs->ended(p->jobs->arg, &result))
		p->stop = true;
	w->record.used = 0;
}

static bool take(struct pool *p, struct range *out)
{
	size_t batch = p->jobs->batch ? p->jobs->batch : BATCH_DEFAULT;

	if (p->stop)
		return false;
	if (p->returned_count) {
		*out = p->returned[--p->returned_count];
		return true;
	}
	if (p->given == p->jobs->count)
		return false;
	out->next = p->given;
	out->end = p->jobs->count - p->given < batch ? p->jobs->count : p->given + batch;
	p->given = out->end;
	return true;
}

static int give_back(struct pool *p, const struct worker *w)
{
	struct range *grown;

	if (w->next == w->end)
		return 0;
	grown = realloc(p->returned, (p->returned_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	p->returned = grown;
	p->returned[p->returned_count++] = (struct range){.next = w->next, .end = w->end};
	return 0;
}

static void become_worker(struct pool *p, pid_t parent, int out, int log, const struct range *r)
{
	for (unsigned int i = 0; i < p->parallel; i++) {
		if (!p->workers[i].pid)
			continue;
		close(p->workers[i].pipe);
	}
	worker_pipe = out;
	/* A driver that hangs notices nothing of a parent that was killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(125);
	dup2(log, STDERR_FILENO);
	work(p->jobs, r->next, r->end);
}

static int start(struct pool *p, struct worker *w, const struct range *r)
{
	pid_t self = getpid();
	int out[2], rc;

	w->log = tmpfile();
	if (!w->log)
		return -errno;
	if (pipe(out)) {
		rc = -errno;
		fclose(w->log);
		return rc;
	}
	fflush(NULL);
	w->pid = fork();
	if (!w->pid) {
		close(out[0]);
		become_worker(p, self, out[1], fileno(w->log), r);
	}
	rc = w->pid < 0 ? -errno : 0;
	close(out[1]);
	if (rc) {
		close(out[0]);
		fclose(w->log);
		w->pid = 0;
		return rc;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	w->pipe = out[0];
	w->next = r->next;
	w->end = r->end;
	w->timed_out = false;
	w->deadline_ms = now_ms() + p->timeout_ms;
	w->in.used = w->record.used = 0;
	return 0;
}

/* Takes whole messages out of what came in. */
static int digest(struct pool *p, struct worker *w)
{
	size_t at = 0;
	struct message m;
	int rc = 0;

	while (!rc && w->in.used - at >= sizeof(m)) {
		memcpy(&m, w->in.data + at, sizeof(m));
		if (w->in.used - at < sizeof(m) + m.bytes)
			break;
		if (m.kind == MESSAGE_DATA)
			rc = append(&w->record, w->in.data + at + sizeof(m), m.bytes, RECORD_MAX);
		else if (m.kind == MESSAGE_END)
			report(p, w, OSIM__JOB_DONE, 0, "");
		w->deadline_ms = now_ms() + p->timeout_ms;
		at += sizeof(m) + m.bytes;
	}
	if (at) {
		memmove(w->in.data, w->in.data + at, w->in.used - at);
		w->in.used -= at;
	}
	return rc;
}

/* 1: there may be more; 0: closed, or nothing now (*closed tells). */
static int drain(int fd, struct buffer *b, size_t max, bool *closed)
{
	char chunk[65536];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	if (n > 0) {
		int rc = append(b, chunk, (size_t)n, max);

		return rc ? rc : 1;
	}
	*closed = n == 0;
	return 0;
}

static void read_log(struct worker *w, char *log)
{
	size_t n;

	rewind(w->log);
	n = fread(log, 1, LOG_MAX - 1, w->log);
	log[n] = '\0';
}

static int reap(struct pool *p, struct worker *w)
{
	static char log[LOG_MAX];
	int status = 0;

	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	read_log(w, log);
	close(w->pipe);
	fclose(w->log);
	w->pid = 0;
	if (w->next == w->end)
		return 0;
	if (w->timed_out)
		report(p, w, OSIM__JOB_TIMEOUT, 0, log);
	else if (WIFSIGNALED(status))
		report(p, w, OSIM__JOB_SIGNAL, WTERMSIG(status), log);
	else
		report(p, w, OSIM__JOB_EXIT, WEXITSTATUS(status), log);
	return give_back(p, w);
}

static int serve(struct pool *p, struct worker *w)
{
	bool closed = false;
	int rc;

	while ((rc = drain(w->pipe, &w->in, SIZE_MAX / 2, &closed)) > 0)
		;
	if (!rc)
		rc = digest(p, w);
	if (!rc && closed)
		rc = reap(p, w);
	return rc;
}

static int wait_for_some(struct pool *p)
{
	struct pollfd fds[PARALLEL_MAX];
	nfds_t n = 0;
	uint64_t now = now_ms(), first = now + p->timeout_ms;

	for (unsigned int i = 0; i < p->parallel; i++) {
		struct worker *w = &p->workers[i];

		if (!w->pid)
			continue;
		fds[n++] = (struct pollfd){.fd = w->pipe, .events = POLLIN};
		if (now >= w->deadline_ms) {
			w->timed_out = !p->stop;
			kill(w->pid, SIGKILL);
		} else if (p->stop) {
			/* What is to be done at the end is done after the piece at hand. */
			kill(w->pid, p->jobs->leave ? SIGTERM : SIGKILL);
		}
		if (w->deadline_ms < first)
			first = w->deadline_ms;
	}
	if (poll(fds, n, first > now ? (int)(first - now) + 1 : 1) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

static int loop(struct pool *p)
{
	struct range r;
	int rc;

	for (;;) {
		bool busy = false;

		for (unsigned int i = 0; i < p->parallel; i++) {
			struct worker *w = &p->workers[i];

			if (!w->pid && take(p, &r) && (rc = start(p, w, &r)))
				return rc;
			busy |= w->pid != 0;
		}
		if (!busy)
			return p->stop ? -ECANCELED : 0;
		rc = wait_for_some(p);
		for (unsigned int i = 0; !rc && i < p->parallel; i++)
			if (p->workers[i].pid)
				rc = serve(p, &p->workers[i]);
		if (rc)
			return rc;
	}
}

int osim__jobs_run(const struct osim__jobs *jobs)
{
	struct pool *p = calloc(1, sizeof(*p));
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int rc;

	if (!p)
		return -ENOMEM;
	p->jobs = jobs;
	p->parallel = jobs->parallel   ? jobs->parallel
		      : processors > 0 ? (unsigned int)processors
				       : 1;
	if (p->parallel > PARALLEL_MAX)
		p->parallel = PARALLEL_MAX;
	p->timeout_ms = jobs->timeout_ms ? jobs->timeout_ms : TIMEOUT_DEFAULT_MS;
	rc = loop(p);
	for (unsigned int i = 0; i < p->parallel; i++) {
		struct worker *w = &p->workers[i];

		if (w->pid) {
			kill(w->pid, SIGKILL);
			waitpid(w->pid, NULL, 0);
			close(w->pipe);
			fclose(w->log);
		}
		free(w->in.data);
		free(w->record.data);
	}
	free(p->returned);
	free(p);
	return rc;
}
