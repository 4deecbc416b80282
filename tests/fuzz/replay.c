/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of libFuzzer: replay COUNT runs that many made-up inputs, replay FILE... those. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define INPUT_MAX 1024

static uint64_t next(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

static void run_made_up(unsigned long count)
{
	uint64_t state = 0x9e3779b97f4a7c15u;
	uint8_t input[INPUT_MAX];

	for (unsigned long i = 0; i < count; i++) {
		size_t size = next(&state) % INPUT_MAX;

		for (size_t at = 0; at < size; at++)
			input[at] = next(&state) >> 32;
		LLVMFuzzerTestOneInput(input, size);
	}
}

static int run_file(const char *name)
{
	static uint8_t input[1 << 20];
	FILE *file = fopen(name, "rb");
	size_t size;

	if (!file) {
		perror(name);
		return 1;
	}
	size = fread(input, 1, sizeof(input), file);
	fclose(file);
	LLVMFuzzerTestOneInput(input, size);
	return 0;
}

int main(int argc, char **argv)
{
	char *end;
	unsigned long count;
	int failed = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: %s COUNT | FILE...\n", argv[0]);
		return 2;
	}
	count = strtoul(argv[1], &end, 10);
	if (!*end) {
		run_made_up(count);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		failed |= run_file(argv[i]);
	return failed;
}
