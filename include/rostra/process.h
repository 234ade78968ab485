/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - other processes of this machine. */
#ifndef ROSTRA_PROCESS_H
#define ROSTRA_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The process does nothing any more.  One that was killed keeps its number until its parent asks
 * for it, which may be never: it is gone all the same.
 */
bool process_gone(int64_t pid);

#endif
