/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CPUMASK_H
#define OSIM_LINUX_CPUMASK_H

#include <linux/types.h>
#include <osim/api.h>

#define NR_CPUS 64

struct cpumask {
	unsigned long bits[1];
};
typedef struct cpumask cpumask_t;
typedef struct cpumask cpumask_var_t[1];

OSIM__K_API unsigned int osim__k_nr_cpus(void);
OSIM__K_API bool osim__k_cpu_online(unsigned int cpu);
/* The next one from cpu on that exists (or is online), or nr_cpu_ids. */
OSIM__K_API unsigned int osim__k_cpu_next(unsigned int cpu, bool online);

#define nr_cpu_ids	    osim__k_nr_cpus()
#define num_possible_cpus() osim__k_nr_cpus()
#define num_present_cpus()  osim__k_nr_cpus()
#define cpu_online(cpu)	    osim__k_cpu_online(cpu)
#define cpu_possible(cpu)   ((unsigned int)(cpu) < nr_cpu_ids)
#define cpu_present(cpu)    cpu_possible(cpu)

static inline unsigned int num_online_cpus(void)
{
	unsigned int count = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		count += cpu_online(cpu);
	return count;
}

#define OSIM__K_FOR_EACH_CPU(cpu, online)                                           \
	for ((cpu) = osim__k_cpu_next(0, online); (unsigned int)(cpu) < nr_cpu_ids; \
	     (cpu) = osim__k_cpu_next((unsigned int)(cpu) + 1, online))
#define for_each_possible_cpu(cpu) OSIM__K_FOR_EACH_CPU(cpu, false)
#define for_each_present_cpu(cpu)  OSIM__K_FOR_EACH_CPU(cpu, false)
#define for_each_online_cpu(cpu)   OSIM__K_FOR_EACH_CPU(cpu, true)

#define cpumask_of(cpu)		     ((const struct cpumask[]){{{1ul << (cpu)}}})
#define cpumask_test_cpu(cpu, mask)  (((mask)->bits[0] >> (cpu)) & 1)
#define cpumask_set_cpu(cpu, mask)   ((void)((mask)->bits[0] |= 1ul << (cpu)))
#define cpumask_clear_cpu(cpu, mask) ((void)((mask)->bits[0] &= ~(1ul << (cpu))))
#define cpumask_clear(mask)	     ((void)((mask)->bits[0] = 0))

#endif
