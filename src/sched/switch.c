/* SPDX-License-Identifier: BSD-2-Clause */
#include "sched/switch.h"

/*
 * Only what the ABI says a function must keep is kept. The unwind information is exact at each
 * instruction, and undefined at a fiber's first frame, so that a debugger walks a fiber and stops
 * where it began.
 */
#if defined(__x86_64__) && !defined(OSIM_FIBER_UCONTEXT)

__asm__(".text\n"
	".p2align 4\n"
	".globl osim__fiber_swap\n"
	".hidden osim__fiber_swap\n"
	".type osim__fiber_swap, @function\n"
	"osim__fiber_swap:\n"
	".cfi_startproc\n"
	"pushq %rbp\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset %rbp, 0\n"
	"pushq %rbx\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset %rbx, 0\n"
	"pushq %r12\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset %r12, 0\n"
	"pushq %r13\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset %r13, 0\n"
	"pushq %r14\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset %r14, 0\n"
	"pushq %r15\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset %r15, 0\n"
	"movq %rsp, (%rdi)\n"
	"movq %rsi, %rsp\n"
	"popq %r15\n.cfi_adjust_cfa_offset -8\n.cfi_restore %r15\n"
	"popq %r14\n.cfi_adjust_cfa_offset -8\n.cfi_restore %r14\n"
	"popq %r13\n.cfi_adjust_cfa_offset -8\n.cfi_restore %r13\n"
	"popq %r12\n.cfi_adjust_cfa_offset -8\n.cfi_restore %r12\n"
	"popq %rbx\n.cfi_adjust_cfa_offset -8\n.cfi_restore %rbx\n"
	"popq %rbp\n.cfi_adjust_cfa_offset -8\n.cfi_restore %rbp\n"
	"ret\n"
	".cfi_endproc\n"
	".size osim__fiber_swap, . - osim__fiber_swap\n"
	".p2align 4\n"
	".type osim__fiber_start, @function\n"
	"osim__fiber_start:\n"
	".cfi_startproc\n"
	".cfi_undefined %rip\n"
	"movq %r12, %rdi\n"
	"call *%r13\n"
	"ud2\n"
	".cfi_endproc\n"
	".size osim__fiber_start, . - osim__fiber_start\n");

extern char osim__fiber_start[] __attribute__((visibility("hidden")));

void *osim__fiber_frame(unsigned char *top, void (*entry)(void *), void *arg)
{
	/* After the six pops and the return the stack is 16-byte aligned, as at a call site. */
	uint64_t *sp = (uint64_t *)top - 9;

	sp[0] = 0;			    /* r15 */
	sp[1] = 0;			    /* r14 */
	sp[2] = (uint64_t)(uintptr_t)entry; /* r13 */
	sp[3] = (uint64_t)(uintptr_t)arg;   /* r12 */
	sp[4] = 0;			    /* rbx */
	sp[5] = 0;			    /* rbp */
	sp[6] = (uint64_t)(uintptr_t)osim__fiber_start;
	sp[7] = sp[8] = 0;
	return sp;
}

#elif defined(__aarch64__) && !defined(OSIM_FIBER_UCONTEXT)

__asm__(".text\n"
	".p2align 4\n"
	".globl osim__fiber_swap\n"
	".hidden osim__fiber_swap\n"
	".type osim__fiber_swap, %function\n"
	"osim__fiber_swap:\n"
	".cfi_startproc\n"
	"sub sp, sp, #160\n"
	".cfi_adjust_cfa_offset 160\n"
	"stp x29, x30, [sp, #0]\n.cfi_rel_offset x29, 0\n.cfi_rel_offset x30, 8\n"
	"stp x19, x20, [sp, #16]\n.cfi_rel_offset x19, 16\n.cfi_rel_offset x20, 24\n"
	"stp x21, x22, [sp, #32]\n.cfi_rel_offset x21, 32\n.cfi_rel_offset x22, 40\n"
	"stp x23, x24, [sp, #48]\n.cfi_rel_offset x23, 48\n.cfi_rel_offset x24, 56\n"
	"stp x25, x26, [sp, #64]\n.cfi_rel_offset x25, 64\n.cfi_rel_offset x26, 72\n"
	"stp x27, x28, [sp, #80]\n.cfi_rel_offset x27, 80\n.cfi_rel_offset x28, 88\n"
	"stp d8, d9, [sp, #96]\n"
	"stp d10, d11, [sp, #112]\n"
	"stp d12, d13, [sp, #128]\n"
	"stp d14, d15, [sp, #144]\n"
	"mov x9, sp\n"
	"str x9, [x0]\n"
	"mov sp, x1\n"
	"ldp d8, d9, [sp, #96]\n"
	"ldp d10, d11, [sp, #112]\n"
	"ldp d12, d13, [sp, #128]\n"
	"ldp d14, d15, [sp, #144]\n"
	"ldp x27, x28, [sp, #80]\n"
	"ldp x25, x26, [sp, #64]\n"
	"ldp x23, x24, [sp, #48]\n"
	"ldp x21, x22, [sp, #32]\n"
	"ldp x19, x20, [sp, #16]\n"
	"ldp x29, x30, [sp, #0]\n"
	"add sp, sp, #160\n"
	".cfi_adjust_cfa_offset -160\n"
	"ret\n"
	".cfi_endproc\n"
	".size osim__fiber_swap, . - osim__fiber_swap\n"
	".p2align 4\n"
	".type osim__fiber_start, %function\n"
	"osim__fiber_start:\n"
	".cfi_startproc\n"
	".cfi_undefined x30\n"
	"mov x0, x19\n"
	"blr x20\n"
	"brk #1\n"
	".cfi_endproc\n"
	".size osim__fiber_start, . - osim__fiber_start\n");

extern char osim__fiber_start[] __attribute__((visibility("hidden")));

void *osim__fiber_frame(unsigned char *top, void (*entry)(void *), void *arg)
{
	uint64_t *sp = (uint64_t *)top - 20;

	for (unsigned int i = 0; i < 20; i++)
		sp[i] = 0;
	sp[1] = (uint64_t)(uintptr_t)osim__fiber_start; /* x30 */
	sp[2] = (uint64_t)(uintptr_t)arg;		/* x19 */
	sp[3] = (uint64_t)(uintptr_t)entry;		/* x20 */
	return sp;
}

#else

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

/* Elsewhere: the C library's contexts. What stands for a stack pointer is the context, kept at the
 * top of the stack. */
struct frame {
	ucontext_t context;
	void (*entry)(void *);
	void *arg;
};

static void start(unsigned int high, unsigned int low)
{
	struct frame *frame = (struct frame *)(((uintptr_t)high << 16 << 16) | low);

	frame->entry(frame->arg);
	abort();
}

void *osim__fiber_frame(unsigned char *top, void (*entry)(void *), void *arg)
{
	struct frame *frame = (struct frame *)(((uintptr_t)top - sizeof(*frame)) & ~(uintptr_t)63);
	unsigned char *bottom = top - OSIM__FIBER_FRAME_STACK;
	uintptr_t self = (uintptr_t)frame;

	memset(frame, 0, sizeof(*frame));
	frame->entry = entry;
	frame->arg = arg;
	getcontext(&frame->context);
	frame->context.uc_stack.ss_sp = bottom;
	frame->context.uc_stack.ss_size = (size_t)((unsigned char *)frame - bottom);
	makecontext(&frame->context, (void (*)(void))start, 2, (unsigned int)(self >> 16 >> 16),
		    (unsigned int)self);
	return frame;
}

void osim__fiber_swap(void **save, void *to)
{
	ucontext_t here;

	*save = &here;
	swapcontext(&here, to);
}

#endif
