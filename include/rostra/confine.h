/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.h - what a process that serves gives up for good: capabilities, programs that give more of them, and the
 * system calls that it does not need.  Whoever finds a way to run code in a worker finds neither a shell nor a new
 * socket family there.
 */
#ifndef ROSTRA_CONFINE_H
#define ROSTRA_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "rostra/str.h"

enum confine_kind {
	/* Workers and `rostra jobs`: only what a list names.  They start threads, but no process and no program. */
	CONFINE_WORKER,
	/* It forks, and a release that takes over inherits its filter: only what none will ever do is refused. */
	CONFINE_MASTER,
};

enum confine_calls {
	CONFINE_OFF,
	CONFINE_REFUSE, /* another call fails with EPERM; the kernel's audit log names it */
	CONFINE_KILL,   /* another call ends the process by SIGSYS */
};

bool confine_calls_of(struct str word, enum confine_calls *ret); /* off, refuse, kill */

/*
 * Before the process starts threads: they are confined with it.  False with a reason, when the kernel does not do it;
 * what could be given up until then is.  Does nothing in a build with sanitizers: they trace, and map memory, in ways of
 * their own.
 */
bool confine(enum confine_kind kind, enum confine_calls calls, char *err, size_t err_n);

#endif
