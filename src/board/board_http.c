/* SPDX-License-Identifier: Apache-2.0 */
/* board_http.c - a standing page by page, the reader's own place in it, and who is seen there. */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/caller.h"
#include "rostra/clock.h"
#include "rostra/shared.h"

#include "board_int.h"

enum { DAYS_DEFAULT = 30, ROWS_MAX = 101 + 2 * BOARD_NEIGHBOURS + 1 };

struct days_query {
	int64_t days;
};
struct settings_view {
	bool on_boards;
};
struct row_view {
	struct uuid person_id, team_id;
	const char *name, *display_name;
	int64_t rank, score, points;
};
struct own_view {
	int64_t rank, score, points;
	bool on_boards;
	struct j_list neighbours;
};
struct head_view {
	const char *name;
	int who, measure;
	bool per_head, withheld;
	int64_t from, to, as_of;
	const struct own_view *me;
};

/* clang-format off */
static const struct j_field days_fields[] = {
	J_INT64(struct days_query, days, 0, 1, BOARD_DAYS_MAX, DAYS_DEFAULT, .help = "So many days of the company's zone, today included"),
};
static const struct j_schema days_schema = J_SCHEMA("standing_query", struct days_query, days_fields);
static const struct j_field query_fields[] = {
	J_ID(struct board_segment, team, 0, .help = "Of a board of people: only what was done in this team"),
	J_TEXT(struct board_segment, department, 0, 1, 120, .help = "Only what was done in it, as the directory called it then"),
	J_TEXT(struct board_segment, location, 0, 1, 120, .help = "Only what was done there"),
};
static const struct j_schema query_schema = J_SCHEMA("board_query", struct board_segment, query_fields);

static const struct j_field settings_fields[] = {
	J_BOOLEAN(struct settings_view, on_boards, J_REQUIRED, 0, .help = "false: nobody else sees one on boards"),
};
static const struct j_schema settings_schema = J_SCHEMA("board_settings", struct settings_view, settings_fields);

#define RANK(T) J_INT64(T, rank, J_REQUIRED, 1, INT64_MAX, 0, .help = "1 2 2 4: the same score, the same rank, then by id")
static const struct j_field row_fields[] = {
	RANK(struct row_view), J_ID(struct row_view, person_id, J_NULLABLE), J_ID(struct row_view, team_id, J_NULLABLE),
	J_TEXT(struct row_view, name, J_REQUIRED, 1, 120), J_DECIMAL(struct row_view, score, J_REQUIRED),
};
static const struct j_schema row_schema = J_SCHEMA("board_row", struct row_view, row_fields);
static const struct j_field own_fields[] = {
	J_INT64(struct own_view, rank, J_NULLABLE, 1, INT64_MAX, 0, .help = "Among those who are shown; null: nothing yet"),
	J_DECIMAL(struct own_view, score, J_REQUIRED),
	J_BOOLEAN(struct own_view, on_boards, J_REQUIRED, 0, .help = "Others see this"),
	J_OBJECTS(struct own_view, neighbours, J_REQUIRED, 0, 2 * BOARD_NEIGHBOURS + 1, &row_schema,
	          .help = "The rows around one's own, two above and two below"),
};
static const struct j_schema own_schema = J_SCHEMA("board_own", struct own_view, own_fields);
#define INSTANTS                                                                                \
	{ .name = "from", .type = J_TIME, .off = J_OFF(struct head_view, from, int64_t), .flags = J_REQUIRED, .help = "The first day begins" }, \
	{ .name = "to", .type = J_TIME, .off = J_OFF(struct head_view, to, int64_t), .flags = J_REQUIRED, .help = "The last day ends; excluded" }, \
	{ .name = "as_of", .type = J_TIME, .off = J_OFF(struct head_view, as_of, int64_t), .flags = J_REQUIRED, \
	  .help = "What was there then; the same on the pages of one reading, as long as it is remembered" }
static const struct j_field head_fields[] = {
	J_TEXT(struct head_view, name, J_REQUIRED, 1, 80, .help = "Of the board"),
	J_WORD(struct head_view, who, J_REQUIRED, board_who_names, 0),
	J_WORD(struct head_view, measure, J_REQUIRED, measure_names, 0),
	J_BOOLEAN(struct head_view, per_head, J_REQUIRED, 0),
	J_BOOLEAN(struct head_view, withheld, J_REQUIRED, 0, .help = "The segment is smaller than min_group: nobody is shown"),
	INSTANTS, J_SUB(struct head_view, me, J_NULLABLE, &own_schema, .help = "null on boards of teams"),
};
static const struct j_schema head_schema = J_SCHEMA("board_head", struct head_view, head_fields);

static const struct j_field points_row_fields[] = {
	RANK(struct row_view), J_ID(struct row_view, person_id, J_REQUIRED),
	J_TEXT(struct row_view, display_name, J_REQUIRED, 1, 120),
	J_DECIMAL(struct row_view, points, J_REQUIRED, .help = "Earned; what was bought with them is not taken off"),
};
static const struct j_schema points_row_schema = J_SCHEMA("standing_row", struct row_view, points_row_fields);
static const struct j_field points_own_fields[] = {
	J_INT64(struct own_view, rank, J_NULLABLE, 1, INT64_MAX, 0, .help = "Among those who are shown; null: no points"),
	J_DECIMAL(struct own_view, points, J_REQUIRED),
	J_BOOLEAN(struct own_view, on_boards, J_REQUIRED, 0, .help = "Others see this"),
};
static const struct j_schema points_own_schema = J_SCHEMA("standing_own", struct own_view, points_own_fields);
static const struct j_field points_head_fields[] = { INSTANTS, J_SUB(struct head_view, me, J_REQUIRED, &points_own_schema) };
static const struct j_schema points_head_schema = J_SCHEMA("standing_head", struct head_view, points_head_fields);
/* clang-format on */

/* --- a page --- */

struct reading {
	const struct board *b;
	struct standing s;
	struct standing_row rows[ROWS_MAX];
	int64_t n;      /* of the page */
	int64_t n_near; /* of the neighbours, behind those of the page */
	struct row_view views[ROWS_MAX];
	struct own_view me;
	struct reading *more; /* rows that move up for those who have left meanwhile */
};

static enum fault
take_name(struct rq *rq, void *row, void *arg)
{
	const struct board_name *name = row;
	struct reading *r = arg;

	for (int64_t i = 0; i < r->n + r->n_near; i++) {
		if (uuid_eq(r->rows[i].id, name->id))
			r->views[i].name = arena_strdup(rq->arena, name->name);
	}
	return FAULT_NONE;
}

/* Names are those of now: who has left the boards meanwhile has none, and is left out. */
static enum fault
read_names(struct rq *rq, struct reading *r)
{
	const int64_t n = r->n + r->n_near;
	const bool people = r->b->who == BOARD_PEOPLE;

	for (int64_t i = 0; i < n; i++) {
		const struct standing_row *row = &r->rows[i];

		r->views[i] = (struct row_view){ .rank = row->rank,
			                         .score = row->score,
			                         .points = row->score };
		*(people ? &r->views[i].person_id : &r->views[i].team_id) = row->id;
	}
	return n == 0 ? FAULT_NONE
	              : board_sql_names(rq, (enum board_who)r->b->who,
	                                board_ids_json(rq, r->rows, n), take_name, r);
}

static enum fault
read_own(struct rq *rq, struct reading *r, struct standing_row *own)
{
	int64_t from;
	bool found;
	enum fault e = standing_own(rq, r->b, &r->s, rq->who->person, own, &found);

	/* Whoever is shown is on boards; of the others it is not known why they are not. */
	r->me.on_boards = true;
	if (!e && (!found || own->place < 0))
		e = board_sql_choice(rq, &r->me.on_boards);
	if (e)
		return e;
	r->me.rank = found ? own->rank : J_NO_INT;
	r->me.score = r->me.points = found ? own->score : 0;
	if (!found || own->place < 0)
		return FAULT_NONE;
	from = own->place > BOARD_NEIGHBOURS ? own->place - BOARD_NEIGHBOURS : 0;
	return standing_rows(rq, r->b, &r->s, from, own->place - from + 1 + BOARD_NEIGHBOURS,
	                     &r->rows[r->n], &r->n_near);
}

static int64_t
n_named(const struct reading *r)
{
	int64_t n = 0;

	for (int64_t i = 0; i < r->n; i++)
		n += r->views[i].name != NULL;
	return n;
}

/* As long as fewer than wanted have a name, those from place on. */
static enum fault
read_more(struct rq *rq, struct reading *r, int64_t place, int64_t wanted)
{
	int64_t have = n_named(r);
	struct reading *last = r;
	enum fault e = FAULT_NONE;

	while (!e && have < wanted && place < r->s.n) {
		struct reading *more = arena_new(rq->arena, struct reading);

		more->b = r->b;
		e = standing_rows(rq, r->b, &r->s, place, wanted - have, more->rows, &more->n);
		if (!e)
			e = read_names(rq, more);
		have += n_named(more);
		place += more->n;
		last = last->more = more;
	}
	return e;
}

static enum fault
read_page(struct rq *rq, const struct call *call, struct reading *r)
{
	struct standing_row own;
	int64_t place = 0;
	enum fault e = standing_of(rq, r->b, call->after ? call->key.k[1] : 0, &r->s);

	if (e)
		return e;
	if (r->s.withheld)
		r->s.n = 0;
	if (call->after)
		e = standing_behind(rq, r->b, &r->s, call->key.k[0], call->key.id, &place);
	if (!e)
		e = standing_rows(rq, r->b, &r->s, place, call->limit + 1, r->rows, &r->n);
	if (!e && r->b->who == BOARD_PEOPLE)
		e = read_own(rq, r, &own);
	if (!e)
		e = read_names(rq, r);
	return e ? e : read_more(rq, r, place + r->n, call->limit + 1);
}

/* The views that have a name, moved together; how many. */
static size_t
named(struct row_view *views, int64_t n)
{
	size_t kept = 0;

	for (int64_t i = 0; i < n; i++) {
		if (views[i].name != NULL)
			views[kept++] = views[i];
	}
	return kept;
}

static void
put_rows(struct rq *rq, struct call *call, struct reading *r, int64_t as_of)
{
	for (int64_t i = 0; i < r->n; i++) {
		struct row_view *v = &r->views[i];

		v->display_name = v->name;
		if (v->name != NULL)
			(void)page_add(rq, call, v,
			               (struct page_key){ .k = { v->score, as_of },
			                                  .id = r->rows[i].id });
	}
}

static void
put_page(struct rq *rq, struct call *call, struct reading *r, const struct j_schema *head_of)
{
	const struct head_view head = { .name = r->b->name,
		                        .who = r->b->who,
		                        .measure = r->b->measure,
		                        .per_head = r->b->per_head,
		                        .withheld = r->s.withheld,
		                        .from = r->s.from_us,
		                        .to = r->s.to_us,
		                        .as_of = r->s.seen_at,
		                        .me = r->b->who == BOARD_PEOPLE ? &r->me : NULL };

	r->me.neighbours = (struct j_list){ &r->views[r->n], named(&r->views[r->n], r->n_near) };
	page_head(call, head_of, &head);
	for (struct reading *part = r; part != NULL; part = part->more)
		put_rows(rq, call, part, r->s.as_of);
}

static enum fault
handle_points(struct rq *rq, struct call *call, void *reply)
{
	const struct days_query *q = call->query;
	const struct board b = { .name = "points",
		                 .who = BOARD_PEOPLE,
		                 .measure = MEASURE_POINTS,
		                 .period = WINDOW_ROLLING,
		                 .days = q->days,
		                 .first_day = J_NO_INT,
		                 .last_day = J_NO_INT,
		                 .min_group = 1 };
	struct reading *r = arena_new(rq->arena, struct reading);
	enum fault e;

	(void)reply;
	r->b = &b;
	e = read_page(rq, call, r);
	if (!e)
		put_page(rq, call, r, &points_head_schema);
	return e;
}

/* By id or by the name of a preset, and then as the query narrows it. */
static enum fault
find_board(struct rq *rq, const struct call *call, struct board *out)
{
	const struct board_segment *q = call->query;
	const struct board_preset *preset = board_preset_find(call->text[0]);
	struct uuid id = { { 0 } };
	const bool is_id = uuid_parse(str_of(call->text[0]), &id);
	enum fault e = FAULT_NONE;

	if (uuid_eq(id, board_main_id))
		preset = board_main();
	if (preset != NULL)
		*out = preset->board;
	else
		e = is_id ? board_sql_get(rq, id, out) : FAULT_NOT_FOUND;
	if (e || (uuid_is_zero(q->team) && q->department == NULL && q->location == NULL))
		return e;
	return board_narrow(rq, out, q);
}

static enum fault
handle_board(struct rq *rq, struct call *call, void *reply)
{
	struct reading *r = arena_new(rq->arena, struct reading);
	struct board b = { .name = NULL };
	enum fault e = find_board(rq, call, &b);

	(void)reply;
	r->b = &b;
	if (!e)
		e = read_page(rq, call, r);
	if (!e)
		put_page(rq, call, r, &head_schema);
	return e;
}

/* --- who is seen --- */

static enum fault
handle_settings(struct rq *rq, struct call *call, void *reply)
{
	struct settings_view *out = reply;

	(void)call;
	return board_sql_choice(rq, &out->on_boards);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	const struct settings_view *in = call->body;
	enum fault e = board_sql_choose(rq, in->on_boards);

	*(struct settings_view *)reply = *in;
	if (!e && rq->shared != NULL && rq->shared->boards != NULL)
		cache_clear(rq->shared->boards); /* no gap is left, here at once */
	return e;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/boards/points", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &days_schema, .kind = REPLY_LIST, .reply = &points_row_schema, .head = &points_head_schema,
	  .handle = handle_points, .name = "board_points", .summary = "Who earned most points lately, and the reader's own rank" },
	{ .method = HTTP_GET, .path = "/v1/boards/{board}", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &query_schema, .kind = REPLY_LIST, .reply = &row_schema, .head = &head_schema,
	  .handle = handle_board, .name = "board_get", .summary = "A board by its id or a preset's name: who is first, and who is around the reader" },
	{ .method = HTTP_GET, .path = "/v1/board-settings", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &settings_schema, .handle = handle_settings, .name = "board_settings_get",
	  .summary = "Whether others see the reader on boards" },
	{ .method = HTTP_PATCH, .path = "/v1/board-settings", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .body = &settings_schema, .kind = REPLY_OBJECT, .reply = &settings_schema, .handle = handle_patch,
	  .name = "board_settings_patch", .summary = "Leave boards or come back; harmless when repeated" },
};
/* clang-format on */

const struct route_table board_routes = ROUTES("board", rows);
