/* SPDX-License-Identifier: Apache-2.0 */
/* phase.c - the CPU clock of a thread, read where one phase of a request ends and the next begins.
 */
#include "rostra/phase.h"

#include <string.h>
#include <time.h>

static int64_t
cpu_ns(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
phases_begin(struct phases *s)
{
	memset(s, 0, sizeof(*s));
	s->at_ns = cpu_ns();
}

enum phase
phases_turn(struct phases *s, enum phase next)
{
	const enum phase was = s->now;
	const int64_t at_ns = cpu_ns();

	s->ns[was] += at_ns - s->at_ns;
	s->at_ns = at_ns;
	s->now = next;
	return was;
}
