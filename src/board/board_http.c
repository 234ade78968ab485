/* SPDX-License-Identifier: Apache-2.0 */
/* board_http.c - the standing by earned points, and who is seen in it, over HTTP. */
#include "rostra/caller.h"
#include "rostra/points.h"

#include "board_int.h"

#define DAY_US (INT64_C(86400) * 1000000)

struct standing_query {
	int64_t days;
};
struct settings_view {
	bool on_boards;
};
struct own_view {
	int64_t rank, points;
	bool on_boards;
};
struct head_view {
	int64_t from, as_of;
	const struct own_view *me;
};
struct row_view {
	int64_t rank, points;
	struct uuid person_id;
	const char *display_name;
};

/* clang-format off */
static const struct j_field query_fields[] = {
	J_INT64(struct standing_query, days, 0, 1, 366, 30, .help = "Entries of so many times 24 hours before as_of"),
};
static const struct j_schema query_schema = J_SCHEMA("standing_query", struct standing_query, query_fields);

static const struct j_field settings_fields[] = {
	J_BOOLEAN(struct settings_view, on_boards, J_REQUIRED, 0, .help = "false: nobody else sees one on boards"),
};
static const struct j_schema settings_schema = J_SCHEMA("board_settings", struct settings_view, settings_fields);

static const struct j_field own_fields[] = {
	J_INT64(struct own_view, rank, J_NULLABLE, 1, INT64_MAX, 0, .help = "Among those who are shown; null: no points"),
	J_DECIMAL(struct own_view, points, J_REQUIRED),
	J_BOOLEAN(struct own_view, on_boards, J_REQUIRED, 0, .help = "Others see this"),
};
static const struct j_schema own_schema = J_SCHEMA("standing_own", struct own_view, own_fields);

static const struct j_field head_fields[] = {
	{ .name = "from", .type = J_TIME, .off = J_OFF(struct head_view, from, int64_t), .flags = J_REQUIRED },
	{ .name = "as_of", .type = J_TIME, .off = J_OFF(struct head_view, as_of, int64_t), .flags = J_REQUIRED,
	  .help = "Excluded; the same on every page of one reading" },
	J_SUB(struct head_view, me, J_REQUIRED, &own_schema),
};
static const struct j_schema head_schema = J_SCHEMA("standing_head", struct head_view, head_fields);

static const struct j_field row_fields[] = {
	J_INT64(struct row_view, rank, J_REQUIRED, 1, INT64_MAX, 0, .help = "1 2 2 4: the same points, the same rank"),
	J_ID(struct row_view, person_id, J_REQUIRED),
	J_TEXT(struct row_view, display_name, J_REQUIRED, 1, 120),
	J_DECIMAL(struct row_view, points, J_REQUIRED, .help = "Earned; what was bought with them is not taken off"),
};
static const struct j_schema row_schema = J_SCHEMA("standing_row", struct row_view, row_fields);
/* clang-format on */

#define MICRO(tenths) ((tenths) * (INT64_C(1000000) / POINTS_TENTHS))

static enum fault
put_row(struct rq *rq, void *row, void *arg)
{
	const struct board_row *r = row;
	struct call *call = arg;
	struct row_view v = { .rank = r->rank,
		              .points = MICRO(r->tenths),
		              .person_id = r->person_id,
		              .display_name = r->display_name };
	int64_t as_of = call->after ? call->key.k[1] : rq->now_us;

	(void)page_add(rq, call, &v,
	               (struct page_key){ .k = { r->tenths, as_of }, .id = r->person_id });
	return FAULT_NONE;
}

static enum fault
handle_standing(struct rq *rq, struct call *call, void *reply)
{
	const struct standing_query *q = call->query;
	struct board_page page = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		/* Every page is of the instant of the first one: no rank moves in between. */
		.as_of = call->after ? call->key.k[1] : rq->now_us,
		.after_tenths = call->after ? call->key.k[0] : J_NO_INT,
		.after_id = call->key.id,
		.limit = call->limit + 1,
	};
	struct board_row own = { .rank = 0 };
	struct own_view me;
	struct head_view head = { .me = &me };
	enum fault e;

	(void)reply;
	page.from = page.as_of - q->days * DAY_US;
	e = board_sql_own(rq, &page, &own);
	if (!e)
		e = board_sql_choice(rq, &me.on_boards);
	if (e)
		return e;
	me.rank = own.rank > 0 ? own.rank : J_NO_INT;
	me.points = MICRO(own.tenths);
	head.from = page.from;
	head.as_of = page.as_of;
	page_head(call, &head_schema, &head);
	return board_sql_page(rq, &page, put_row, call);
}

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

	*(struct settings_view *)reply = *in;
	return board_sql_choose(rq, in->on_boards);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/boards/points", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &query_schema, .kind = REPLY_LIST, .reply = &row_schema, .head = &head_schema,
	  .handle = handle_standing, .name = "board_points", .summary = "Who earned most points lately, and the reader's own rank" },
	{ .method = HTTP_GET, .path = "/v1/board-settings", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &settings_schema, .handle = handle_settings, .name = "board_settings_get",
	  .summary = "Whether others see the reader on boards" },
	{ .method = HTTP_PATCH, .path = "/v1/board-settings", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .body = &settings_schema, .kind = REPLY_OBJECT, .reply = &settings_schema, .handle = handle_patch,
	  .name = "board_settings_patch", .summary = "Leave boards or come back; harmless when repeated" },
};
/* clang-format on */

const struct route_table board_routes = ROUTES("board", rows);
