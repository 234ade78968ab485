/* SPDX-License-Identifier: Apache-2.0 */
/* standing.c - who has how much of a contest: as boards have it now, or as it was frozen. */
#include <stdlib.h>
#include <string.h>

#include "rostra/caller.h"

#include "contest_int.h"

/* --- who can be seen --- */

static enum fault
keep_face(struct rq *rq, void *row, void *arg)
{
	struct contest_faces *f = arg;

	f->list = arena_grow(rq->arena, f->list, f->n, &f->room);
	f->list[f->n++] = *(const struct contest_face *)row;
	return FAULT_NONE;
}

enum fault
contest_read_faces(struct rq *rq, const struct contest *c, struct contest_faces *out)
{
	struct measure_span span;
	enum fault e = contest_span(rq, c, &span);

	*out = (struct contest_faces){ .n = 0 };
	if (e)
		return e;
	return c->unit == CONTEST_PEOPLE ? contest_sql_people(rq, keep_face, out)
	                                 : contest_sql_teams(rq, &span, keep_face, out);
}

const struct contest_face *
contest_face_of(const struct contest_faces *f, struct uuid id)
{
	size_t low = 0, high = f->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = uuid_cmp(f->list[middle].id, id);

		if (order == 0)
			return &f->list[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* --- counting --- */

static struct uuid
subject_of(const struct contest *c, const struct contest_row *r)
{
	return c->unit == CONTEST_PEOPLE ? r->person_id : r->team_id;
}

static enum fault
keep_counted(struct rq *rq, void *row, void *arg)
{
	const struct measure_row *m = row;
	struct contest_rows *rows = arg;

	rows->list = arena_grow(rq->arena, rows->list, rows->n, &rows->room);
	rows->list[rows->n] =
	    (struct contest_row){ .person_id = m->person_id, .team_id = m->team_id, .n = m->n };
	rows->n++;
	return FAULT_NONE;
}

enum fault
contest_count(struct rq *rq, const struct contest *c, struct contest_rows *out)
{
	struct measure_ask ask = { .measure = (enum measure)c->measure,
		                   .team = c->team_id,
		                   .fact = -1 };
	struct contest_faces faces;
	enum fault e = contest_span(rq, c, &ask.span);

	*out = (struct contest_rows){ .n = 0 };
	if (!e)
		e = measure_each(rq, &ask, keep_counted, out);
	if (!e)
		e = contest_read_faces(rq, c, &faces);
	for (size_t i = 0; !e && i < out->n; i++)
		out->list[i].shown = contest_face_of(&faces, subject_of(c, &out->list[i])) != NULL;
	return e;
}

static enum fault
keep_row(struct rq *rq, void *row, void *arg)
{
	struct contest_rows *rows = arg;

	rows->list = arena_grow(rq->arena, rows->list, rows->n, &rows->room);
	rows->list[rows->n++] = *(const struct contest_row *)row;
	return FAULT_NONE;
}

static enum fault
read_frozen(struct rq *rq, const struct contest *c, struct contest_rows *out)
{
	const struct contest_row_page all = { .company_id = rq_company(rq),
		                              .contest_id = c->id,
		                              .limit = INT32_MAX };

	*out = (struct contest_rows){ .n = 0 };
	return contest_sql_rows(rq, &all, keep_row, out);
}

static enum fault
read_tallies(struct rq *rq, const struct contest *c, struct board_tally **ret, size_t *ret_n)
{
	struct contest_rows rows;
	enum fault e = read_frozen(rq, c, &rows);

	if (e)
		return e;
	*ret = arena_array(rq->arena, rows.n + 1, struct board_tally);
	*ret_n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		(*ret)[i] = (struct board_tally){ subject_of(c, &rows.list[i]), rows.list[i].n,
			                          rows.list[i].shown };
	return FAULT_NONE;
}

enum fault
contest_standing(struct rq *rq, const struct contest *c, struct board_part *part)
{
	const struct board_of of = {
		.teams = c->unit == CONTEST_TEAMS,
		.measure = c->measure,
		.first_day = measure_day_parse(str_of(c->first_on)),
		.last_day = measure_day_parse(str_of(c->last_on)),
		.team_id = c->team_id,
	};
	struct measure_span span;
	struct board_tally *rows;
	size_t n;
	enum fault e;

	if (!contest_days(rq, c, &span)) { /* nothing is counted in them */
		part->me = (struct board_line){ .id = part->own, .rank = J_NO_INT };
		part->as_of = rq->now_us;
		return FAULT_NONE;
	}
	if (c->frozen_at == TIME_NONE)
		return board_part_live(rq, &of, part);
	e = read_tallies(rq, c, &rows, &n);
	return e ? e : board_part_frozen(rq, &of, rows, n, part);
}
