/* SPDX-License-Identifier: Apache-2.0 */
/* segment.c - the folder of click segments: names, and how many bytes wait in it. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "link_int.h"

const char *
spool_dir(struct arena *a, const struct conf *conf)
{
	return arena_printf(a, "%s/spool", conf->state_dir);
}

void
spool_node(char out[64])
{
	if (gethostname(out, 63) != 0)
		snprintf(out, 64, "localhost");
	out[63] = '\0';
}

bool
segment_name_valid(const char *name)
{
	return str_starts(str_of(name), STR("clicks.")) && strlen(name) < SEGMENT_NAME_SIZE &&
	       !str_contains_nocase(str_of(name), STR(".new"));
}

int64_t
spool_pending_bytes(const struct conf *conf)
{
	char path[4096];
	struct dirent *entry;
	int64_t bytes = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/spool", conf->state_dir);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		struct stat st;

		if (segment_name_valid(entry->d_name) &&
		    fstatat(dirfd(dir), entry->d_name, &st, 0) == 0)
			bytes += st.st_size > SEGMENT_HEAD ? st.st_size : 0;
	}
	closedir(dir);
	return bytes;
}
