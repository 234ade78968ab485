/* SPDX-License-Identifier: Apache-2.0 */
/* harden.c - what the services give up before they meet anybody. */
#include <sys/prctl.h>
#include <sys/resource.h>

#include "rostra/log.h"

#include "app_int.h"

void
harden_memory(void)
{
	const struct rlimit none = { 0, 0 };

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

/* It is a second wall: a kernel without it is told of, and serves. */
void
harden(const struct conf *conf, enum confine_kind kind)
{
	enum confine_calls calls = CONFINE_REFUSE;
	char err[200];

	(void)confine_calls_of(str_of(conf->system_calls), &calls);
	if (!confine(kind, calls, err, sizeof(err)))
		log_line(LOG_ERROR, "not_confined", "%s", err);
}
