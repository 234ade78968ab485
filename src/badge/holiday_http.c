/* SPDX-License-Identifier: Apache-2.0 */
/* holiday_http.c - the company's holidays over HTTP. */
#include "rostra/caller.h"

#include "holiday_int.h"

/* clang-format off */
static const struct j_field view_fields[] = {
	J_TEXT(struct holiday, day, J_REQUIRED | J_DATE, 10, 10), J_TEXT(struct holiday, name, J_REQUIRED, 1, 60),
};
static const struct j_schema view_schema = J_SCHEMA("holiday", struct holiday, view_fields);
static const struct j_field new_fields[] = { J_TEXT(struct holiday, name, J_REQUIRED | J_TRIM, 1, 60) };
static const struct j_schema new_schema = J_SCHEMA("holiday_new", struct holiday, new_fields);
/* clang-format on */

/* The day of the path; NOT_FOUND when it is none that is counted. */
static enum fault
day_of(struct rq *rq, const struct call *call, struct holiday *out)
{
	const int64_t day = measure_day_parse(str_of(call->text[0]));

	out->company_id = rq_company(rq);
	out->day = call->text[0];
	if (day < MEASURE_DAY_MIN || day > MEASURE_DAY_MAX)
		return rq_fail(rq, FAULT_NOT_FOUND, "A day is YYYY-MM-DD, from 1970 on.");
	return FAULT_NONE;
}

/* A past week that is skipped now may make a streak long enough; a coming one makes none longer. */
static enum fault
put_tx(struct rq *rq, void *arg)
{
	const struct holiday *h = arg;
	const bool past = measure_day_parse(str_of(h->day)) <= measure_day("UTC", rq->now_us);
	bool news;
	enum fault e = holiday_sql_put(rq, h, &news);

	return e || !news || !past ? e : badge_due_sql_streaks(rq);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct holiday *h = reply;
	enum fault e = day_of(rq, call, h);

	h->name = ((const struct holiday *)call->body)->name;
	return e ? e : db_tx(rq, put_tx, h);
}

/* Streaks become shorter by it, if anything: nobody reaches more, and what was awarded stays. */
static enum fault
handle_delete(struct rq *rq, struct call *call, void *reply)
{
	struct holiday h = { .name = NULL };
	enum fault e = day_of(rq, call, &h);

	(void)reply;
	return e ? e : holiday_sql_delete(rq, &h);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct holiday *h = row;

	page_add(rq, arg, h, (struct page_key){ .k = { measure_day_parse(str_of(h->day)) } });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const int64_t after = call->after ? measure_day_add(call->key.k[0], 1) : MEASURE_DAY_MIN;
	const char *from = arena_printf(rq->arena, "%04d-%02d-%02d", (int)(after / 10000),
	                                (int)(after / 100 % 100), (int)(after % 100));

	(void)reply;
	return holiday_sql_each(rq, from, call->limit + 1, list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/holidays", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &view_schema, .handle = handle_list, .name = "holiday_list", .summary = "Days on which nobody works, by day" },
	{ .method = HTTP_PUT, .path = "/v1/holidays/{day}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .body = &new_schema,
	  .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put, .name = "holiday_put",
	  .summary = "Nobody works on this day, YYYY-MM-DD: a week of such days breaks no streak" },
	{ .method = HTTP_DELETE, .path = "/v1/holidays/{day}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .kind = REPLY_NONE,
	  .handle = handle_delete, .name = "holiday_delete", .summary = "People work on this day" },
};
/* clang-format on */

const struct route_table holiday_routes = ROUTES("badge", rows);
