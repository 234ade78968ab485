/* SPDX-License-Identifier: Apache-2.0 */
/* owner.c - who holds a lease: named by host and process, so that a dead holder on this host is
 * noticed at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rostra/process.h"

#include "jobs_int.h"

enum { HOST_BYTES = 40 };

static void
host_name(char out[HOST_BYTES])
{
	memset(out, 0, HOST_BYTES);
	(void)gethostname(out, HOST_BYTES - 1);
}

void
jobs_owner_name(char out[JOBS_OWNER_SIZE], unsigned number)
{
	char host[HOST_BYTES];

	host_name(host);
	(void)snprintf(out, JOBS_OWNER_SIZE, "%s:%ld:%u", host, (long)getpid(), number);
}

bool
jobs_owner_gone(const char *owner)
{
	struct str rest = str_of(owner);
	struct str host, process;
	char here[HOST_BYTES];
	int64_t pid = 0;

	host_name(here);
	if (!str_split(&rest, ':', &host) || !str_is(host, here))
		return false;
	if (!str_split(&rest, ':', &process) || !str_int64(process, &pid) || pid <= 0)
		return false;
	return process_gone(pid);
}

const char *
jobs_reason(struct rq *rq, enum fault e)
{
	const struct problem *p = &rq->problem;
	const char *cause = p->internal[0] ? p->internal : p->detail;
	char *text = arena_printf(rq->arena, "%s %s", fault_row(e)->name, cause);

	if (strlen(text) >= JOBS_ERROR_SIZE)
		text[JOBS_ERROR_SIZE - 1] = '\0';
	return text;
}
