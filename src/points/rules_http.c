/* SPDX-License-Identifier: Apache-2.0 */
/* rules_http.c - the rules of points over HTTP: everybody may know what counts. */
#include <string.h>

#include "rostra/caller.h"

#include "rules_int.h"

enum { TENTHS_MAX = 10000000 };

/* clang-format off */
static const struct j_field rule_fields[] = {
	J_WORD(struct point_rule, action, J_REQUIRED, points_action_names, -1),
	J_TEXT(struct point_rule, name, J_NULLABLE, 1, RULE_NAME_MAX, .help = "Of outside_action, and of no other: which one"),
	J_INT64(struct point_rule, points_tenths, J_REQUIRED, 1, TENTHS_MAX, 0, .help = "Tenths of a point: 15 is 1.5 points"),
	J_INT64(struct point_rule, day_cap_tenths, J_NULLABLE, 0, TENTHS_MAX, J_NO_INT,
	        .help = "Most of a person in a day of the company's zone; null: no limit"),
	J_INT64(struct point_rule, item_cap_tenths, J_NULLABLE, 0, TENTHS_MAX, J_NO_INT,
	        .help = "Most of a person for one item, ever: the post of shares, the share of clicks and visitors, the lead,"
	                " whom kudos came from, the item of an outside action; what has none is one of its own; null: no limit"),
	J_INT64(struct point_rule, per_minor, J_NULLABLE, 1, INT64_C(1000000000000), J_NO_INT,
	        .help = "Of won_value, and of no other: the points are for each whole multiple of so many minor units of"
	                " the company's currency"),
};
const struct j_schema point_rule_schema = J_SCHEMA("point_rule", struct point_rule, rule_fields);

#define OWN_FIELDS                                                                              \
	J_AT(struct rule_set, from, J_REQUIRED, .help = "Until the next set begins; not past. Of it and what was"   \
	     " adopted for an instant (/v1/point-adoptions), what was said last counts"),           \
	J_OBJECTS(struct rule_set, rules, J_REQUIRED, 0, RULES_MAX, &point_rule_schema, .help = "What has none earns nothing")
static const struct j_field new_fields[] = { OWN_FIELDS };
static const struct j_schema new_schema = J_SCHEMA("point_rule_set_new", struct rule_set, new_fields);
static const struct j_field view_fields[] = {
	J_ID(struct rule_set, id, J_REQUIRED), OWN_FIELDS, J_ID(struct rule_set, created_by, J_REQUIRED),
	J_AT(struct rule_set, created_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("point_rule_set", struct rule_set, view_fields);
static const struct j_field adoption_fields[] = {
	J_ID(struct rule_set, id, J_REQUIRED),
	J_AT(struct rule_set, from, J_REQUIRED), J_AT(struct rule_set, to, J_REQUIRED, .help = "Excluded"),
	J_AT(struct rule_set, created_at, J_REQUIRED, .help = "Comes before what was said earlier: sets and adoptions"),
	J_OBJECTS(struct rule_set, rules, J_REQUIRED, 0, RULES_MAX, &point_rule_schema, .help = "What has none earns nothing"),
};
static const struct j_schema adoption_schema = J_SCHEMA("point_adoption", struct rule_set, adoption_fields);
/* clang-format on */

struct putting {
	struct rule_set set;
	bool duplicate;
};

static enum fault
put_tx(struct rq *rq, void *arg)
{
	struct putting *p = arg;
	enum fault e = rule_set_sql_insert(rq, &p->set, &p->duplicate);

	if (e || p->duplicate || p->set.rules.n == 0)
		return e;
	return rule_sql_insert(rq, p->set.rules.items, p->set.rules.n);
}

static enum fault
replayed(struct rq *rq, const struct rule_set *in, struct rule_set *there)
{
	enum fault e = rule_set_sql_get(rq, in->id, there);

	if (e == FAULT_NOT_FOUND)
		return rq_fail(rq, FAULT_CONFLICT, "Another set begins at that instant.");
	if (e)
		return e;
	return rule_set_same(in, there)
	           ? FAULT_NONE
	           : rq_fail(
			 rq, FAULT_ID_CONFLICT,
			 "The set exists and differs: a set is never changed, another follows.");
}

/* A retry may come after the instant: what is there is compared before the clock is. */
static enum fault
check(struct rq *rq, const struct rule_set *in, struct rule_set *reply, bool *ret_there)
{
	enum fault e = rule_set_sql_get(rq, in->id, reply);

	*ret_there = e == FAULT_NONE;
	if (e == FAULT_NONE)
		return replayed(rq, in, reply);
	if (e != FAULT_NOT_FOUND)
		return e;
	problem_reset(&rq->problem);
	return rule_set_check(rq->arena, &rq->problem, in, rq->now_us);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct putting p = { .set = *(const struct rule_set *)call->body };
	struct point_rule *rules = p.set.rules.items;
	bool there;
	enum fault e;

	p.set.company_id = rq_company(rq);
	p.set.id = call->id[0];
	p.set.created_by = rq->who->person;
	p.set.created_at = rq->now_us;
	for (size_t i = 0; i < p.set.rules.n; i++) {
		rules[i].company_id = p.set.company_id;
		rules[i].set_id = p.set.id;
	}
	e = check(rq, &p.set, reply, &there);
	if (e || there)
		return e;
	e = db_tx(rq, put_tx, &p);
	if (e)
		return e;
	if (p.duplicate)
		return replayed(rq, &p.set, reply);
	http_created(call);
	return rule_set_sql_get(rq, p.set.id, reply);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct rule_set *s = row;

	s->rules = rules_unpack(rq->arena, s->packed);
	page_add(rq, arg, s, (struct page_key){ .k = { s->from }, .id = s->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct rule_set_page page = { .company_id = rq_company(rq), .limit = call->limit + 1 };

	(void)reply;
	page.before = call->after ? call->key.k[0] : INT64_C(253402300799000000);
	return rule_set_sql_page(rq, &page, list_row, call);
}

static enum fault
adoption_row(struct rq *rq, void *row, void *arg)
{
	struct rule_set *s = row;

	s->rules = rules_unpack(rq->arena, s->packed);
	page_add(rq, arg, s, (struct page_key){ .id = s->id });
	return FAULT_NONE;
}

static enum fault
handle_adoptions(struct rq *rq, struct call *call, void *reply)
{
	struct rule_set_page page = { .company_id = rq_company(rq), .limit = call->limit + 1 };

	(void)reply;
	memset(&page.before_id, 0xff, sizeof(page.before_id));
	if (call->after)
		page.before_id = call->key.id;
	return rule_set_sql_adoptions(rq, &page, adoption_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/point-rules", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list,
	  .name = "point_rules_list", .summary = "What actions earn, and from when: the latest set first" },
	{ .method = HTTP_GET, .path = "/v1/point-adoptions", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &adoption_schema, .handle = handle_adoptions, .name = "point_adoptions_list",
	  .summary = "Other rules that were adopted for days that were over or had begun: the last adopted first" },
	{ .method = HTTP_PUT, .path = "/v1/point-rules/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema,
	  .handle = handle_put, .name = "point_rules_put", .summary = "Say what actions earn from an instant on" },
};
/* clang-format on */

const struct route_table points_rules_routes = ROUTES("points", rows);
