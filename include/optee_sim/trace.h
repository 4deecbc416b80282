/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_TRACE_H
#define OPTEE_SIM_TRACE_H

#include <stdio.h>

#include <optee_sim/event.h>

OSIM_BEGIN_DECLS

/**
 * Events in files.
 *
 * Three formats are read: our own, which has all that an event has (docs/trace-format.md), the text
 * of the kernel's ftrace with the driver's own trace points, as people take it on a board, and
 * recordings of a real OP-TEE (docs/recordings.md). The first two are written, and three for the
 * eye.
 */

/** What is written. */
enum osim_trace_format {
	OSIM_TRACE_NATIVE,   /**< Our own: all of each event. */
	OSIM_TRACE_MERMAID,  /**< Sequence diagram in Mermaid's language. */
	OSIM_TRACE_VCD,	     /**< Wave of interrupts and pending values. */
	OSIM_TRACE_PERFETTO, /**< Trace events in JSON, for ui.perfetto.dev. */
	OSIM_TRACE_FTRACE,   /**< Text of the kernel's ftrace: yielding calls only. */
};

/** What is read. */
enum osim_trace_source {
	OSIM_TRACE_SOURCE_UNKNOWN, /**< Nothing has been read yet, or nothing that is known. */
	OSIM_TRACE_SOURCE_NATIVE,
	OSIM_TRACE_SOURCE_FTRACE, /**< Yielding calls only; 32 bits of the registers on the way in,
				     four registers on the way out. */
	OSIM_TRACE_SOURCE_RECORDING, /**< Calls made to a real OP-TEE (docs/recordings.md): no time,
					no context, and of what the secure world does only what
					shows. */
};

/* -- Writing -------------------------------------------------------------------------------- */

struct osim_trace_writer;

/**
 * @brief Makes a writer.
 * @param out     Written to, and borrowed until osim_trace_writer_close().
 * @param format  What is written.
 * @param[out] w  The writer. Untouched on error.
 * @retval 0        Made.
 * @retval -EINVAL  No such format.
 * @retval -ENOMEM  Out of memory.
 * @retval -EIO     No temporary file, which a wave needs.
 * @par Ownership  The caller ends it with osim_trace_writer_close().
 * @par Context  Any.
 */
OSIM_EXPORT int osim_trace_writer_new(FILE *out, enum osim_trace_format format,
				      struct osim_trace_writer **w);

/** @brief Writes one event; an osim_event_fn. @p writer is a struct osim_trace_writer. */
OSIM_EXPORT void osim_trace_writer_event(void *writer, const struct osim_event *event);

/**
 * @brief Writes what comes last, flushes and frees. NULL is ignored.
 * @param w  The writer.
 * @retval 0        All was written.
 * @retval -EIO     Something could not be written; the trace is not whole.
 * @retval -ENOMEM  Out of memory on the way; the trace is not whole.
 * @par Context  Any.
 */
OSIM_EXPORT int osim_trace_writer_close(struct osim_trace_writer *w);

/* -- Reading -------------------------------------------------------------------------------- */

struct osim_trace_reader;

/** A line, 1 being the first, that is not what it should be. @p why is valid during the call. */
typedef void osim_trace_unreadable_fn(void *arg, unsigned long line, const char *why);

/**
 * @brief Makes a reader, which finds out the format by itself. Its memory does not grow with the
 * trace.
 * @param in          Read from, and borrowed until osim_trace_reader_free().
 * @param unreadable  Called for each line that cannot be read, or is missing; NULL: nobody is told.
 * @param arg         Passed to it.
 * @param[out] r      The reader. Untouched on error.
 * @retval 0        Made.
 * @retval -ENOMEM  Out of memory.
 * @par Ownership  The caller frees it with osim_trace_reader_free().
 * @par Context  Any.
 */
OSIM_EXPORT int osim_trace_reader_new(FILE *in, osim_trace_unreadable_fn *unreadable, void *arg,
				      struct osim_trace_reader **r);

/**
 * @brief The next event that can be read.
 * @param r           The reader.
 * @param[out] event  The event, valid until the next one is read.
 * @retval 1     An event.
 * @retval 0     The end; osim_trace_reader_unreadable() says whether all could be read.
 * @retval -EIO  The file cannot be read any further.
 * @retval -ENOMEM  Out of memory, at the beginning of a recording.
 * @par Context  Any.
 */
OSIM_EXPORT int osim_trace_reader_next(struct osim_trace_reader *r,
				       const struct osim_event **event);

/** @brief How many times something could not be read so far. */
OSIM_EXPORT unsigned long osim_trace_reader_unreadable(const struct osim_trace_reader *r);

/** @brief The line that the last event was read from; 1 is the first. */
OSIM_EXPORT unsigned long osim_trace_reader_line(const struct osim_trace_reader *r);

/** @brief What is being read; known once an event has been. */
OSIM_EXPORT enum osim_trace_source osim_trace_reader_source(const struct osim_trace_reader *r);

/** @brief What is being read tells, as osim_rules_new() wants it: OSIM_SEES_*; known once an event
 * has been read. */
OSIM_EXPORT unsigned int osim_trace_reader_sees(const struct osim_trace_reader *r);

/** @brief Frees. NULL is ignored. */
OSIM_EXPORT void osim_trace_reader_free(struct osim_trace_reader *r);

/* -- Comparing ------------------------------------------------------------------------------ */

#define OSIM_TRACE_TEXT_BYTES 8192
/** Events before a difference that are told. */
#define OSIM_TRACE_BEFORE 3

/** The first difference of two traces. */
struct osim_trace_difference {
	uint64_t event;	       /**< How many events are the same before it. */
	unsigned long line[2]; /**< Where it is in each. */
	char text[2]
		 [OSIM_TRACE_TEXT_BYTES]; /**< Each event in words; "" where a trace has ended. */
	char before[OSIM_TRACE_BEFORE]
		   [OSIM_TRACE_TEXT_BYTES]; /**< The last ones that are the same, as the first
					       trace has them: number n, from 0, at n modulo
					       OSIM_TRACE_BEFORE. */
};

/**
 * @brief Reads two traces up to their first difference.
 *
 * Addresses and cookies are named by first appearance, so that two runs of the same kind are the
 * same, unless memory that was given back is given out again in one of them only.
 *
 * @param a              One.
 * @param b              The other.
 * @param raw_addresses  Addresses and cookies, and all else of an event, are compared as they are.
 * @param[out] d         The difference, where there is one.
 * @retval 0        None.
 * @retval 1        There is one.
 * @retval -ENOMEM  Out of memory.
 * @retval -EIO     A file cannot be read any further.
 * @par Context  Any.
 */
OSIM_EXPORT int osim_trace_diff(struct osim_trace_reader *a, struct osim_trace_reader *b,
				bool raw_addresses, struct osim_trace_difference *d);

OSIM_END_DECLS

#endif
