/* SPDX-License-Identifier: Apache-2.0 */
/* part.c - a part of a standing for other features: what is counted now, or was counted before. */
#include <string.h>

#include "rostra/caller.h"

#include "board_int.h"

enum { ID_JSON = 40 };

const char *
board_ids_json(struct rq *rq, const struct standing_row *rows, int64_t n)
{
	char *ids = arena_alloc(rq->arena, (size_t)n * ID_JSON + sizeof("[]"), 1);
	char *end = ids;

	*end++ = '[';
	for (int64_t i = 0; i < n; i++) {
		if (i > 0)
			*end++ = ',';
		*end++ = '"';
		uuid_format(rows[i].id, end);
		end += UUID_TEXT_SIZE - 1;
		*end++ = '"';
	}
	memcpy(end, "]", sizeof("]"));
	return ids;
}

static struct board
board_for(const struct board_of *of)
{
	return (struct board){ .who = of->teams ? BOARD_TEAMS : BOARD_PEOPLE,
		               .measure = of->measure,
		               .period = WINDOW_DATED,
		               .days = J_NO_INT,
		               .first_day = of->first_day,
		               .last_day = of->last_day,
		               .team_id = of->team_id,
		               .min_group = BOARD_MIN_GROUP };
}

static struct board_line
line_of(const struct standing_row *r)
{
	return (struct board_line){ .id = r->id, .score = r->score, .rank = r->rank };
}

struct naming {
	struct board_part *part;
	bool own_shown;
};

static enum fault
take_name(struct rq *rq, void *row, void *arg)
{
	const struct board_name *name = row;
	struct naming *x = arg;

	for (size_t i = 0; i < x->part->n; i++) {
		if (uuid_eq(x->part->lines[i].id, name->id))
			x->part->lines[i].name = arena_strdup(rq->arena, name->name);
	}
	if (x->own_shown && uuid_eq(x->part->me.id, name->id))
		x->part->me.name = arena_strdup(rq->arena, name->name);
	return FAULT_NONE;
}

/* The rows of the page, n of them, with room for one more: the own one, if it was found.  Names are
 * those of now: who wants to be seen no more has none, and is left out. */
static enum fault
put_lines(struct rq *rq, const struct board *b, struct standing_row *rows, int64_t n,
          const struct standing_row *own, struct board_part *part)
{
	struct naming x = { part, own != NULL && own->place >= 0 };
	size_t named = 0;
	enum fault e = FAULT_NONE;

	part->lines = arena_array(rq->arena, (size_t)n + 1, struct board_line);
	for (part->n = 0; part->n < (size_t)n; part->n++)
		part->lines[part->n] = line_of(&rows[part->n]);
	part->me = (struct board_line){ .id = part->own, .rank = J_NO_INT };
	if (own != NULL) {
		part->me = line_of(own);
		rows[n++] = *own;
	}
	if (n > 0)
		e = board_sql_names(rq, (enum board_who)b->who, board_ids_json(rq, rows, n),
		                    take_name, &x);
	for (size_t i = 0; i < part->n; i++) {
		if (part->lines[i].name != NULL)
			part->lines[named++] = part->lines[i];
	}
	part->n = named;
	return e;
}

enum fault
board_part_live(struct rq *rq, const struct board_of *of, struct board_part *part)
{
	const struct board b = board_for(of);
	struct standing_row *rows =
	    arena_array(rq->arena, (size_t)part->limit + 1, struct standing_row);
	struct standing_row own = { .place = -1 };
	struct standing s;
	int64_t place = 0, n = 0;
	bool found = false;
	enum fault e = standing_of(rq, &b, part->as_of, &s);

	if (!e && !uuid_is_zero(part->own))
		e = standing_own(rq, &b, &s, part->own, &own, &found);
	if (e)
		return e;
	part->as_of = s.as_of;
	if (s.withheld) {
		s.n = 0;
		own.place = -1;
	}
	if (part->after)
		e = standing_behind(rq, &b, &s, part->after_score, part->after_id, &place);
	if (!e)
		e = standing_rows(rq, &b, &s, place, part->limit, rows, &n);
	return e ? e : put_lines(rq, &b, rows, n, found ? &own : NULL, part);
}

enum fault
board_part_frozen(struct rq *rq, const struct board_of *of, const struct board_tally *rows,
                  size_t n, struct board_part *part)
{
	const struct board b = board_for(of);
	struct standing_row *page =
	    arena_array(rq->arena, (size_t)part->limit + 1, struct standing_row);
	struct standing_row *own = NULL;
	struct counted c;
	int64_t n_page = 0;

	board_count_rows(rq, &b, rows, n, &c);
	for (int64_t i = 0; i < c.standing.n + c.standing.others; i++) {
		struct standing_row *r = &c.rows[i];

		if (c.standing.withheld)
			r->place = -1;
		if (uuid_eq(r->id, part->own))
			own = r;
		if (r->place < 0 || n_page == part->limit ||
		    (part->after && !board_is_behind(r, part->after_score, part->after_id)))
			continue;
		page[n_page++] = *r;
	}
	return put_lines(rq, &b, page, n_page, own, part);
}
