/* SPDX-License-Identifier: Apache-2.0 */
/* zip.c - ZIP archives by libarchive. */
#include "rostra/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "rostra/clock.h"

struct zip {
	struct archive *archive;
	struct buf *out;
	int64_t now_us;
	bool failed;
};

static la_ssize_t
take(struct archive *a, void *arg, const void *bytes, size_t n)
{
	struct zip *z = arg;

	(void)a;
	buf_put(z->out, bytes, n);
	return z->out->failed ? -1 : (la_ssize_t)n;
}

struct zip *
zip_open(struct buf *out, int64_t now_us)
{
	struct zip *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return NULL;
	z->out = out;
	z->now_us = now_us;
	z->archive = archive_write_new();
	if (z->archive == NULL || archive_write_set_format_zip(z->archive) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(z->archive, 1) != ARCHIVE_OK ||
	    archive_write_open(z->archive, z, NULL, take, NULL) != ARCHIVE_OK)
		z->failed = true;
	return z;
}

bool
zip_put(struct zip *z, const char *name, struct str content)
{
	struct archive_entry *entry = archive_entry_new();

	if (entry == NULL || z->failed) {
		z->failed = true;
	} else {
		archive_entry_set_pathname(entry, name);
		archive_entry_set_size(entry, (la_int64_t)content.n);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0600);
		archive_entry_set_mtime(entry, (time_t)(z->now_us / US_PER_S), 0);
		z->failed =
		    archive_write_header(z->archive, entry) != ARCHIVE_OK ||
		    archive_write_data(z->archive, content.s, content.n) != (la_ssize_t)content.n;
	}
	archive_entry_free(entry);
	return !z->failed;
}

bool
zip_close(struct zip **z)
{
	bool whole;

	if (*z == NULL)
		return false;
	whole = !(*z)->failed && archive_write_close((*z)->archive) == ARCHIVE_OK;
	(void)archive_write_free((*z)->archive);
	free(*z);
	*z = NULL;
	return whole;
}
