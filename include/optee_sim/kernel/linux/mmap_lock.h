/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MMAP_LOCK_H
#define OSIM_LINUX_MMAP_LOCK_H

#include <linux/mm_types.h>

#define mmap_read_lock(mm)	    down_read(&(mm)->mmap_lock)
#define mmap_read_trylock(mm)	    down_read_trylock(&(mm)->mmap_lock)
#define mmap_read_lock_killable(mm) down_read_killable(&(mm)->mmap_lock)
#define mmap_read_unlock(mm)	    up_read(&(mm)->mmap_lock)
#define mmap_write_lock(mm)	    down_write(&(mm)->mmap_lock)
#define mmap_write_unlock(mm)	    up_write(&(mm)->mmap_lock)

#endif
