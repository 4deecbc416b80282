/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CONST_H
#define OSIM_LINUX_CONST_H

#define _AC(x, suffix)	_AC_(x, suffix)
#define _AC_(x, suffix) (x##suffix)
#define _UL(x)		_AC(x, UL)
#define _ULL(x)		_AC(x, ULL)
#define UL(x)		_UL(x)
#define ULL(x)		_ULL(x)
#define _BITUL(x)	(_UL(1) << (x))
#define _BITULL(x)	(_ULL(1) << (x))

#endif
