/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - this process's memory; whether another one is there, as the kernel tells it, and what
 * it is called. */
#include "rostra/process.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "rostra/str.h"

enum { PATH_BYTES = 40, STAT_BYTES = 512, HOST_BYTES = 40 };
enum {
	MALLOC_ARENAS = 2, /* an arena a thread costs more memory than the lock costs time */
	MALLOC_OWN_BYTES = 128 * 1024,
	MALLOC_KEPT_BYTES = 512 * 1024,
};

/*
 * A block of MALLOC_OWN_BYTES or more is a mapping of its own and is gone when it is freed.  Left
 * alone, glibc takes the largest such block that was ever freed, up to 32 MB, for the new bound,
 * and the next ones leave holes in the heap: the jobs, which need 4 MB between two runs, held 48 MB
 * after a quarter of an hour of many leads.
 */
void
process_memory_steady(void)
{
	(void)mallopt(M_ARENA_MAX, MALLOC_ARENAS);
	(void)mallopt(M_MMAP_THRESHOLD, MALLOC_OWN_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, MALLOC_KEPT_BYTES);
}

bool
process_gone(int64_t pid)
{
	char path[PATH_BYTES], text[STAT_BYTES] = "";
	const char *name_end;
	FILE *f;

	if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
		return true;
	(void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	(void)!fgets(text, sizeof(text), f);
	(void)fclose(f);
	name_end =
	    strrchr(text, ')'); /* proc(5): a name may hold anything; the state is behind it */
	return name_end && (str_starts(str_of(name_end), str_of(") Z")) ||
	                    str_starts(str_of(name_end), str_of(") X")));
}

static void
host_name(char out[HOST_BYTES])
{
	memset(out, 0, HOST_BYTES);
	(void)gethostname(out, HOST_BYTES - 1);
}

void
process_name(char out[PROCESS_NAME_SIZE], unsigned number)
{
	char host[HOST_BYTES];

	host_name(host);
	(void)snprintf(out, PROCESS_NAME_SIZE, "%s:%ld:%u", host, (long)getpid(), number);
}

bool
process_name_gone(const char *name)
{
	struct str rest = str_of(name);
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
