/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader.c - from segments into the tables, exactly once: a chunk of clicks, their roll-up and the
 * mark of how far the segment is loaded are one transaction, so whatever dies or whatever outcome
 * is unknown, the mark says what to do next.  Live segments are read up to their last whole frame;
 * a segment whose writer is gone is removed when it is loaded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rostra/log.h"
#include "rostra/measure.h"
#include "rostra/place.h"
#include "rostra/points.h"
#include "rostra/sums.h"

#include "link_int.h"

enum { CHUNK_BYTES = LOADER_CHUNK * FRAME_MAX, SEGMENTS_MAX = 512, RUN_BUDGET_S = 5 };

struct loader {
	char node[64];
	const char *dir;
	unsigned char *bytes; /* CHUNK_BYTES */
	struct click_row rows[LOADER_CHUNK];
	struct place at[LOADER_CHUNK];
	struct places *places; /* NULL: none are known */
	struct day_row days[LOADER_CHUNK];
	struct click_quarter quarters[LOADER_CHUNK];
	struct mark known; /* row of the list of marks */
	int64_t until_us;
};

struct segment {
	char name[SEGMENT_NAME_SIZE];
	int fd;
	int64_t size;
	int64_t loaded; /* bytes, as far as we know */
	bool finished;  /* its writer is gone */
};

/* What one transaction did. */
struct chunk {
	struct loader *l;
	struct segment *s;
	int64_t from, to; /* bytes */
	size_t n;
	size_t broken; /* frames passed over */
	bool lost;     /* nothing behind `to` can be read */
	bool repeats;  /* some of its clicks are there already: they go in one by one */
};

/* --- one chunk ----------------------------------------------------------------------------- */

static struct str
bytes_or_null(const unsigned char *bytes, size_t n, bool have)
{
	return have ? (struct str){ (const char *)bytes, n } : (struct str){ NULL, 0 };
}

static void
row_of(const struct click *c, const unsigned char *frame, struct click_row *out)
{
	/* The frame outlives the row; the struct click does not. */
	const unsigned char *visitor = frame + FRAME_HEAD + FRAME_FIXED - 32;

	*out = (struct click_row){
		.company_id = c->company,
		.share_id = c->share,
		.clicked_us = c->clicked_us,
		.cls = (int)c->cls,
		.fact = (int)c->fact,
		.rule_version = c->rule_version,
		.visitor = bytes_or_null(visitor, VISITOR_SIZE, c->has_visitor),
		.ip_hash = bytes_or_null(visitor + VISITOR_SIZE, 16, c->has_ip_hash),
		.reason = c->reason,
		.ip_prefix = c->ip_prefix,
		.user_agent = c->user_agent,
		.referrer = c->referrer,
	};
	memcpy(out->id, c->id, sizeof(out->id));
	memcpy(out->rclid, c->rclid, sizeof(out->rclid));
}

/* By what is kept of the address: so it is coarse, and off the way of the redirect. */
static void
locate(struct loader *l, size_t i)
{
	struct click_row *row = &l->rows[i];
	struct place *at = &l->at[i];

	if (l->places == NULL || row->ip_prefix.n == 0)
		return;
	places_find(l->places, row->ip_prefix, at);
	if (at->country[0] != '\0')
		row->country = str_of(at->country);
	if (at->city[0] != '\0')
		row->city = str_of(at->city);
}

static void
take_click(struct chunk *k, const struct click *c, size_t at)
{
	row_of(c, k->l->bytes + at, &k->l->rows[k->n]);
	locate(k->l, k->n++);
}

/*
 * Frames from the mark on.  A broken one is passed over only when nobody writes any more: in a live
 * segment it may be one that is about to be taken back.
 */
static void
parse_chunk(struct chunk *k, size_t have)
{
	size_t at = 0, size = 0;
	struct click c;

	while (k->n < LOADER_CHUNK) {
		enum frame_state state = frame_read(k->l->bytes + at, have - at, &c, &size);

		k->lost =
		    state == FRAME_LOST || (state == FRAME_SHORT && k->s->finished && have > at &&
		                            k->from + (int64_t)have == k->s->size);
		if (state == FRAME_SHORT || state == FRAME_LOST ||
		    (state == FRAME_BROKEN && !k->s->finished))
			break;
		if (state == FRAME_WHOLE)
			take_click(k, &c, at);
		else
			k->broken++;
		at += size;
	}
	k->to = k->from + (int64_t)at;
}

static bool
read_chunk(struct chunk *k)
{
	ssize_t have;

	if (k->from < SEGMENT_HEAD) {
		have = pread(k->s->fd, k->l->bytes, SEGMENT_HEAD, 0);
		if (have != SEGMENT_HEAD || memcmp(k->l->bytes, SEGMENT_MAGIC, SEGMENT_HEAD) != 0) {
			k->to = k->from;
			k->lost = true;
			return true;
		}
		k->from = SEGMENT_HEAD;
	}
	have = pread(k->s->fd, k->l->bytes, CHUNK_BYTES, k->from);
	if (have < 0)
		return false;
	parse_chunk(k, (size_t)have);
	return true;
}

/* Clicks of people may earn points, by their share and day. */
static enum fault
tell_points(struct rq *rq, const struct day_row *days, size_t n)
{
	struct points_clicked *rows = arena_array(rq->arena, n, struct points_clicked);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (days[i].cls == CLICK_HUMAN)
			rows[kept++] = (struct points_clicked){ .company_id = days[i].company_id,
				                                .share_id = days[i].share_id,
				                                .utc_day = measure_day_parse(
								    str_of(days[i].day)) };
	}
	return points_clicks_came(rq, rows, kept);
}

static enum fault
mark_days(struct rq *rq, const struct day_row *days, size_t n)
{
	struct sum_mark *marks = arena_array(rq->arena, n, struct sum_mark);
	struct civil day = { 0 };

	for (size_t i = 0; i < n; i++) {
		(void)date_parse(str_of(days[i].day), &day.year, &day.month, &day.day);
		marks[i] = (struct sum_mark){ days[i].company_id, SUM_CLICKS, civil_to_us(day) };
	}
	return sums_mark(rq, marks, n);
}

/* Those that are there already are in the roll-ups, too: they go. */
static enum fault
insert_new(struct rq *rq, struct chunk *k)
{
	struct click_row *rows = k->l->rows;
	uint64_t stored;
	size_t n = 0;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < k->n; i++) {
		e = click_sql_insert(rq, &rows[i], 1, &stored);
		if (!e && stored > 0)
			rows[n++] = rows[i];
	}
	if (!e)
		log_line(LOG_INFO, "click_repeated", "%zu of %zu clicks of %s were there already",
		         k->n - n, k->n, k->s->name);
	k->n = n;
	return e;
}

/*
 * A click is written twice when the worker that noted it was killed before it could say that it is
 * kept (visits_note).  That is seen by the count, and the chunk begins again.
 */
static enum fault
insert_rows(struct rq *rq, struct chunk *k)
{
	uint64_t stored;
	enum fault e;

	if (k->repeats)
		return insert_new(rq, k);
	e = click_sql_insert(rq, k->l->rows, k->n, &stored);
	if (e || stored == k->n)
		return e;
	k->repeats = true;
	return FAULT_CONFLICT;
}

static enum fault
chunk_store(struct rq *rq, struct chunk *k, struct mark *m)
{
	size_t n_days;
	enum fault e;

	if (k->n > 0) {
		e = insert_rows(rq, k);
		if (e)
			return e;
		n_days = rollup_group(rq->arena, k->l->rows, k->n, k->l->days);
		e = day_sql_add(rq, k->l->days, n_days);
		if (!e)
			e = tell_points(rq, k->l->days, n_days);
		if (!e)
			e = mark_days(rq, k->l->days, n_days);
		if (!e)
			e = click_quarters_add(rq, k->l->quarters,
			                       rollup_quarters(k->l->rows, k->n, k->l->quarters));
		if (e)
			return e;
	}
	m->bytes = k->to;
	m->updated_us = rq->now_us;
	return mark_sql_set(rq, m);
}

static enum fault
chunk_tx(struct rq *rq, void *arg)
{
	struct chunk *k = arg;
	struct mark m = { .node = k->l->node, .segment = k->s->name };
	struct stat st;
	enum fault e = mark_sql_open(rq, &m);

	if (e)
		return e;
	/* Another loader removes the file before its mark: a mark that we had to make anew for a
	 * file that is gone is not one. */
	if (fstat(k->s->fd, &st) != 0 || st.st_nlink == 0)
		return FAULT_NOT_FOUND;
	k->from = m.bytes;
	k->n = k->broken = 0;
	k->lost = false;
	if (!read_chunk(k))
		return rq_fail(rq, FAULT_INTERNAL, "A click segment cannot be read.");
	if (k->to == m.bytes)
		return FAULT_NONE;
	return chunk_store(rq, k, &m);
}

/* --- one segment --------------------------------------------------------------------------- */

static enum fault
segment_remove(struct rq *rq, struct loader *l, struct segment *s)
{
	struct mark m = { .node = l->node, .segment = s->name };
	char path[4096];

	if (s->loaded < s->size && s->size > SEGMENT_HEAD)
		log_line(LOG_WARN, "spool_torn", "%s: %lld bytes at the end are no whole click",
		         s->name, (long long)(s->size - s->loaded));
	snprintf(path, sizeof(path), "%s/%s", l->dir, s->name);
	if (unlink(path) != 0 && errno != ENOENT) {
		problem_internal(&rq->problem, "%s: %s", path, strerror(errno));
		return rq_fail(rq, FAULT_INTERNAL, "A click segment cannot be removed.");
	}
	return s->loaded > 0 ? mark_sql_delete(rq, &m) : FAULT_NONE;
}

static enum fault
segment_load(struct rq *rq, struct loader *l, struct segment *s)
{
	while (s->loaded < s->size && clock_monotonic_us() < l->until_us) {
		struct chunk k = { .l = l, .s = s };
		enum fault e = db_tx(rq, chunk_tx, &k);

		if (e && k.repeats)
			e = db_tx(rq, chunk_tx, &k);
		if (e)
			return e;
		if (k.broken > 0)
			log_line(LOG_WARN, "spool_broken",
			         "%s: %llu clicks before byte %lld are not readable", s->name,
			         (unsigned long long)k.broken, (long long)k.to);
		if (k.lost && s->finished) {
			s->loaded = k.to;
			return segment_remove(rq, l, s);
		}
		if (k.to <= s->loaded)
			return FAULT_NONE;
		s->loaded = k.to;
	}
	return s->finished && s->loaded >= s->size ? segment_remove(rq, l, s) : FAULT_NONE;
}

/* Opens it, sees whether its writer is gone, and loads what is new. */
static enum fault
segment_visit(struct rq *rq, struct loader *l, struct segment *s)
{
	enum fault e = FAULT_NONE;
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", l->dir, s->name);
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return FAULT_NONE; /* another loader was faster */
	s->finished = flock(s->fd, LOCK_EX | LOCK_NB) == 0;
	if (fstat(s->fd, &st) == 0 && st.st_nlink > 0) {
		s->size = st.st_size;
		if (s->size <= SEGMENT_HEAD)
			e = s->finished ? segment_remove(rq, l, s) : FAULT_NONE;
		else
			e = segment_load(rq, l, s);
	}
	close(s->fd);
	return e == FAULT_NOT_FOUND ? FAULT_NONE : e;
}

/* --- all segments -------------------------------------------------------------------------- */

static size_t
list_segments(const char *path, struct segment *out)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	if (dir == NULL)
		return 0;
	while (n < SEGMENTS_MAX && (entry = readdir(dir)) != NULL) {
		if (segment_name_valid(entry->d_name))
			snprintf(out[n++].name, SEGMENT_NAME_SIZE, "%.63s", entry->d_name);
	}
	closedir(dir);
	return n;
}

struct segment_list {
	struct segment *s;
	size_t n;
};

static enum fault
take_mark(struct rq *rq, void *row, void *arg)
{
	const struct mark *m = row;
	struct segment_list *list = arg;

	(void)rq;
	for (size_t i = 0; i < list->n; i++) {
		if (cstr_eq(list->s[i].name, m->segment))
			list->s[i].loaded = m->bytes;
	}
	return FAULT_NONE;
}

static struct loader *
loader_begin(struct rq *rq)
{
	struct loader *l = arena_new(rq->arena, struct loader);

	spool_node(l->node);
	l->dir = spool_dir(rq->arena, rq->conf);
	l->bytes = arena_alloc(rq->arena, CHUNK_BYTES, 1);
	l->until_us = clock_monotonic_us() + RUN_BUDGET_S * US_PER_S;
	if (rq->conf->click_places[0] != '\0')
		l->places = places_open(rq->conf->click_places);
	if (rq->conf->click_places[0] != '\0' && l->places == NULL)
		log_line(LOG_WARN, "click_places", "%s is no file of places",
		         rq->conf->click_places);
	return l;
}

enum fault
click_loader_run(struct rq *rq)
{
	struct segment_list list = { .s = arena_array(rq->arena, SEGMENTS_MAX, struct segment) };
	struct loader *l;
	enum fault e;

	list.n = list_segments(spool_dir(rq->arena, rq->conf), list.s);
	if (list.n == 0)
		return FAULT_NONE;
	l = loader_begin(rq);
	e = mark_sql_list(rq, l->node, &l->known, take_mark, &list);
	for (size_t i = 0; !e && i < list.n; i++)
		e = segment_visit(rq, l, &list.s[i]);
	places_close(&l->places);
	return e;
}
