/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phase.h - what a request costs this thread, phase by phase: for the bench, with the setting phase_costs.  Without it a
 * change of phase is one comparison; with it two reads of the thread's CPU clock, a quarter of a microsecond each.
 */
#ifndef ROSTRA_PHASE_H
#define ROSTRA_PHASE_H

#include "rostra/rq.h"

/* X(NAME, "word of the metric") */
/* clang-format off */
#define PHASES(X)                                                                                  \
	X(PARSE,      "parse")      /* FastCGI, path, route */                                     \
	X(CALLER,     "caller")     /* token, rights, limits */                                    \
	X(DECODE,     "decode")     /* query and body into typed values */                         \
	X(HANDLE,     "handle")     /* rules */                                                    \
	X(STATEMENTS, "statements") /* binding, sending, receiving; waiting costs nothing */       \
	X(RENDER,     "render")     /* values into the reply */                                    \
	X(WRITE,      "write")      /* head and body to nginx */                                   \
	X(LOG,        "log")        /* the line, the metrics */
/* clang-format on */

enum phase {
#define X(name, word) PHASE_##name,
	PHASES(X)
#undef X
	PHASE__MAX
};

struct phases {
	enum phase now;
	int64_t at_ns;
	int64_t ns[PHASE__MAX];
};

void phases_begin(struct phases *s); /* all zero, in PHASE_PARSE */
enum phase phases_turn(struct phases *s, enum phase next);

/* Answers the phase until now, to come back to. */
static inline enum phase
phase_enter(struct rq *rq, enum phase next)
{
	return rq->phases ? phases_turn(rq->phases, next) : next;
}

#endif
