/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visit.c - one person, one visit, one lead.  Leads that may be the same person line up at a row of
 * their click and one of their address, in this order: whoever has both sees all that came before,
 * whichever worker wrote it.  Who is whom is said by one rule, which knows no database.
 */
#include <string.h>

#include "rostra/str.h"

#include "lead_int.h"

enum { KNOWN_MAX = 16, VISIT_S = 3600, PRUNE_BATCH = 5000, PRUNE_BATCHES_MAX = 100 };

struct visit_query {
	struct uuid company_id, lead_id;
	struct str click_bytes, email_sha256;
	int64_t at, limit;
};

/* clang-format off */
static const struct db_col click_in[] = {
	DB_COL_UUID(struct visit_query, company_id), DB_COL_VIEW(struct visit_query, click_bytes),
	DB_COL_TIME(struct visit_query, at),
};
static const struct db_col email_in[] = {
	DB_COL_UUID(struct visit_query, company_id), DB_COL_VIEW(struct visit_query, email_sha256),
	DB_COL_TIME(struct visit_query, at),
};
static const struct db_col known_in[] = {
	DB_COL_UUID(struct visit_query, company_id), DB_COL_VIEW(struct visit_query, click_bytes),
	DB_COL_I64(struct visit_query, limit),
	DB_COL_UUID(struct visit_query, company_id), DB_COL_VIEW(struct visit_query, email_sha256),
	DB_COL_I64(struct visit_query, limit),
};
static const struct db_col known_out[] = {
	DB_COL_UUID(struct lead, id), DB_COL_STR(struct lead, source), DB_COL_STR(struct lead, external_id),
	DB_COL_ENUM(struct lead, channel, lead_channel_names), DB_COL_VIEW(struct lead, email_sha256),
	DB_COL_STR(struct lead, name), DB_COL_STR(struct lead, phone), DB_COL_VIEW(struct lead, click_bytes),
	DB_COL_TIME(struct lead, created_at),
};
static const struct db_col forget_in[] = {
	DB_COL_UUID(struct visit_query, company_id), DB_COL_UUID(struct visit_query, lead_id),
};
static const struct db_col prune_in[] = { DB_COL_TIME(struct visit_query, at), DB_COL_I64(struct visit_query, limit) };

#define LINE_UP(kind)                                                                           \
	"INSERT INTO lead_visit (company_id, kind, what, at) VALUES (?, '" kind "', ?, ?)"             \
	" ON DUPLICATE KEY UPDATE at = VALUES(at), n = n + 1"
#define KNOWN_BY(index, column, order)                                                          \
	"(SELECT id, source, external_id, channel, email_sha256, name, phone, click_id, created_at"     \
	" FROM lead FORCE INDEX (" index ") WHERE company_id = ? AND " column " = ? AND erased_at IS NULL ORDER BY id" order " LIMIT ?)"

enum { Q_LINE_UP_CLICK, Q_LINE_UP_EMAIL, Q_KNOWN, Q_FORGET, Q_PRUNE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_LINE_UP_CLICK] = { .name = "lead_visit_click", .sql = LINE_UP("click"), DB_IN(click_in) },
	[Q_LINE_UP_EMAIL] = { .name = "lead_visit_email", .sql = LINE_UP("email"), DB_IN(email_in) },
	[Q_KNOWN] = {
		.name = "lead_visit_known",
		.sql = KNOWN_BY("lead_click", "click_id", "") " UNION ALL " KNOWN_BY("lead_email", "email_sha256", " DESC"),
		DB_IN(known_in), DB_OUT(known_out),
	},
	[Q_FORGET] = {
		.name = "lead_visit_forget",
		.sql = "DELETE v FROM lead_visit v JOIN lead l ON l.company_id = v.company_id AND l.email_sha256 = v.what"
		       " WHERE l.company_id = ? AND l.id = ? AND v.kind = 'email'",
		DB_IN(forget_in),
	},
	[Q_PRUNE] = {
		.name = "lead_visit_prune",
		.sql = "DELETE FROM lead_visit /* all companies: what is over is over */ WHERE at < ? ORDER BY at LIMIT ?",
		DB_IN(prune_in),
	},
};
/* clang-format on */

const struct db_stmt_table lead_visit_stmts = DB_STMTS("lead_visit", stmts);

/* --- the rule --- */

static bool
differ(const char *a, const char *b)
{
	return a != NULL && b != NULL && !str_eq_nocase(str_of(a), str_of(b));
}

/* An id that the source gave, and not one that we made of the words or of the click. */
static bool
has_own_id(const struct lead *l)
{
	return l->channel != LEAD_PIXEL && !str_starts(str_of(l->external_id), STR(LEAD_SAID));
}

static bool
of_one_hour(const struct lead *a, const struct lead *b)
{
	const int64_t apart_us = a->created_at - b->created_at;

	return apart_us <= VISIT_S * US_PER_S && apart_us >= -VISIT_S * US_PER_S;
}

enum lead_sameness
lead_sameness(const struct lead *a, const struct lead *b)
{
	const bool clicks = a->click_bytes.n > 0 && b->click_bytes.n > 0,
		   emails = a->email_sha256.n > 0 && b->email_sha256.n > 0,
		   one_source = cstr_eq(a->source, b->source),
		   same_click = clicks && str_eq(a->click_bytes, b->click_bytes),
		   same_email = emails && str_eq(a->email_sha256, b->email_sha256);

	if ((clicks && !same_click) || (emails && !same_email))
		return SAME_NOT;
	if (one_source && has_own_id(a) && has_own_id(b))
		return SAME_NOT;
	if (same_click && same_email)
		return SAME_CLICK_AND_EMAIL;
	if (same_click)
		return differ(a->name, b->name) || differ(a->phone, b->phone) ? SAME_NOT
		                                                              : SAME_CLICK;
	return same_email && !one_source && of_one_hour(a, b) ? SAME_EMAIL : SAME_NOT;
}

/* --- who is here --- */

static struct visit_query
query_of(const struct rq *rq, const struct lead *l)
{
	return (struct visit_query){
		.company_id = l->company_id,
		.lead_id = l->id,
		.click_bytes = l->click_bytes,
		.email_sha256 = l->email_sha256,
		.at = rq->now_us,
		.limit = KNOWN_MAX,
	};
}

struct best {
	const struct lead *coming;
	struct uuid id;
	enum lead_sameness how;
};

static enum fault
take_known(struct rq *rq, void *row, void *arg)
{
	const struct lead *here = row;
	struct best *b = arg;
	const enum lead_sameness how = lead_sameness(here, b->coming);

	(void)rq;
	if (how > b->how && !uuid_eq(here->id, b->coming->id)) {
		b->how = how;
		b->id = here->id;
	}
	return FAULT_NONE;
}

enum fault
lead_visit_find(struct rq *rq, const struct lead *l, struct uuid *ret, bool *ret_found)
{
	const struct visit_query q = query_of(rq, l);
	struct best best = { .coming = l };
	struct lead row = { .value = NULL };
	enum fault e = FAULT_NONE;

	if (q.click_bytes.n > 0 || q.email_sha256.n > 0)
		e = db_each(rq, &stmts[Q_KNOWN], &q, &row, take_known, &best);
	*ret = best.id;
	*ret_found = best.how != SAME_NOT;
	return e;
}

enum fault
lead_visit_line_up(struct rq *rq, const struct lead *l, bool *ret_alone)
{
	const struct visit_query q = query_of(rq, l);
	uint64_t n_click = 1, n_email = 1; /* 2: the row was there */
	enum fault e = FAULT_NONE;

	if (q.click_bytes.n > 0)
		e = db_exec(rq, &stmts[Q_LINE_UP_CLICK], &q, &n_click);
	if (!e && q.email_sha256.n > 0)
		e = db_exec(rq, &stmts[Q_LINE_UP_EMAIL], &q, &n_email);
	*ret_alone = n_click == 1 && n_email == 1;
	return e;
}

enum fault
lead_visit_forget(struct rq *rq, struct uuid company, struct uuid lead)
{
	const struct visit_query q = { .company_id = company, .lead_id = lead };

	return db_exec(rq, &stmts[Q_FORGET], &q, NULL);
}

/* Nobody who looked before a row came is still about to write. */
enum fault
lead_visit_prune_run(struct rq *rq)
{
	const struct visit_query q = { .at = rq->now_us - VISIT_S * US_PER_S,
		                       .limit = PRUNE_BATCH };
	uint64_t n = PRUNE_BATCH;
	enum fault e = FAULT_NONE;

	for (int i = 0; !e && n == PRUNE_BATCH && i < PRUNE_BATCHES_MAX; i++)
		e = db_exec(rq, &stmts[Q_PRUNE], &q, &n);
	return e;
}
