/* SPDX-License-Identifier: BSD-2-Clause */
/* Fibers that share a variable, and a thread that posts meanwhile: no data race, unless asked for
 * one. */
#include <pthread.h>
#include <stdio.h>

#include <optee_sim/optee_sim.h>

#define YIELDS 100
#define POSTS  50

static struct osim_machine *m;
static int shared, raced;

static void take_turns(void *arg)
{
	(void)arg;
	for (int i = 0; i < YIELDS; i++) {
		shared++;
		osim_yield(m);
	}
}

static void *post(void *arg)
{
	for (int i = 0; i < POSTS; i++)
		osim_post(m, 3);
	return arg;
}

static void *race(void *arg)
{
	raced++;
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argv;
	if (osim_machine_new(NULL, &m) || osim_spawn(m, "a", take_turns, NULL, 0, NULL) ||
	    osim_spawn(m, "b", take_turns, NULL, 1, NULL) ||
	    pthread_create(&thread, NULL, argc > 1 ? race : post, NULL))
		return 2;
	if (argc > 1)
		raced++;
	osim_run(m);
	pthread_join(thread, NULL);
	osim_run(m);
	printf("%d turns, %d posts\n", shared, (int)osim_stats(m)->posts);
	osim_machine_free(m);
	return argc > 1 || shared == 2 * YIELDS ? 0 : 1;
}
