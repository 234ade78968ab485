/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.c - the links of the last days in a file, sorted by code: what a link worker that
 * started during an outage knows. Written whole and renamed, so that a reader sees one or the
 * other.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rostra/crypto.h"
#include "rostra/log.h"

#include "link_int.h"

#define SNAPSHOT_MAGIC "rostraL1"
enum {
	CODE_BYTES = LINK_CODE_SIZE - 1,
	SNAPSHOT_DAYS = 7,
	SNAPSHOT_LINKS = 20000,
	SCRATCH_BYTES = 16384
};

struct head {
	char magic[8];
	uint64_t n;
};

struct entry {
	char code[CODE_BYTES];
	uint32_t off, n; /* of the packed target, from the start of the file */
	uint32_t crc;
	uint32_t unused;
};

static const char *
snapshot_path(struct rq *rq, const char *suffix)
{
	return arena_printf(rq->arena, "%s/links.snapshot%s", rq->conf->state_dir, suffix);
}

static int
entry_cmp(const void *a, const void *b)
{
	return memcmp(a, b, CODE_BYTES);
}

/* --- reading ------------------------------------------------------------------------------- */

static bool
find_mapped(struct arena *a, const unsigned char *file, size_t n, struct str code,
            struct target *out)
{
	const struct entry *entries = (const void *)(file + sizeof(struct head)), *found;
	struct head head;

	if (n < sizeof(head))
		return false;
	memcpy(&head, file, sizeof(head));
	if (memcmp(head.magic, SNAPSHOT_MAGIC, sizeof(head.magic)) != 0 ||
	    head.n > (n - sizeof(head)) / sizeof(struct entry))
		return false;
	found = bsearch(code.s, entries, head.n, sizeof(*entries), entry_cmp);
	if (found == NULL || found->off > n || found->n > n - found->off ||
	    crc32c(file + found->off, found->n) != found->crc)
		return false;
	return target_unpack((struct str){ arena_copy(a, file + found->off, found->n), found->n },
	                     out);
}

bool
snapshot_find(struct rq *rq, struct str code, struct target *out)
{
	int fd = open(snapshot_path(rq, ""), O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool found = false;
	void *file;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size > 0) {
		file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (file != MAP_FAILED) {
			found = find_mapped(rq->arena, file, (size_t)st.st_size, code, out);
			munmap(file, (size_t)st.st_size);
		}
	}
	close(fd);
	return found;
}

/* --- writing ------------------------------------------------------------------------------- */

struct writer {
	struct entry *entries; /* offsets from the start of bytes until written */
	size_t n;
	struct buf bytes;
	struct arena *scratch; /* of one row */
	struct link_row row;
};

static enum fault
collect(struct rq *rq, void *row, void *arg)
{
	struct writer *w = arg;
	const struct link_row *r = row;
	struct target t;
	struct str packed;
	struct entry *e;

	(void)rq;
	if (w->n == SNAPSHOT_LINKS || !link_code_valid(str_of(r->code)))
		return FAULT_NONE;
	target_of_row(w->scratch, r, &t);
	packed = target_pack(w->scratch, &t);
	e = &w->entries[w->n++];
	memcpy(e->code, r->code, CODE_BYTES);
	e->off = (uint32_t)w->bytes.n;
	e->n = (uint32_t)packed.n;
	e->crc = crc32c(packed.s, packed.n);
	buf_str(&w->bytes, packed);
	arena_reset(w->scratch);
	return FAULT_NONE;
}

/* In order, each code once. */
static void
sort_entries(struct writer *w)
{
	size_t kept = 0;

	qsort(w->entries, w->n, sizeof(*w->entries), entry_cmp);
	for (size_t i = 0; i < w->n; i++) {
		if (kept == 0 || entry_cmp(&w->entries[kept - 1], &w->entries[i]) != 0)
			w->entries[kept++] = w->entries[i];
	}
	w->n = kept;
	for (size_t i = 0; i < kept; i++)
		w->entries[i].off += (uint32_t)(sizeof(struct head) + kept * sizeof(struct entry));
}

static bool
write_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

static bool
write_file(struct rq *rq, const struct writer *w)
{
	const char *path = snapshot_path(rq, ""), *fresh = snapshot_path(rq, ".new");
	struct head head = { .n = w->n };
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool done;

	if (fd < 0)
		return false;
	memcpy(head.magic, SNAPSHOT_MAGIC, sizeof(head.magic));
	done = write_all(fd, &head, sizeof(head)) &&
	       write_all(fd, w->entries, w->n * sizeof(*w->entries)) &&
	       write_all(fd, w->bytes.s, w->bytes.n) && fdatasync(fd) == 0;
	done = close(fd) == 0 && done;
	return done && rename(fresh, path) == 0;
}

static enum fault
collect_all(struct rq *rq, struct writer *w)
{
	static const unsigned char least[10] = { 0 };
	int64_t since_us = rq->now_us - SNAPSHOT_DAYS * US_PER_DAY;
	struct civil c = civil_from_us(since_us);
	enum fault e;

	e = link_sql_clicked(rq, arena_printf(rq->arena, "%04d-%02d-%02d", c.year, c.month, c.day),
	                     &w->row, collect, w);
	if (e)
		return e;
	return link_sql_made(rq, uuid_v7_from(since_us, least), &w->row, collect, w);
}

enum fault
link_snapshot_run(struct rq *rq)
{
	struct writer w = { .scratch = arena_create(SCRATCH_BYTES) };
	enum fault e;

	w.entries = arena_array(rq->arena, SNAPSHOT_LINKS, struct entry);
	e = collect_all(rq, &w);
	if (!e) {
		sort_entries(&w);
		if (!write_file(rq, &w))
			log_line(LOG_WARN, "link_snapshot", "cannot write %s: %s",
			         snapshot_path(rq, ""), strerror(errno));
	}
	buf_free(&w.bytes);
	arena_destroy(&w.scratch);
	return e;
}
