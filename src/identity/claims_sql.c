/* SPDX-License-Identifier: Apache-2.0 */
/* claims_sql.c - statements of claim maps, of trials, and of the directory's users, and how their
 * rows map. */
#include <string.h>

#include "rostra/caller.h"

#include "identity_int.h"

/* clang-format off */
#define MAP(m) DB_COL_STR(struct claims_row, map.m)
#define MAP_COLUMNS                                                                             \
	MAP(name), MAP(given_name), MAP(family_name), MAP(department), MAP(location), MAP(locale), MAP(groups), MAP(scopes), \
	DB_COL_ENUM(struct claims_row, map.join_by, join_by_names), MAP(join_claim),             \
	DB_COL_I64(struct claims_row, version), DB_COL_TIME(struct claims_row, updated_at)
#define MAP_NAMES                                                                               \
	"name, given_name, family_name, department, location, locale, groups_claim, scopes, join_by, join_claim, version, updated_at"
static const struct db_col claims_key[] = {
	DB_COL_UUID(struct claims_row, company_id), DB_COL_UUID(struct claims_row, provider_id),
	DB_COL_ENUM(struct claims_row, stage, claims_stage_names),
};
static const struct db_col claims_out[] = { MAP_COLUMNS };
static const struct db_col claims_in[] = {
	DB_COL_UUID(struct claims_row, company_id), DB_COL_UUID(struct claims_row, provider_id),
	DB_COL_ENUM(struct claims_row, stage, claims_stage_names), MAP_COLUMNS,
};

static const struct db_col trial_in[] = {
	DB_COL_UUID(struct trial_row, company_id), DB_COL_UUID(struct trial_row, id), DB_COL_UUID(struct trial_row, provider_id),
	DB_COL_UUID(struct trial_row, person_id), DB_COL_BYTES(struct trial_row, ticket_sha256),
	DB_COL_TIME(struct trial_row, created_at), DB_COL_TIME(struct trial_row, expires_at),
};
static const struct db_col trial_key[] = {
	DB_COL_UUID(struct trial_row, company_id), DB_COL_UUID(struct trial_row, provider_id), DB_COL_UUID(struct trial_row, id),
};
static const struct db_col trial_out[] = {
	DB_COL_UUID(struct trial_row, company_id), DB_COL_UUID(struct trial_row, provider_id), DB_COL_UUID(struct trial_row, id),
	DB_COL_UUID(struct trial_row, person_id), DB_COL_STR(struct trial_row, outcome),
	DB_COL_TIME(struct trial_row, created_at), DB_COL_TIME(struct trial_row, expires_at),
};
static const struct db_col trial_ticket[] = {
	DB_COL_BYTES(struct trial_row, ticket_sha256), DB_COL_TIME(struct trial_row, expires_at),
};
static const struct db_col trial_begun_in[] = { DB_COL_UUID(struct trial_row, company_id), DB_COL_UUID(struct trial_row, id) };
static const struct db_col trial_finish_in[] = {
	DB_COL_STR(struct trial_row, outcome), DB_COL_UUID(struct trial_row, company_id), DB_COL_UUID(struct trial_row, id),
};
static const struct db_col prune_in[] = {
	DB_COL_TIME(struct identity_prune, before), DB_COL_I64(struct identity_prune, limit),
};
static const struct db_col find_in[] = {
	DB_COL_UUID(struct directory_search, company_id), DB_COL_STR(struct directory_search, value),
};
static const struct db_col find_out[] = {
	DB_COL_UUID(struct directory_hit, person_id), DB_COL_BOOL(struct directory_hit, active),
};
#define TRIAL_NAMES "company_id, provider_id, id, person_id, outcome, created_at, expires_at"
#define DIRECTORY                                                                               \
	"SELECT p.id, p.state = 'active' FROM scim_user u JOIN person p ON p.company_id = u.company_id AND p.id = u.person_id" \
	" WHERE u.company_id = ? AND u.deleted_at IS NULL AND "

enum {
	Q_GET, Q_PUT, Q_TRIAL_INSERT, Q_TRIAL_GET, Q_TRIAL_TICKET, Q_TRIAL_BEGUN, Q_TRIAL_FINISH, Q_TRIAL_PRUNE,
	Q_BY_EXTERNAL_ID, Q_BY_USER_NAME, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_GET] = { .name = "provider_claims_get",
		.sql = "SELECT " MAP_NAMES " FROM provider_claims WHERE company_id = ? AND provider_id = ? AND stage = ?",
		DB_IN(claims_key), DB_OUT(claims_out) },
	[Q_PUT] = { .name = "provider_claims_put",
		.sql = "REPLACE INTO provider_claims (company_id, provider_id, stage, " MAP_NAMES
		       ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(claims_in) },
	[Q_TRIAL_INSERT] = { .name = "provider_trial_insert",
		.sql = "INSERT INTO provider_trial (company_id, id, provider_id, person_id, ticket_sha256, created_at, expires_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(trial_in) },
	[Q_TRIAL_GET] = { .name = "provider_trial_get",
		.sql = "SELECT " TRIAL_NAMES " FROM provider_trial WHERE company_id = ? AND provider_id = ? AND id = ?",
		DB_IN(trial_key), DB_OUT(trial_out) },
	[Q_TRIAL_TICKET] = { .name = "provider_trial_ticket",
		.sql = "SELECT " TRIAL_NAMES " FROM provider_trial /* all companies: the ticket says which */"
		       " WHERE ticket_sha256 = ? AND expires_at > ? FOR UPDATE",
		DB_IN(trial_ticket), DB_OUT(trial_out) },
	[Q_TRIAL_BEGUN] = { .name = "provider_trial_begun",
		.sql = "UPDATE provider_trial SET ticket_sha256 = NULL WHERE company_id = ? AND id = ?",
		DB_IN(trial_begun_in) },
	[Q_TRIAL_FINISH] = { .name = "provider_trial_finish",
		.sql = "UPDATE provider_trial SET outcome = ? WHERE company_id = ? AND id = ?",
		DB_IN(trial_finish_in) },
	[Q_TRIAL_PRUNE] = { .name = "provider_trial_prune",
		.sql = "DELETE FROM provider_trial /* all companies: what is over is over */ WHERE expires_at < ?"
		       " ORDER BY expires_at LIMIT ?",
		DB_IN(prune_in) },
	[Q_BY_EXTERNAL_ID] = { .name = "directory_by_external_id",
		.sql = DIRECTORY "u.external_id = ? LIMIT 2", DB_IN(find_in), DB_OUT(find_out) },
	[Q_BY_USER_NAME] = { .name = "directory_by_user_name",
		.sql = DIRECTORY "u.user_name = ? LIMIT 2", DB_IN(find_in), DB_OUT(find_out) },
};
/* clang-format on */

const struct db_stmt_table provider_claims_stmts = DB_STMTS("provider_claims", stmts);

enum fault
claims_sql_get(struct rq *rq, const struct claims_row *key, struct claims_row *out, bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_GET], key, out, ret_found);
}

enum fault
claims_sql_put(struct rq *rq, const struct claims_row *row)
{
	return db_exec(rq, &stmts[Q_PUT], row, NULL);
}

enum fault
trial_sql_insert(struct rq *rq, const struct trial_row *t)
{
	return db_exec(rq, &stmts[Q_TRIAL_INSERT], t, NULL);
}

enum fault
trial_sql_get(struct rq *rq, const struct trial_row *key, struct trial_row *out)
{
	return db_one(rq, &stmts[Q_TRIAL_GET], key, out);
}

enum fault
trial_sql_take(struct rq *rq, struct sha256 ticket, struct trial_row *out, bool *ret_found)
{
	struct trial_row in = { .expires_at = rq->now_us };
	enum fault e;

	memcpy(in.ticket_sha256, ticket.b, sizeof(in.ticket_sha256));
	e = db_maybe(rq, &stmts[Q_TRIAL_TICKET], &in, out, ret_found);
	return e || !*ret_found ? e : db_exec(rq, &stmts[Q_TRIAL_BEGUN], out, NULL);
}

enum fault
trial_sql_finish(struct rq *rq, const struct trial_row *t)
{
	return db_exec(rq, &stmts[Q_TRIAL_FINISH], t, NULL);
}

enum fault
trial_sql_prune(struct rq *rq, const struct identity_prune *p)
{
	return db_exec(rq, &stmts[Q_TRIAL_PRUNE], p, NULL);
}

enum fault
directory_sql_find(struct rq *rq, enum join_by by, const struct directory_search *in, db_row_fn *fn,
                   void *arg)
{
	struct directory_hit row = { .active = false };

	return db_each(rq, &stmts[by == JOIN_BY_EXTERNAL_ID ? Q_BY_EXTERNAL_ID : Q_BY_USER_NAME],
	               in, &row, fn, arg);
}
