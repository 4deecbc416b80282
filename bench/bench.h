/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <optee_sim/conduit.h>

/*
 * One row of the table: run() over base(), each in nanoseconds for one operation. Both are asked in
 * turn, batch by batch, so that what disturbs the machine disturbs both.
 */
struct bench_row {
	const char *name;
	double bound;	      /* the ratio must not be above it */
	double (*base)(void); /* NULL: the empty function */
	double (*run)(void);
	unsigned int batches;
};

uint64_t bench_now_ns(void);
/* What everything is a multiple of: an empty function of a conduit's signature, through a volatile
 * pointer. */
double bench_empty(void);
/* Measures the row and prints it; counts what is beyond its bound. */
void bench_row(const struct bench_row *row);
/* A row that is a number by itself. */
void bench_number(const char *name, double number, const char *unit, double bound);
/* Was the row asked for? The two above see to it themselves. */
bool bench_wanted(const char *name);
/* Ends the program: a measurement that measures nothing is worth nothing. */
_Noreturn void bench_fail(const char *what);
void bench_check(bool ok, const char *what);

/* The groups of rows, one file each. */
void bench_machines(void);
void bench_switch(void);
void bench_record(void);
void bench_secure(void);
void bench_loop(void);
void bench_driver(void);
void bench_rules(void);

#endif
