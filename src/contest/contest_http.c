/* SPDX-License-Identifier: Apache-2.0 */
/* contest_http.c - contests and their standings over HTTP. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/points.h"

#include "contest_int.h"

enum { MICRO = 1000000 };

struct own_view {
	int64_t rank, value;
	bool shown;
};
struct head_view {
	int state;
	int64_t as_of;
	const struct own_view *me;
};
struct entry_view {
	int64_t rank, value;
	struct uuid person_id, team_id;
	const char *name;
};
struct row_view {
	struct uuid person_id, team_id;
	int64_t value;
};

/* clang-format off */
#define TEXTS(required)                                                                         \
	J_TEXT(struct contest, name, (required) | J_TRIM, 1, 80), J_TEXT(struct contest, description, J_NULLABLE | J_TRIM, 1, 500), \
	J_TEXT(struct contest, prize, J_NULLABLE | J_TRIM, 1, 200)
#define DEFINITION                                                                              \
	J_WORD(struct contest, unit, J_REQUIRED, contest_unit_names, 0),                            \
	J_WORD(struct contest, measure, J_REQUIRED, measure_names, 0),                              \
	J_ID(struct contest, team_id, J_NULLABLE, .help = "Only what was done in this team; with people"), \
	J_TEXT(struct contest, first_on, J_REQUIRED | J_DATE, 10, 10, .help = "In the company's zone, included"), \
	J_TEXT(struct contest, last_on, J_REQUIRED | J_DATE, 10, 10, .help = "Included; at most 366 days")

static const struct j_field view_fields[] = {
	J_ID(struct contest, id, J_REQUIRED), TEXTS(J_REQUIRED), DEFINITION,
	J_WORD(struct contest, state, J_REQUIRED, contest_state_names, 0,
	       .help = "ended: its days are over; final: its result stands, an hour later"),
	J_BOOLEAN(struct contest, cancelled, J_REQUIRED, false), J_AT(struct contest, frozen_at, J_NULLABLE),
	J_INT64(struct contest, version, J_REQUIRED, 1, INT64_MAX, 0), J_AT(struct contest, created_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("contest", struct contest, view_fields);
static const struct j_field new_fields[] = { TEXTS(J_REQUIRED), DEFINITION };
static const struct j_schema new_schema = J_SCHEMA("contest_new", struct contest, new_fields);
static const struct j_field patch_fields[] = {
	TEXTS(0), J_BOOLEAN(struct contest, cancelled, 0, false), J_INT64(struct contest, version, J_REQUIRED, 1, INT64_MAX, 0),
};
const struct j_schema contest_patch_schema = J_SCHEMA_HAS("contest_patch", struct contest, patch_fields);

static const struct j_field own_fields[] = {
	J_INT64(struct own_view, rank, J_NULLABLE, 1, INT64_MAX, 0, .help = "Of the reader, or of their team; null: nothing yet"),
	J_DECIMAL(struct own_view, value, J_REQUIRED),
	J_BOOLEAN(struct own_view, shown, J_REQUIRED, false, .help = "Others see it"),
};
static const struct j_schema own_schema = J_SCHEMA("contest_own", struct own_view, own_fields);
static const struct j_field head_fields[] = {
	J_WORD(struct head_view, state, J_REQUIRED, contest_state_names, 0), J_AT(struct head_view, as_of, J_REQUIRED),
	J_SUB(struct head_view, me, J_REQUIRED, &own_schema),
};
static const struct j_schema head_schema = J_SCHEMA("contest_standing_head", struct head_view, head_fields);
static const struct j_field entry_fields[] = {
	J_INT64(struct entry_view, rank, J_REQUIRED, 1, INT64_MAX, 0, .help = "1 2 2 4: the same value, the same rank"),
	J_ID(struct entry_view, person_id, J_NULLABLE), J_ID(struct entry_view, team_id, J_NULLABLE),
	J_TEXT(struct entry_view, name, J_REQUIRED | J_PII, 1, 120), J_DECIMAL(struct entry_view, value, J_REQUIRED),
};
static const struct j_schema entry_schema = J_SCHEMA("contest_entry", struct entry_view, entry_fields);
static const struct j_field row_fields[] = {
	J_ID(struct row_view, person_id, J_NULLABLE, .help = "null: somebody whom the standing does not show"),
	J_ID(struct row_view, team_id, J_NULLABLE, .help = "The person's team when it was done; null, too, where the standing shows neither"),
	J_DECIMAL(struct row_view, value, J_REQUIRED),
};
static const struct j_schema row_schema = J_SCHEMA("contest_row", struct row_view, row_fields);
/* clang-format on */

/* Millionths: points are counted in tenths. */
static int64_t
value_of(const struct contest *c, int64_t n)
{
	const int64_t unit = c->measure == MEASURE_POINTS ? MICRO / POINTS_TENTHS : MICRO;

	return n > INT64_MAX / unit ? INT64_MAX : n * unit;
}

/* --- contests --- */

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct contest *c = reply;
	bool created;
	enum fault e;

	*c = *(const struct contest *)call->body;
	c->company_id = rq_company(rq);
	c->id = call->id[0];
	c->created_at = rq->now_us;
	c->body_sha256 = sha256_of(call->body_text.s, call->body_text.n);
	e = contest_create(rq, c, &created);
	if (!e && created)
		http_created(call);
	return e;
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = contest_change(rq, call->id[0], call->body);

	return e ? e : contest_read(rq, call->id[0], reply);
}

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	return contest_read(rq, call->id[0], reply);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct contest *c = row;

	contest_find_state(rq, c);
	page_add(rq, arg, c, (struct page_key){ .id = c->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct contest_page page = { .company_id = rq_company(rq), .limit = call->limit + 1 };

	(void)reply;
	memset(&page.before, 0xff, sizeof(page.before));
	if (call->after)
		page.before = call->key.id;
	return contest_sql_page(rq, &page, list_row, call);
}

/* --- standings --- */

static void
put_lines(struct rq *rq, struct call *call, const struct contest *c, const struct board_part *part)
{
	for (size_t i = 0; i < part->n; i++) {
		const struct board_line *x = &part->lines[i];
		struct entry_view v = { .rank = x->rank, .value = x->score, .name = x->name };
		const struct page_key key = { .k = { x->score, part->as_of }, .id = x->id };

		*(c->unit == CONTEST_PEOPLE ? &v.person_id : &v.team_id) = x->id;
		if (!page_add(rq, call, &v, key))
			return;
	}
}

static enum fault
handle_standing(struct rq *rq, struct call *call, void *reply)
{
	struct contest c = { .name = NULL };
	struct contest_own own = { .on_boards = false };
	struct board_part part = { .after = call->after,
		                   .after_score = call->key.k[0],
		                   .after_id = call->key.id,
		                   .as_of = call->after ? call->key.k[1] : 0,
		                   .limit = call->limit + 1 };
	struct own_view me;
	struct head_view head = { .me = &me };
	enum fault e = contest_read(rq, call->id[0], &c);

	(void)reply;
	if (!e)
		e = contest_sql_own(rq, &own);
	part.own = c.unit == CONTEST_PEOPLE ? rq->who->person : own.team_id;
	if (!e)
		e = contest_standing(rq, &c, &part);
	if (e)
		return e;
	me = (struct own_view){ part.me.rank, part.me.score, part.me.name != NULL };
	head.state = c.state;
	head.as_of = c.frozen_at != TIME_NONE ? c.frozen_at : part.as_of;
	page_head(call, &head_schema, &head);
	put_lines(rq, call, &c, &part);
	return FAULT_NONE;
}

struct rows_arg {
	struct call *call;
	const struct contest *c;
	struct contest_faces people, teams; /* teams: of a contest of teams */
};

/* Who and which team, as far as the standing shows it: of nobody it hides the team, which may be
 * small. */
static enum fault
frozen_row(struct rq *rq, void *row, void *arg)
{
	const struct contest_row *r = row;
	const struct rows_arg *x = arg;
	const bool by_team = x->c->unit == CONTEST_TEAMS;
	const bool person = contest_face_of(&x->people, r->person_id) != NULL;
	const bool shown =
	    r->shown && (by_team ? contest_face_of(&x->teams, r->team_id) != NULL : person);
	struct row_view v = { .value = value_of(x->c, r->n) };

	if (shown && person)
		v.person_id = r->person_id;
	if (shown)
		v.team_id = r->team_id;
	page_add(rq, x->call, &v, (struct page_key){ .k = { r->no } });
	return FAULT_NONE;
}

/* Does the standing show nobody, as it is one team's with too few? */
static enum fault
find_withheld(struct rq *rq, const struct contest *c, bool *ret)
{
	struct board_part part = { .limit = 1 };
	enum fault e = FAULT_NONE;

	if (!uuid_is_zero(c->team_id) && c->frozen_at != TIME_NONE)
		e = contest_standing(rq, c, &part);
	*ret = part.withheld;
	return e;
}

static enum fault
handle_rows(struct rq *rq, struct call *call, void *reply)
{
	struct contest c = { .name = NULL }, people;
	const struct contest_row_page page = { .company_id = rq_company(rq),
		                               .contest_id = call->id[0],
		                               .from = call->after ? call->key.k[0] + 1 : 0,
		                               .limit = call->limit + 1 };
	struct rows_arg x = { .call = call, .c = &c };
	bool withheld = false;
	enum fault e = contest_read(rq, call->id[0], &c);

	(void)reply;
	if (!e)
		e = find_withheld(rq, &c, &withheld);
	if (e || withheld)
		return e;
	people = c;
	people.unit = CONTEST_PEOPLE;
	e = contest_read_faces(rq, &people, &x.people);
	if (!e && c.unit == CONTEST_TEAMS)
		e = contest_read_faces(rq, &c, &x.teams);
	return e ? e : contest_sql_rows(rq, &page, frozen_row, &x);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/contests", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &view_schema, .handle = handle_list, .name = "contest_list", .summary = "Contests, newest first" },
	{ .method = HTTP_PUT, .path = "/v1/contests/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put, .name = "contest_put",
	  .summary = "Set up a contest" },
	{ .method = HTTP_GET, .path = "/v1/contests/{id}", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &view_schema, .handle = handle_get, .name = "contest_get", .summary = "One contest" },
	{ .method = HTTP_PATCH, .path = "/v1/contests/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &contest_patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_patch,
	  .name = "contest_patch", .summary = "Change its words, or cancel it, before its result stands" },
	{ .method = HTTP_GET, .path = "/v1/contests/{id}/standing", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &entry_schema, .head = &head_schema, .handle = handle_standing, .name = "contest_standing",
	  .summary = "Who leads now, or who won; without who is on no boards, teams of fewer than five, and anybody of a team where fewer than five have something" },
	{ .method = HTTP_GET, .path = "/v1/contests/{id}/rows", .access = ACCESS_MANAGERS, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &row_schema, .handle = handle_rows, .name = "contest_rows",
	  .summary = "The rows that the final result came from: their sums are the standing, and show nobody whom it does not" },
};
/* clang-format on */

const struct route_table contest_routes = ROUTES("contest", rows);
