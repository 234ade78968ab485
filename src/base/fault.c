/* SPDX-License-Identifier: Apache-2.0 */
/* fault.c - the list of failures, and the reason a unit of work carries. */
#include "rostra/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct fault_row rows[FAULT__MAX] = {
#define X(name, status, code, title) [FAULT_##name] = { status, #name, code, title },
	FAULTS(X)
#undef X
};

const struct fault_row *
fault_row(enum fault f)
{
	if ((unsigned)f >= FAULT__MAX)
		f = FAULT_INTERNAL;
	return &rows[f];
}

enum fault
problem_set(struct problem *p, enum fault code, const char *fmt, ...)
{
	va_list ap;

	if (p->code != FAULT_NONE)
		return p->code;
	p->code = code;
	va_start(ap, fmt);
	(void)vsnprintf(p->detail, sizeof(p->detail), fmt, ap);
	va_end(ap);
	return code;
}

void
problem_internal(struct problem *p, const char *fmt, ...)
{
	va_list ap;

	if (p->internal[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(p->internal, sizeof(p->internal), fmt, ap);
	va_end(ap);
}

enum fault
problem_add(struct problem *p, const char *pointer, const char *detail)
{
	if (p->n_viol < PROBLEM_VIOLATIONS_MAX)
		p->viol[p->n_viol] = (struct violation){ pointer, detail };
	p->n_viol++;
	if (p->code == FAULT_NONE)
		p->code = FAULT_INVALID;
	return p->code;
}

void
problem_reset(struct problem *p)
{
	memset(p, 0, sizeof(*p));
}
