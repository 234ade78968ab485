/* SPDX-License-Identifier: Apache-2.0 */
/* badge_http.c - badges over HTTP: what there are, how far the reader is, what colleagues have. */
#include <string.h>

#include "rostra/caller.h"

#include "badge_int.h"

/* clang-format off */
static const struct j_field level_fields[] = {
	J_TEXT(struct badge_level, name, J_REQUIRED | J_TRIM, 1, 30),
	J_INT64(struct badge_level, threshold, J_REQUIRED, 1, INT64_C(1000000000000), 0,
	        .help = "Of the measure (points in tenths, won_value in minor units), or weeks; by hand: only an order"),
};
static const struct j_schema level_schema = J_SCHEMA("badge_level", struct badge_level, level_fields);
#define TEXTS(required)                                                                         \
	J_TEXT(struct badge, name, (required) | J_TRIM, 1, 60), J_TEXT(struct badge, description, J_NULLABLE | J_TRIM, 1, 300)
#define DEFINITION                                                                              \
	J_WORD(struct badge, kind, J_REQUIRED, badge_kind_names, 0,                                 \
	       .help = "measure: so much of it, ever; streak: weeks on end with a share; hand: granted by a manager"), \
	J_WORD(struct badge, measure, J_NULLABLE, measure_names, -1),                               \
	J_OBJECTS(struct badge, levels, J_REQUIRED, 1, BADGE_LEVELS_MAX, &level_schema, .help = "Ascending")

static const struct j_field mine_fields[] = {
	J_INT64(struct badge_mine, level, J_REQUIRED, 0, BADGE_LEVELS_MAX, 0, .help = "The highest one awarded; 0: none yet"),
	J_INT64(struct badge_mine, value, J_NULLABLE, 0, INT64_MAX, J_NO_INT, .help = "Now; null: by hand"),
	J_INT64(struct badge_mine, next, J_NULLABLE, 1, INT64_MAX, J_NO_INT, .help = "The next level's threshold; null: none is left"),
};
static const struct j_schema mine_schema = J_SCHEMA("badge_mine", struct badge_mine, mine_fields);
static const struct j_field view_fields[] = {
	J_ID(struct badge, id, J_REQUIRED), TEXTS(J_REQUIRED), DEFINITION, J_BOOLEAN(struct badge, archived, J_REQUIRED, false),
	J_INT64(struct badge, version, J_REQUIRED, 1, INT64_MAX, 0), J_AT(struct badge, created_at, J_REQUIRED),
	J_SUB(struct badge, mine, J_OMIT, &mine_schema, .help = "How far the reader is; in lists"),
};
static const struct j_schema view_schema = J_SCHEMA("badge", struct badge, view_fields);
static const struct j_field new_fields[] = { TEXTS(J_REQUIRED), DEFINITION };
static const struct j_schema new_schema = J_SCHEMA("badge_new", struct badge, new_fields);
static const struct j_field patch_fields[] = {
	TEXTS(0), J_BOOLEAN(struct badge, archived, 0, false), J_INT64(struct badge, version, J_REQUIRED, 1, INT64_MAX, 0),
};
const struct j_schema badge_patch_schema = J_SCHEMA_HAS("badge_patch", struct badge, patch_fields);

#define REASON(fl) J_TEXT(struct badge_award, reason, fl, 1, 300)
#define LEVEL(fl) J_INT64(struct badge_award, level, fl, 1, BADGE_LEVELS_MAX, 1)
static const struct j_field award_fields[] = {
	J_ID(struct badge_award, badge_id, J_REQUIRED), J_TEXT(struct badge_award, badge_name, J_REQUIRED, 1, 60),
	J_ID(struct badge_award, person_id, J_REQUIRED), LEVEL(J_REQUIRED),
	J_TEXT(struct badge_award, level_name, J_REQUIRED, 1, 30),
	J_INT64(struct badge_award, value, J_REQUIRED, 0, INT64_MAX, 0, .help = "Of the measure or the streak then"),
	J_ID(struct badge_award, granted_by, J_NULLABLE), REASON(J_NULLABLE | J_PII), J_AT(struct badge_award, awarded_at, J_REQUIRED),
};
static const struct j_schema award_schema = J_SCHEMA("badge_award", struct badge_award, award_fields);
static const struct j_field grant_fields[] = { LEVEL(0), REASON(J_REQUIRED | J_PII | J_TRIM) };
struct take_query {
	int64_t level;
};
static const struct j_field take_fields[] = { J_INT64(struct take_query, level, 0, 1, BADGE_LEVELS_MAX, 1) };
static const struct j_schema take_schema = J_SCHEMA("badge_take_query", struct take_query, take_fields);
static const struct j_schema grant_schema = J_SCHEMA("badge_grant", struct badge_award, grant_fields);
/* clang-format on */

/* --- what there are --- */

static struct badge_mine
mine_of(const struct badge_progress *p, size_t i)
{
	const struct badge *b = &p->badges[i];
	const struct badge_level *levels = b->levels.items;
	struct badge_mine m = { .level = p->have[i], .value = p->value[i], .next = J_NO_INT };

	if (b->kind != BADGE_HAND && !b->archived && (size_t)m.level < b->levels.n)
		m.next = levels[m.level].threshold;
	if (m.value != J_NO_INT && m.value < 0)
		m.value = 0; /* points that were taken back */
	return m;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const bool admin = (rq->who->kind & ACCESS_ADMIN) != 0;
	struct badge_progress *p = NULL;
	enum fault e = badge_progress_of(rq, rq->who->person, true, &p);

	(void)reply;
	for (size_t i = 0; !e && i < p->n; i++) {
		struct badge b = p->badges[i];
		const struct badge_mine mine = mine_of(p, i);

		if (b.archived && !admin && mine.level == 0)
			continue;
		if (call->after && uuid_cmp(b.id, call->key.id) <= 0)
			continue;
		b.mine = &mine;
		page_add(rq, call, &b, (struct page_key){ .id = b.id });
	}
	return e;
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct badge in = *(const struct badge *)call->body;
	bool created;
	enum fault e;

	in.company_id = rq_company(rq);
	in.id = call->id[0];
	in.created_at = rq->now_us;
	in.body_sha256 = sha256_of(call->body_text.s, call->body_text.n);
	e = badge_create(rq, &in, &created);
	if (!e && created)
		http_created(call);
	return e ? e : badge_sql_get(rq, in.id, reply);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = badge_change(rq, call->id[0], call->body);

	return e ? e : badge_sql_get(rq, call->id[0], reply);
}

/* --- who has them --- */

static enum fault
handle_grant(struct rq *rq, struct call *call, void *reply)
{
	struct badge_award a = *(const struct badge_award *)call->body;
	bool created;
	enum fault e;

	a.company_id = rq_company(rq);
	a.badge_id = call->id[0];
	a.person_id = call->id[1];
	a.granted_by = rq->who->person;
	a.awarded_at = rq->now_us;
	e = badge_grant(rq, &a, &created);
	if (!e && created)
		http_created(call);
	return e ? e : badge_sql_award_get(rq, &a, reply);
}

static enum fault
handle_take_back(struct rq *rq, struct call *call, void *reply)
{
	const struct take_query *q = call->query;
	const struct badge_award key = { .company_id = rq_company(rq),
		                         .badge_id = call->id[0],
		                         .person_id = call->id[1],
		                         .level = q->level };

	(void)reply;
	return badge_take_back(rq, &key);
}

static enum fault
award_row(struct rq *rq, void *row, void *arg)
{
	const struct badge_award *a = row;
	struct call *call = arg;
	const int order = uuid_cmp(a->badge_id, call->key.id);

	if (call->after && (order < 0 || (order == 0 && a->level <= call->key.k[0])))
		return FAULT_NONE;
	page_add(rq, call, a, (struct page_key){ .k = { a->level }, .id = a->badge_id });
	return FAULT_NONE;
}

static enum fault
handle_awards(struct rq *rq, struct call *call, void *reply)
{
	struct badge_person p = { .active = false };
	enum fault e = badge_sql_person(rq, call->id[0], &p);

	(void)reply;
	if (!e && (!p.active || !p.shown))
		return FAULT_NOT_FOUND;
	return e ? e : badge_sql_awards(rq, call->id[0], award_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/badges", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &view_schema, .handle = handle_list, .name = "badge_list",
	  .summary = "What badges there are, and how far the caller is" },
	{ .method = HTTP_PUT, .path = "/v1/badges/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put, .name = "badge_put",
	  .summary = "Define a badge; who has reached it already is awarded it soon" },
	{ .method = HTTP_PATCH, .path = "/v1/badges/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .body = &badge_patch_schema,
	  .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_patch, .name = "badge_patch",
	  .summary = "Rename a badge, or take it out of use; what was awarded stays" },
	{ .method = HTTP_PUT, .path = "/v1/badges/{id}/awards/{other_id}", .access = ACCESS_MANAGERS, .rate = RATE_WRITE,
	  .body = &grant_schema, .kind = REPLY_OBJECT, .reply = &award_schema, .handle = handle_grant, .name = "badge_grant",
	  .summary = "Grant a badge by hand, with the reason, to the person of other_id: each level once" },
	{ .method = HTTP_DELETE, .path = "/v1/badges/{id}/awards/{other_id}", .access = ACCESS_MANAGERS, .rate = RATE_WRITE,
	  .query = &take_schema, .kind = REPLY_NONE, .handle = handle_take_back, .name = "badge_take_back",
	  .summary = "Take back what was granted by hand, on record; harmless when repeated" },
	{ .method = HTTP_GET, .path = "/v1/people/{id}/badges", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &award_schema, .handle = handle_awards, .name = "person_badges",
	  .summary = "What a colleague was awarded, as far as they show their profile" },
};
/* clang-format on */

const struct route_table badge_routes = ROUTES("badge", rows);
