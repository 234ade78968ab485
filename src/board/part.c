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

/* Where rows come from, in their order: a standing, or what was counted before. */
struct source {
	const struct board *b;
	const struct standing *s;
	const struct standing_row *rows; /* NULL: those of s; else n of them, hidden ones too */
	int64_t place, n;                /* place: of the next one */
};

static enum fault
next_rows(struct rq *rq, struct source *from, const struct board_part *part, int64_t limit,
          struct standing_row *out, int64_t *ret_n)
{
	enum fault e = FAULT_NONE;

	*ret_n = 0;
	if (from->rows == NULL) {
		e = standing_rows(rq, from->b, from->s, from->place, limit, out, ret_n);
		from->place += *ret_n;
		return e;
	}
	for (; *ret_n < limit && from->place < from->n; from->place++) {
		const struct standing_row *r = &from->rows[from->place];

		if (r->place >= 0 &&
		    (!part->after || board_is_behind(r, part->after_score, part->after_id)))
			out[(*ret_n)++] = *r;
	}
	return e;
}

/* Names n rows, of which the lines from `first` on are the first ones; lines without a name go. */
static enum fault
name_lines(struct rq *rq, const struct board *b, const struct standing_row *rows, int64_t n,
           size_t first, struct naming *x)
{
	struct board_part *part = x->part;
	size_t named = first;
	enum fault e = FAULT_NONE;

	if (n > 0)
		e = board_sql_names(rq, (enum board_who)b->who, board_ids_json(rq, rows, n),
		                    take_name, x);
	for (size_t i = first; i < part->n; i++) {
		if (part->lines[i].name != NULL)
			part->lines[named++] = part->lines[i];
	}
	part->n = named;
	return e;
}

/* Names are those of now: who wants to be seen no more has none, and others move up. */
static enum fault
put_lines(struct rq *rq, struct source *from, const struct standing_row *own,
          struct board_part *part)
{
	struct naming x = { part, own != NULL && own->place >= 0 };
	struct standing_row *rows =
	    arena_array(rq->arena, (size_t)part->limit + 1, struct standing_row);
	int64_t n;
	enum fault e;

	part->lines = arena_array(rq->arena, (size_t)part->limit, struct board_line);
	part->n = 0;
	part->me =
	    own != NULL ? line_of(own) : (struct board_line){ .id = part->own, .rank = J_NO_INT };
	do {
		const size_t first = part->n;
		int64_t named;

		e = next_rows(rq, from, part, part->limit - (int64_t)first, rows, &n);
		for (int64_t i = 0; !e && i < n; i++)
			part->lines[part->n++] = line_of(&rows[i]);
		named = n;
		if (own != NULL)
			rows[named++] = *own;
		own = NULL; /* once */
		if (!e)
			e = name_lines(rq, from->b, rows, named, first, &x);
	} while (!e && n > 0 && (int64_t)part->n < part->limit);
	return e;
}

enum fault
board_part_live(struct rq *rq, const struct board_of *of, struct board_part *part)
{
	const struct board b = board_for(of);
	struct standing_row own = { .place = -1 };
	struct standing s;
	struct source from = { .b = &b, .s = &s };
	bool found = false;
	enum fault e = standing_of(rq, &b, part->as_of, &s);

	if (!e && !uuid_is_zero(part->own))
		e = standing_own(rq, &b, &s, part->own, &own, &found);
	if (e)
		return e;
	part->as_of = s.as_of;
	part->withheld = s.withheld;
	if (s.withheld) {
		s.n = 0;
		own.place = -1;
	}
	if (part->after)
		e = standing_behind(rq, &b, &s, part->after_score, part->after_id, &from.place);
	return e ? e : put_lines(rq, &from, found ? &own : NULL, part);
}

enum fault
board_part_frozen(struct rq *rq, const struct board_of *of, const struct board_tally *rows,
                  size_t n, struct board_part *part)
{
	const struct board b = board_for(of);
	struct standing_row *own = NULL;
	struct counted c;
	struct source from = { .b = &b };

	board_count_rows(rq, &b, rows, n, &c);
	part->withheld = c.standing.withheld;
	from.rows = c.rows;
	from.n = c.standing.n + c.standing.others;
	for (int64_t i = 0; i < from.n; i++) {
		if (c.standing.withheld)
			c.rows[i].place = -1;
		if (uuid_eq(c.rows[i].id, part->own))
			own = &c.rows[i];
	}
	return put_lines(rq, &from, own, part);
}
