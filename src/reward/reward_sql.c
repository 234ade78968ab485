/* SPDX-License-Identifier: Apache-2.0 */
/* reward_sql.c - statements of reward, and how their rows map. */
#include "rostra/caller.h"

#include "reward_int.h"

/* clang-format off */
static const struct db_col reward_out[] = {
	DB_COL_UUID(struct reward, id),         DB_COL_STR(struct reward, name),
	DB_COL_STR(struct reward, description), DB_COL_I64(struct reward, price_tenths),
	DB_COL_I64(struct reward, stock),       DB_COL_TIME(struct reward, archived_at),
	DB_COL_I64(struct reward, version),     DB_COL_TIME(struct reward, created_at),
	DB_COL_BYTES(struct reward, body_sha256),
};
static const struct db_col reward_key[] = { DB_COL_UUID(struct reward, company_id), DB_COL_UUID(struct reward, id) };
static const struct db_col reward_insert_in[] = {
	DB_COL_UUID(struct reward, company_id), DB_COL_UUID(struct reward, id), DB_COL_STR(struct reward, name),
	DB_COL_STR(struct reward, description), DB_COL_I64(struct reward, price_tenths),
	DB_COL_I64(struct reward, stock),       DB_COL_TIME(struct reward, created_at),
	DB_COL_BYTES(struct reward, body_sha256),
};
static const struct db_col reward_update_in[] = {
	DB_COL_STR(struct reward, name),         DB_COL_STR(struct reward, description),
	DB_COL_I64(struct reward, price_tenths), DB_COL_I64(struct reward, stock),
	DB_COL_TIME(struct reward, archived_at), DB_COL_UUID(struct reward, company_id),
	DB_COL_UUID(struct reward, id),          DB_COL_I64(struct reward, version),
};
static const struct db_col reward_page_in[] = {
	DB_COL_UUID(struct reward_page, company_id), DB_COL_UUID(struct reward_page, before),
	DB_COL_BOOL(struct reward_page, archived),   DB_COL_I64(struct reward_page, limit),
};
struct stocking {
	struct uuid company_id, id;
	int64_t     by;
};
static const struct db_col stock_in[] = {
	DB_COL_I64(struct stocking, by), DB_COL_UUID(struct stocking, company_id), DB_COL_UUID(struct stocking, id),
	DB_COL_I64(struct stocking, by),
};

static const struct db_col redemption_out[] = {
	DB_COL_UUID(struct redemption, id),         DB_COL_UUID(struct redemption, reward_id),
	DB_COL_UUID(struct redemption, person_id),  DB_COL_I64(struct redemption, price_tenths),
	DB_COL_ENUM(struct redemption, state, redemption_state_names),
	DB_COL_STR(struct redemption, note),        DB_COL_UUID(struct redemption, decided_by),
	DB_COL_TIME(struct redemption, created_at), DB_COL_TIME(struct redemption, decided_at),
	DB_COL_STR(struct redemption, reward_name),
};
static const struct db_col redemption_key[] = {
	DB_COL_UUID(struct redemption, company_id), DB_COL_UUID(struct redemption, id),
};
static const struct db_col redemption_insert_in[] = {
	DB_COL_UUID(struct redemption, company_id), DB_COL_UUID(struct redemption, id),
	DB_COL_UUID(struct redemption, reward_id),  DB_COL_UUID(struct redemption, person_id),
	DB_COL_I64(struct redemption, price_tenths), DB_COL_TIME(struct redemption, created_at),
};
static const struct db_col redemption_move_in[] = {
	DB_COL_ENUM(struct redemption, state, redemption_state_names),
	DB_COL_STR(struct redemption, note),        DB_COL_UUID(struct redemption, decided_by),
	DB_COL_TIME(struct redemption, decided_at), DB_COL_UUID(struct redemption, company_id),
	DB_COL_UUID(struct redemption, id),
};
#define STATE_IN DB_COL_ENUM(struct reward_page, state, redemption_state_names)
static const struct db_col redemption_all_in[] = {
	DB_COL_UUID(struct reward_page, company_id), DB_COL_UUID(struct reward_page, before), DB_COL_I64(struct reward_page, limit),
};
static const struct db_col redemption_state_in[] = {
	DB_COL_UUID(struct reward_page, company_id), DB_COL_UUID(struct reward_page, before), STATE_IN,
	DB_COL_I64(struct reward_page, limit),
};
static const struct db_col redemption_own_in[] = {
	DB_COL_UUID(struct reward_page, company_id), DB_COL_UUID(struct reward_page, before),
	DB_COL_UUID(struct reward_page, person_id),  STATE_IN, STATE_IN, DB_COL_I64(struct reward_page, limit),
};

#define REWARD "SELECT id, name, description, price_tenths, stock, archived_at, version, created_at, body_sha256 FROM reward"
#define REDEMPTION_BY(index)                                                                    \
	"SELECT d.id, d.reward_id, d.person_id, d.price_tenths, d.state, d.note, d.decided_by, d.created_at," \
	" d.decided_at, r.name FROM redemption d " index \
	" JOIN reward r ON r.company_id = d.company_id AND r.id = d.reward_id"
#define REDEMPTION REDEMPTION_BY("")
#define REDEMPTIONS(index) REDEMPTION_BY("FORCE INDEX (" index ")") " WHERE d.company_id = ? AND d.id < ?"
#define LATEST " ORDER BY d.id DESC LIMIT ?"

enum {
	Q_REWARD, Q_REWARD_LOCK, Q_REWARD_INSERT, Q_REWARD_UPDATE, Q_REWARD_STOCK, Q_REWARD_PAGE, Q_REDEMPTION,
	Q_REDEMPTION_LOCK, Q_REDEMPTION_INSERT, Q_REDEMPTION_MOVE, Q_REDEMPTION_ALL,
	Q_REDEMPTION_STATE, Q_REDEMPTION_OWN, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_REWARD] = { .name = "reward_get", .sql = REWARD " WHERE company_id = ? AND id = ?",
		DB_IN(reward_key), DB_OUT(reward_out) },
	[Q_REWARD_LOCK] = { .name = "reward_lock", .sql = REWARD " WHERE company_id = ? AND id = ? FOR UPDATE",
		DB_IN(reward_key), DB_OUT(reward_out) },
	[Q_REWARD_INSERT] = { .name = "reward_insert",
		.sql = "INSERT INTO reward (company_id, id, name, description, price_tenths, stock, created_at, body_sha256)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(reward_insert_in) },
	[Q_REWARD_UPDATE] = { .name = "reward_update",
		.sql = "UPDATE reward SET name = ?, description = ?, price_tenths = ?, stock = ?, archived_at = ?,"
		       " version = version + 1 WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(reward_update_in) },
	[Q_REWARD_STOCK] = { .name = "reward_stock",
		.sql = "UPDATE reward SET stock = CAST(stock AS SIGNED) + ? WHERE company_id = ? AND id = ?"
		       " AND CAST(stock AS SIGNED) + ? >= 0",
		DB_IN(stock_in) },
	[Q_REWARD_PAGE] = { .name = "reward_page",
		.sql = REWARD " WHERE company_id = ? AND id < ? AND (? OR archived_at IS NULL) ORDER BY id DESC LIMIT ?",
		DB_IN(reward_page_in), DB_OUT(reward_out) },
	[Q_REDEMPTION] = { .name = "redemption_get", .sql = REDEMPTION " WHERE d.company_id = ? AND d.id = ?",
		DB_IN(redemption_key), DB_OUT(redemption_out) },
	[Q_REDEMPTION_LOCK] = { .name = "redemption_lock",
		.sql = REDEMPTION " WHERE d.company_id = ? AND d.id = ? FOR UPDATE",
		DB_IN(redemption_key), DB_OUT(redemption_out) },
	[Q_REDEMPTION_INSERT] = { .name = "redemption_insert",
		.sql = "INSERT INTO redemption (company_id, id, reward_id, person_id, price_tenths, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(redemption_insert_in) },
	[Q_REDEMPTION_MOVE] = { .name = "redemption_move",
		.sql = "UPDATE redemption SET state = ?, note = ?, decided_by = ?, decided_at = ?"
		       " WHERE company_id = ? AND id = ?",
		DB_IN(redemption_move_in) },
	[Q_REDEMPTION_ALL] = { .name = "redemption_all", .sql = REDEMPTIONS("PRIMARY") LATEST,
		DB_IN(redemption_all_in), DB_OUT(redemption_out) },
	[Q_REDEMPTION_STATE] = { .name = "redemption_state",
		.sql = REDEMPTIONS("redemption_state") " AND d.state = ?" LATEST,
		DB_IN(redemption_state_in), DB_OUT(redemption_out) },
	[Q_REDEMPTION_OWN] = { .name = "redemption_own",
		.sql = REDEMPTIONS("redemption_person") " AND d.person_id = ? AND (? IS NULL OR d.state = ?)" LATEST,
		DB_IN(redemption_own_in), DB_OUT(redemption_out) },
};
/* clang-format on */

const struct db_stmt_table reward_stmts = DB_STMTS("reward", stmts);

enum fault
reward_sql_get(struct rq *rq, struct uuid id, bool lock, struct reward *out)
{
	struct reward key = { .company_id = rq_company(rq), .id = id };
	enum fault e = db_one(rq, &stmts[lock ? Q_REWARD_LOCK : Q_REWARD], &key, out);

	if (e)
		return e;
	out->archived = out->archived_at != TIME_NONE;
	return FAULT_NONE;
}

enum fault
reward_sql_insert(struct rq *rq, const struct reward *r, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_REWARD_INSERT], r, ret_duplicate);
}

enum fault
reward_sql_update(struct rq *rq, const struct reward *r, bool *ret_done)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_REWARD_UPDATE], r, &n);

	*ret_done = n > 0;
	return e;
}

enum fault
reward_sql_stock(struct rq *rq, struct uuid id, int64_t by, bool *ret_done)
{
	const struct stocking in = { rq_company(rq), id, by };
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_REWARD_STOCK], &in, &n);

	*ret_done = n > 0;
	return e;
}

enum fault
reward_sql_page(struct rq *rq, const struct reward_page *p, db_row_fn *fn, void *arg)
{
	struct reward row = { .name = NULL };

	return db_each(rq, &stmts[Q_REWARD_PAGE], p, &row, fn, arg);
}

enum fault
redemption_sql_get(struct rq *rq, struct uuid id, bool lock, struct redemption *out)
{
	struct redemption key = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[lock ? Q_REDEMPTION_LOCK : Q_REDEMPTION], &key, out);
}

enum fault
redemption_sql_insert(struct rq *rq, const struct redemption *r, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_REDEMPTION_INSERT], r, ret_duplicate);
}

enum fault
redemption_sql_move(struct rq *rq, const struct redemption *r)
{
	return db_exec(rq, &stmts[Q_REDEMPTION_MOVE], r, NULL);
}

enum fault
redemption_sql_page(struct rq *rq, const struct reward_page *p, db_row_fn *fn, void *arg)
{
	struct redemption row = { .note = NULL };

	int q = Q_REDEMPTION_OWN;

	if (uuid_is_zero(p->person_id))
		q = p->state < 0 ? Q_REDEMPTION_ALL : Q_REDEMPTION_STATE;
	return db_each(rq, &stmts[q], p, &row, fn, arg);
}
