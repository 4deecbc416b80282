/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DMA_BUF_H
#define OSIM_LINUX_DMA_BUF_H

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

struct dma_buf;

#endif
