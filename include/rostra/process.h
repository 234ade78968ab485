/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - this process, the others of this machine, and their names in what they hold. */
#ifndef ROSTRA_PROCESS_H
#define ROSTRA_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * For a service, before its first thread: memory that it frees goes back to the kernel, so that what it holds tells what it
 * needs.
 */
void process_memory_steady(void);

/*
 * The process does nothing any more.  One that was killed keeps its number until its parent asks
 * for it, which may be never: it is gone all the same.
 */
bool process_gone(int64_t pid);

/*
 * Who holds a lease: "host:process:number", the number telling apart what one process holds.  A
 * host name is cut at 39 bytes, so that the whole fits a column of 64.
 */
enum { PROCESS_NAME_SIZE = 64 };
void process_name(char out[PROCESS_NAME_SIZE], unsigned number);

/* Such a name is of a process of this host that is gone: its holder need not be waited for. */
bool process_name_gone(const char *name);

#endif
