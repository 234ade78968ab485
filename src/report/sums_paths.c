/* SPDX-License-Identifier: Apache-2.0 */
/* sums_paths.c - the stream of conversions with their touches, from packed paths. */
#include <string.h>

#include "paths_int.h"

struct reading {
	const struct report_ask *ask;
	struct paths_reader *reader;
	struct report_ask *left; /* n_left: days whose paths are too long */
	size_t n_left, left_room;
};

bool
sums_serve_paths(const struct report_ask *ask)
{
	return sums_serve(ask) && ask->stage <= STAGE_WON;
}

/* Reports read the day's rows. */
static void
leave_day(struct rq *rq, struct reading *r, int64_t day_us)
{
	r->left = arena_grow(rq->arena, r->left, r->n_left, &r->left_room);
	r->left[r->n_left++] = sums_part(r->ask, day_us, day_us + US_PER_DAY);
}

static enum fault
take_day(struct rq *rq, const struct sum_row *row, void *arg)
{
	struct reading *r = arg;
	bool packed = true;
	enum fault e = paths_read_day(r->reader, row, &packed);

	if (!packed)
		leave_day(rq, r, row->day_us);
	return e;
}

static void
join_rest(struct rq *rq, const struct reading *r, struct sums_read *rest)
{
	struct report_ask *all;

	if (r->n_left == 0)
		return;
	all = arena_array(rq->arena, rest->n_rest + r->n_left, struct report_ask);
	if (rest->n_rest > 0)
		memcpy(all, rest->rest, rest->n_rest * sizeof(*all));
	memcpy(all + rest->n_rest, r->left, r->n_left * sizeof(*all));
	rest->rest = all;
	rest->n_rest += r->n_left;
}

enum fault
sums_paths(struct rq *rq, const struct report_ask *ask, struct walk *w, struct totals *others,
           struct sums_read *ret_rest)
{
	struct reading r = { .ask = ask };
	enum fault e = paths_reader_new(rq, ask, w, others, &r.reader);

	if (!e)
		e = sums_scan(rq, ask, (enum sum_what)(SUM_LEAD + ask->stage), SUM_BY_PATH,
		              take_day, &r, ret_rest);
	if (!e)
		join_rest(rq, &r, ret_rest);
	return e;
}
