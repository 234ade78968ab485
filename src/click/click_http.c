/* SPDX-License-Identifier: Apache-2.0 */
/* click_http.c - clicks for admins: each with its class and reason, and the last word on it. */
#include <string.h>

#include "rostra/audit.h"
#include "rostra/caller.h"

#include "click_int.h"

enum { WINDOW_DAYS = 31, WINDOW_DAYS_MAX = 92 };

struct click_query {
	struct uuid share;
	int cls;
	const char *reason;
	int64_t from, to;
};

struct overrule {
	int cls;
	const char *note;
};

struct click_reasons {
	int64_t as_of, from, to;
	struct j_list rows;
};

/* clang-format off */
static const struct j_field change_fields[] = {
	J_ID(struct click_change, id, J_REQUIRED), J_AT(struct click_change, changed_at, J_REQUIRED),
	J_WORD(struct click_change, cause, J_REQUIRED, click_cause_names, 0, .help = "rules: other rules; overruled: an admin"),
	J_WORD(struct click_change, before, J_REQUIRED, click_class_names, 0),
	J_WORD(struct click_change, after, J_REQUIRED, click_class_names, 0),
	J_TEXT(struct click_change, reason_before, J_REQUIRED, 1, 40),
	J_TEXT(struct click_change, reason_after, J_REQUIRED, 1, 40),
	J_INT64(struct click_change, rule_version, J_REQUIRED, 0, 65535, 0, .help = "Of the rules in force; 0 of an admin's word"),
	J_ID(struct click_change, person_id, J_NULLABLE, .help = "The admin"),
	J_TEXT(struct click_change, note, J_NULLABLE, 1, CLICK_NOTE_MAX),
};
static const struct j_schema change_schema = J_SCHEMA("click_change", struct click_change, change_fields);

#define SEEN_FIELDS \
	J_TEXT(struct click_seen, id, J_REQUIRED, 16, 16), \
	J_AT(struct click_seen, clicked_at, J_REQUIRED), \
	J_ID(struct click_seen, share_id, J_REQUIRED), J_ID(struct click_seen, person_id, J_REQUIRED, .help = "Who shared"), \
	{ .name = "class", .type = J_ENUM, .off = J_OFF(struct click_seen, cls, int), .flags = J_REQUIRED, \
	  .names = click_class_names, .help = "Only human counts" }, \
	J_TEXT(struct click_seen, reason, J_REQUIRED, 1, 40), \
	J_WORD(struct click_seen, fact, J_REQUIRED, click_fact_names, 0, .help = "What the hit itself showed"), \
	J_INT64(struct click_seen, rule_version, J_REQUIRED, 0, 65535, 0, .help = "Of the rules that gave the class"), \
	J_TEXT(struct click_seen, ip_prefix, J_NULLABLE | J_PII, 1, 24, .help = "/24 or /48"), \
	J_TEXT(struct click_seen, user_agent, J_NULLABLE | J_PII, 0, CLICK_TEXT_MAX), \
	J_TEXT(struct click_seen, referrer, J_NULLABLE, 0, 120, .help = "Host"), \
	J_TEXT(struct click_seen, country, J_NULLABLE, 2, 2, .help = "ISO 3166-1, of ip_prefix; where the operator has a file of places"), \
	J_TEXT(struct click_seen, city, J_NULLABLE, 1, 80)
static const struct j_field seen_fields[] = { SEEN_FIELDS };
static const struct j_schema seen_schema = J_SCHEMA("click", struct click_seen, seen_fields);
static const struct j_field whole_fields[] = {
	SEEN_FIELDS,
	J_OBJECTS(struct click_seen, changes, J_REQUIRED, 0, 100, &change_schema, .help = "Corrections, oldest first, at most 100"),
};
static const struct j_schema whole_schema = J_SCHEMA("click_with_changes", struct click_seen, whole_fields);

#define WINDOW_FIELDS \
	J_ID(struct click_query, share, 0), \
	J_AT(struct click_query, from, 0, .help = "From this time on; default 31 days before to"), \
	J_AT(struct click_query, to, 0, .help = "Before this time; default now. At most 92 days after from, unless a share is given")
static const struct j_field query_fields[] = {
	{ .name = "class", .type = J_ENUM, .off = J_OFF(struct click_query, cls, int), .names = click_class_names, .def = -1 },
	J_TEXT(struct click_query, reason, 0, 1, 40, .help = "Such as crawler, data-centre, overruled"),
	WINDOW_FIELDS,
};
static const struct j_schema query_schema = J_SCHEMA("click_query", struct click_query, query_fields);

static const struct j_field reasons_query_fields[] = { WINDOW_FIELDS };
static const struct j_schema reasons_query_schema = J_SCHEMA("click_reasons_query", struct click_query, reasons_query_fields);
static const struct j_field reason_fields[] = {
	{ .name = "class", .type = J_ENUM, .off = J_OFF(struct click_reason, cls, int), .flags = J_REQUIRED, .names = click_class_names },
	J_TEXT(struct click_reason, reason, J_REQUIRED, 1, 40), J_INT64(struct click_reason, clicks, J_REQUIRED, 1, INT64_MAX, 0),
};
static const struct j_schema reason_schema = J_SCHEMA("click_reason", struct click_reason, reason_fields);
static const struct j_field reasons_fields[] = {
	J_AT(struct click_reasons, as_of, J_REQUIRED), J_AT(struct click_reasons, from, J_NULLABLE, .help = "null: from the first on"),
	J_AT(struct click_reasons, to, J_REQUIRED),
	J_OBJECTS(struct click_reasons, rows, J_REQUIRED, 0, CLICK_REASONS_MAX, &reason_schema, .help = "Most clicks first"),
};
static const struct j_schema reasons_schema = J_SCHEMA("click_reasons", struct click_reasons, reasons_fields);

static const struct j_field overrule_fields[] = {
	{ .name = "class", .type = J_ENUM, .off = J_OFF(struct overrule, cls, int), .flags = J_REQUIRED, .names = click_class_names },
	J_TEXT(struct overrule, note, J_REQUIRED | J_TRIM, 1, CLICK_NOTE_MAX, .help = "Why; kept with the change and in the audit"),
};
static const struct j_schema overrule_schema = J_SCHEMA("click_overrule", struct overrule, overrule_fields);
/* clang-format on */

/* --- reading ------------------------------------------------------------------------------- */

static void
show_id(struct rq *rq, struct click_seen *c)
{
	char *text = arena_alloc(rq->arena, CLICK_ID_TEXT + 1, 1);

	click_id_format(c->click_id, text);
	c->id = text;
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct click_seen *c = row;
	struct page_key key = { .k = { c->clicked_at } };

	memcpy(key.id.b, c->click_id, sizeof(c->click_id));
	show_id(rq, c);
	page_add(rq, arg, c, key);
	return FAULT_NONE;
}

static enum fault
query_wrong(struct rq *rq, const char *why)
{
	(void)rq_fail(rq, FAULT_BAD_QUERY, "The window of time is not acceptable.");
	return problem_add(&rq->problem, "?from", why);
}

static enum fault
window(struct rq *rq, const struct click_query *q, struct click_page *page)
{
	page->to = q->to != TIME_NONE ? q->to : rq->now_us + US_PER_DAY;
	page->from = q->from;
	if (q->from == TIME_NONE)
		page->from = uuid_is_zero(q->share) ? page->to - WINDOW_DAYS * US_PER_DAY : 0;
	if (page->from >= page->to)
		return query_wrong(rq, "must be before to");
	if (uuid_is_zero(q->share) && page->to - page->from > WINDOW_DAYS_MAX * US_PER_DAY)
		return query_wrong(rq,
		                   "must be at most 92 days before to, unless a share is given");
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct click_query *q = call->query;
	struct click_page page = {
		.company_id = rq_company(rq),
		.share = q->share,
		.cls = q->cls,
		.reason = q->reason,
		.before = INT64_MAX,
		.limit = call->limit + 1,
	};
	struct click_seen row = { .fact = 0 };
	enum fault e;

	(void)reply;
	e = window(rq, q, &page);
	if (e)
		return e;
	page.before = call->after ? call->key.k[0] : page.to;
	if (call->after)
		memcpy(page.before_id, call->key.id.b, sizeof(page.before_id));
	else
		memset(page.before_id, 0xff, sizeof(page.before_id));
	return click_sql_page(rq, &page, &row, list_row, call);
}

struct reason_list {
	struct click_reason *list;
	size_t n;
};

static enum fault
take_reason(struct rq *rq, void *row, void *arg)
{
	struct reason_list *l = arg;

	(void)rq;
	if (l->n < CLICK_REASONS_MAX)
		l->list[l->n++] = *(const struct click_reason *)row;
	return FAULT_NONE;
}

static enum fault
handle_reasons(struct rq *rq, struct call *call, void *reply)
{
	const struct click_query *q = call->query;
	struct click_page page = { .company_id = rq_company(rq), .share = q->share };
	struct reason_list l = { .list = arena_array(rq->arena, CLICK_REASONS_MAX,
		                                     struct click_reason) };
	enum fault e = window(rq, q, &page);

	if (!e)
		e = click_sql_reasons(rq, &page, take_reason, &l);
	*(struct click_reasons *)reply = (struct click_reasons){
		.as_of = rq->now_us,
		.from = page.from != 0 ? page.from : TIME_NONE,
		.to = page.to,
		.rows = { l.list, l.n },
	};
	return e;
}

struct change_list {
	struct click_change *list;
	size_t n;
};

static enum fault
take_change(struct rq *rq, void *row, void *arg)
{
	struct change_list *l = arg;

	if (l->list == NULL)
		l->list = arena_array(rq->arena, 100, struct click_change);
	l->list[l->n++] = *(const struct click_change *)row;
	return FAULT_NONE;
}

/* An id that cannot be one is nobody's. */
static enum fault
find(struct rq *rq, const struct call *call, struct click_seen *out)
{
	if (!click_id_parse(str_of(call->text[0]), out->click_id))
		return FAULT_NOT_FOUND;
	return click_sql_get(rq, out);
}

static enum fault
reply_whole(struct rq *rq, struct click_seen *c)
{
	struct change_list changes = { .n = 0 };
	struct click_change row = { .note = NULL };
	enum fault e = click_sql_changes(rq, c, &row, take_change, &changes);

	c->changes = (struct j_list){ changes.list, changes.n };
	show_id(rq, c);
	return e;
}

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = find(rq, call, reply);

	return e ? e : reply_whole(rq, reply);
}

/* --- overruling ---------------------------------------------------------------------------- */

struct overruling {
	const struct click_seen *seen;
	const struct overrule *word;
	struct click_change change;
};

static enum fault
overrule_tx(struct rq *rq, void *arg)
{
	struct overruling *o = arg;
	const struct audit_change changes[] = {
		{ "class", click_class_names[o->change.before],
		  click_class_names[o->change.after] },
		{ "reason", o->change.reason_before, CLICK_OVERRULED },
		{ "note", NULL, o->change.note },
	};
	struct audit_deed deed = { .action = "click.overruled",
		                   .kind = AUDIT_CLICK_CHANGE,
		                   AUDIT_CHANGES(changes) };
	enum fault e = click_correct(rq, &o->change, 1);

	deed.object = o->change.id;
	return e ? e : audit_put(rq, &deed);
}

static enum fault
handle_overrule(struct rq *rq, struct call *call, void *reply)
{
	struct click_seen *seen = reply;
	struct overruling o = { .seen = seen, .word = call->body };
	struct click_kept kept;
	enum fault e = find(rq, call, seen);

	if (e)
		return e;
	if (seen->cls == o.word->cls && cstr_eq(seen->reason, CLICK_OVERRULED))
		return rq_fail(rq, FAULT_CONFLICT, "The click was overruled to %s already.",
		               click_class_names[seen->cls]);
	kept = (struct click_kept){ .fact = (enum click_fact)seen->fact, .reason = seen->reason };
	o.change = (struct click_change){
		.clicked_at = seen->clicked_at,
		.cause = CAUSE_OVERRULED,
		.before = seen->cls,
		.after = o.word->cls,
		.fact = (int)click_kept_fact(&kept),
		.reason_before = seen->reason,
		.reason_after = CLICK_OVERRULED,
		.note = o.word->note,
		.person_id = rq->who->person,
		.share_id = seen->share_id,
		.visitor = seen->visitor,
	};
	memcpy(o.change.click_id, seen->click_id, sizeof(o.change.click_id));
	e = db_tx(rq, overrule_tx, &o);
	if (!e)
		e = click_sql_get(rq, seen);
	return e ? e : reply_whole(rq, seen);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/clicks", .access = ACCESS_ADMIN, .rate = RATE_READ, .query = &query_schema,
	  .kind = REPLY_LIST, .reply = &seen_schema, .handle = handle_list,
	  .name = "click_list", .summary = "Clicks with class and reason, newest first" },
	{ .method = HTTP_GET, .path = "/v1/clicks/reasons", .access = ACCESS_ADMIN, .rate = RATE_READ, .query = &reasons_query_schema,
	  .kind = REPLY_OBJECT, .reply = &reasons_schema, .handle = handle_reasons,
	  .name = "click_reasons", .summary = "How many clicks have which class, and why" },
	{ .method = HTTP_GET, .path = "/v1/clicks/{click}", .access = ACCESS_ADMIN, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &whole_schema, .handle = handle_get,
	  .name = "click_get", .summary = "One click with its corrections" },
	{ .method = HTTP_POST, .path = "/v1/clicks/{click}/overrule", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &overrule_schema, .kind = REPLY_OBJECT, .reply = &whole_schema,
	  .handle = handle_overrule, .name = "click_overrule",
	  .summary = "Say what a click is; sums, paths and reports follow, other rules leave it alone" },
};
/* clang-format on */

const struct route_table click_routes = ROUTES("click", rows);
