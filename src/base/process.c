/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - whether another process is there, as the kernel tells it. */
#include "rostra/process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "rostra/str.h"

enum { PATH_BYTES = 40, STAT_BYTES = 512 };

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
