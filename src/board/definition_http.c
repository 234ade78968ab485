/* SPDX-License-Identifier: Apache-2.0 */
/* definition_http.c - the boards of a company: presets, and what its admins define and name. */
#include "rostra/caller.h"
#include "rostra/clock.h"

#include "board_int.h"

struct preset_view {
	const char *key;
	struct board b;
};
struct list_view {
	struct j_list presets, boards;
};

/* clang-format off */
#define OWN_FIELDS(T, M, required)                                                              \
	M(J_STRING, name, const char *, .flags = (required) | J_TRIM, .min = 1, .max = 80),          \
	M(J_ENUM, who, int, .flags = (required), .names = board_who_names, .def = -1),               \
	M(J_ENUM, measure, int, .flags = (required), .names = measure_names, .def = -1,              \
	  .help = "won_value in minor units of the company's currency"),                            \
	M(J_BOOL, per_head, bool, .help = "Of teams: by how many were in it, on average over the window"), \
	M(J_ENUM, period, int, .flags = (required), .names = board_period_names, .def = -1,          \
	  .help = "Whole days of the company's time zone; a week begins on Monday"),                \
	M(J_INT, days, int64_t, .flags = J_NULLABLE, .min = 1, .max = BOARD_DAYS_MAX, .def = J_NO_INT, .help = "Of rolling: today included"), \
	M(J_STRING, first_on, const char *, .flags = J_NULLABLE | J_DATE, .min = 10, .max = 10, .help = "Of dated, included"), \
	M(J_STRING, last_on, const char *, .flags = J_NULLABLE | J_DATE, .min = 10, .max = 10, .help = "Of dated, included"), \
	M(J_UUID, team_id, struct uuid, .flags = J_NULLABLE, .help = "Only what was done in this team"), \
	M(J_STRING, department, const char *, .flags = J_NULLABLE | J_TRIM, .min = 1, .max = 120, .help = "Only what was done in it"), \
	M(J_STRING, location, const char *, .flags = J_NULLABLE | J_TRIM, .min = 1, .max = 120, .help = "Only what was done there"), \
	M(J_UUID, value_id, struct uuid, .flags = J_NULLABLE, .help = "Of kudos: only those of this value"), \
	M(J_INT, min_group, int64_t, .min = 1, .max = BOARD_MIN_GROUP_MAX, .def = BOARD_MIN_GROUP,   \
	  .help = "People: teams of fewer, or with fewer in the segment, are not shown, nor a segment with fewer in it")

#define PLAIN(t, m, c, ...) { .name = #m, .type = (t), .off = J_OFF(struct board, m, c), __VA_ARGS__ }
#define WITHIN(t, m, c, ...) { .name = #m, .type = (t), .off = J_OFF(struct preset_view, b.m, c), __VA_ARGS__ }

static const struct j_field new_fields[] = { OWN_FIELDS(struct board, PLAIN, J_REQUIRED) };
static const struct j_schema new_schema = J_SCHEMA("board_new", struct board, new_fields);
static const struct j_field patch_fields[] = {
	OWN_FIELDS(struct board, PLAIN, 0), J_INT64(struct board, version, J_REQUIRED, 1, INT64_MAX, 0),
};
static const struct j_schema board_patch_schema = J_SCHEMA_HAS("board_patch", struct board, patch_fields);
static const struct j_field view_fields[] = {
	J_ID(struct board, id, J_REQUIRED), OWN_FIELDS(struct board, PLAIN, J_REQUIRED),
	J_INT64(struct board, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_ID(struct board, created_by, J_REQUIRED), J_AT(struct board, created_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("board", struct board, view_fields);
static const struct j_field preset_fields[] = {
	J_TEXT(struct preset_view, key, J_REQUIRED, 1, 40, .help = "Stands for the id in GET /v1/boards/{board}"),
	OWN_FIELDS(struct preset_view, WITHIN, J_REQUIRED),
};
static const struct j_schema preset_schema = J_SCHEMA("board_preset", struct preset_view, preset_fields);
static const struct j_field list_fields[] = {
	J_OBJECTS(struct list_view, presets, J_REQUIRED, 0, 0, &preset_schema, .help = "Every company has these; to start from"),
	J_OBJECTS(struct list_view, boards, J_REQUIRED, 0, BOARDS_MAX, &view_schema, .help = "Defined by the company's admins"),
};
static const struct j_schema list_schema = J_SCHEMA("boards", struct list_view, list_fields);
/* clang-format on */

struct listing {
	struct board *boards;
	size_t n;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct listing *l = arg;

	(void)rq;
	if (l->n < BOARDS_MAX)
		l->boards[l->n++] = *(const struct board *)row;
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct preset_view *presets = arena_array(rq->arena, board_n_presets, struct preset_view);
	struct listing l = { .boards = arena_array(rq->arena, BOARDS_MAX, struct board) };
	struct list_view *out = reply;
	enum fault e = board_sql_list(rq, keep, &l);

	(void)call;
	for (size_t i = 0; i < board_n_presets; i++)
		presets[i] = (struct preset_view){ .key = board_presets[i].key,
			                           .b = board_presets[i].board };
	out->presets = (struct j_list){ presets, board_n_presets };
	out->boards = (struct j_list){ l.boards, l.n };
	return e;
}

/* *ret_duplicate: the id was there before, perhaps of one that was taken away. */
static enum fault
define(struct rq *rq, const struct board *in, bool *ret_duplicate)
{
	int64_t n;
	enum fault e = board_sql_count(rq, &n);

	if (!e && n >= BOARDS_MAX)
		e = rq_fail(rq, FAULT_CONFLICT, "There are %d boards: take one away first.",
		            BOARDS_MAX);
	return e ? e : board_sql_insert(rq, in, ret_duplicate);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct board in = *(const struct board *)call->body, *out = reply;
	bool duplicate = true;
	enum fault e = board_check(rq, &in);

	if (e)
		return e;
	in.company_id = rq_company(rq);
	in.id = call->id[0];
	in.created_by = rq->who->person;
	in.created_at = rq->now_us;
	e = board_sql_get(rq, in.id, out);
	if (e == FAULT_NOT_FOUND) {
		e = define(rq, &in, &duplicate);
		if (!e)
			e = board_sql_get(rq, in.id, out);
	}
	if (!e && !duplicate)
		http_created(call);
	else if (!e && !board_same(out, &in))
		e = rq_fail(rq, FAULT_ID_CONFLICT,
		            "The board exists and differs; change it with PATCH.");
	return e;
}

struct changing {
	struct uuid id;
	const struct board *in; /* NULL: take it away */
};

static enum fault
change_tx(struct rq *rq, void *arg)
{
	const struct changing *c = arg;
	struct board next = { .name = NULL };
	bool done;
	enum fault e = board_sql_get(rq, c->id, &next);

	if (e)
		return e;
	next.archived_at = c->in == NULL ? rq->now_us : TIME_NONE;
	if (c->in != NULL) {
		j_merge(&board_patch_schema, &next, c->in);
		e = board_check(rq, &next);
	}
	if (e)
		return e;
	next.company_id = rq_company(rq);
	e = board_sql_update(rq, &next, &done);
	return e || done ? e : rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the board again.");
}

/* Presets are not changed: only an id finds something. */
static enum fault
change(struct rq *rq, const struct call *call, struct changing *c)
{
	if (!uuid_parse(str_of(call->text[0]), &c->id))
		return FAULT_NOT_FOUND;
	return db_tx(rq, change_tx, c);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	struct changing c = { .in = call->body };
	enum fault e = change(rq, call, &c);

	return e ? e : board_sql_get(rq, c.id, reply);
}

static enum fault
handle_delete(struct rq *rq, struct call *call, void *reply)
{
	struct changing c = { .in = NULL };

	(void)reply;
	return change(rq, call, &c);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/boards", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &list_schema, .handle = handle_list, .name = "board_list",
	  .summary = "The boards there are" },
	{ .method = HTTP_PUT, .path = "/v1/boards/{board}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put, .name = "board_put",
	  .summary = "Define a board" },
	{ .method = HTTP_PATCH, .path = "/v1/boards/{board}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &board_patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_patch,
	  .name = "board_patch", .summary = "Change a board" },
	{ .method = HTTP_DELETE, .path = "/v1/boards/{board}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = handle_delete, .name = "board_delete", .summary = "Take a board away" },
};
/* clang-format on */

const struct route_table board_definition_routes = ROUTES("board", rows);
