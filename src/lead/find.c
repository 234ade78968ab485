/* SPDX-License-Identifier: Apache-2.0 */
/* find.c - which lead is meant, by what its source knows of it. */
#include "rostra/caller.h"

#include "lead_int.h"

struct find_query {
	struct uuid company_id;
	const char *source, *external_id;
	struct str click_bytes, email_sha256;
};

/* clang-format off */
static const struct db_col external_in[] = {
	DB_COL_UUID(struct find_query, company_id), DB_COL_STR(struct find_query, source),
	DB_COL_STR(struct find_query, external_id),
};
static const struct db_col click_in[] = {
	DB_COL_UUID(struct find_query, company_id), DB_COL_VIEW(struct find_query, click_bytes),
};
static const struct db_col email_in[] = {
	DB_COL_UUID(struct find_query, company_id), DB_COL_VIEW(struct find_query, email_sha256),
};
static const struct db_col lead_out[] = { DB_COL_UUID(struct lead, id) };

enum { Q_EXTERNAL, Q_CLICK, Q_EMAIL, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_EXTERNAL] = {
		.name = "lead_find_external",
		.sql = "SELECT id FROM lead WHERE company_id = ? AND source = ? AND external_id = ?",
		DB_IN(external_in), DB_OUT(lead_out),
	},
	/* The first that came by it. */
	[Q_CLICK] = {
		.name = "lead_find_click",
		.sql = "SELECT id FROM lead FORCE INDEX (lead_click) WHERE company_id = ? AND click_id = ? ORDER BY id LIMIT 1",
		DB_IN(click_in), DB_OUT(lead_out),
	},
	/* The last of this address. */
	[Q_EMAIL] = {
		.name = "lead_find_email",
		.sql = "SELECT id FROM lead FORCE INDEX (lead_email) WHERE company_id = ? AND email_sha256 = ?"
		       " ORDER BY id DESC LIMIT 1",
		DB_IN(email_in), DB_OUT(lead_out),
	},
};
/* clang-format on */

const struct db_stmt_table lead_find_stmts = DB_STMTS("lead_find", stmts);

/* Exactly one way of naming it, and that one readable. */
static enum fault
check_name(struct rq *rq, const struct lead_name *who, struct find_query *q, unsigned char *click,
           unsigned char *hash)
{
	const int ways = !uuid_is_zero(who->lead_id) + (who->lead_external_id != NULL) +
	                 (who->click_id != NULL) + (who->email_sha256 != NULL);

	if (ways != 1)
		return problem_add(&rq->problem, "#/lead_id",
		                   "or one of lead_external_id, click_id and email_sha256 must be "
		                   "there, and no more than one");
	if (who->click_id != NULL && !click_id_parse(str_of(who->click_id), click))
		return problem_add(&rq->problem, "#/click_id",
		                   "must be 16 characters of A-Z a-z 0-9 - _");
	if (who->email_sha256 != NULL &&
	    !hex_decode(str_of(who->email_sha256), hash, sizeof(struct sha256)))
		return problem_add(&rq->problem, "#/email_sha256", "must be 64 hexadecimal digits");
	*q = (struct find_query){
		.company_id = rq_company(rq),
		.source = who->lead_source != NULL ? who->lead_source : lead_source(rq),
		.external_id = who->lead_external_id,
		.click_bytes = { (const char *)click, CLICK_ID_SIZE },
		.email_sha256 = { (const char *)hash, sizeof(struct sha256) },
	};
	return FAULT_NONE;
}

enum fault
lead_find(struct rq *rq, const struct lead_name *who, struct uuid *ret)
{
	unsigned char click[CLICK_ID_SIZE] = { 0 };
	struct sha256 hash = { { 0 } };
	struct find_query q;
	struct lead found;
	enum fault e = check_name(rq, who, &q, click, hash.b);

	if (e)
		return e;
	if (!uuid_is_zero(who->lead_id)) {
		*ret = who->lead_id;
		return FAULT_NONE;
	}
	e = db_one(rq,
	           &stmts[who->lead_external_id != NULL ? Q_EXTERNAL
	                  : who->click_id != NULL       ? Q_CLICK
	                                                : Q_EMAIL],
	           &q, &found);
	if (!e)
		*ret = found.id;
	return e;
}
