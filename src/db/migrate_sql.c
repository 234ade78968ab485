/* SPDX-License-Identifier: Apache-2.0 */
/* migrate_sql.c - statements of migrate, and the two tables it makes by itself. */
#include "migrate_int.h"

static const char *const tables[] = {
	"CREATE TABLE IF NOT EXISTS schema_migration ("
	"  version    INT UNSIGNED NOT NULL COMMENT 'number of the file',"
	"  name       VARCHAR(120) CHARACTER SET ascii NOT NULL COMMENT 'file name without .sql',"
	"  sha256     CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'of the file when it was "
	"applied',"
	"  started_at DATETIME(6) NOT NULL COMMENT 'UTC',"
	"  applied_at DATETIME(6) NULL COMMENT 'UTC; NULL: began and did not end',"
	"  PRIMARY KEY (version)"
	") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Files of "
	"sql/ that were applied'",
	"CREATE TABLE IF NOT EXISTS schema_lease ("
	"  name        VARCHAR(16) CHARACTER SET ascii NOT NULL COMMENT 'always migrate',"
	"  owner       VARCHAR(96) CHARACTER SET ascii NULL COMMENT 'host:process that migrates',"
	"  lease_until DATETIME(6) NULL COMMENT 'UTC; another may take it after this',"
	"  PRIMARY KEY (name)"
	") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who "
	"migrates: GET_LOCK holds on one Galera node only'",
	"INSERT IGNORE INTO schema_lease (name) VALUES ('migrate')",
};

struct lease {
	const char *owner;
};

/* clang-format off */
static const struct db_col row_cols[] = {
	DB_COL_I64(struct migration_row, version), DB_COL_STR(struct migration_row, name),
	DB_COL_STR(struct migration_row, sha256), DB_COL_TIME(struct migration_row, started_us),
	DB_COL_TIME(struct migration_row, applied_us),
};
static const struct db_col started_in[] = {
	DB_COL_I64(struct migration_row, version), DB_COL_STR(struct migration_row, name),
	DB_COL_STR(struct migration_row, sha256), DB_COL_TIME(struct migration_row, started_us),
};
static const struct db_col applied_in[] = {
	DB_COL_TIME(struct migration_row, applied_us), DB_COL_I64(struct migration_row, version),
};
static const struct db_col version_in[] = { DB_COL_I64(struct migration_row, version) };
static const struct db_col claim_in[] = { DB_COL_STR(struct lease, owner), DB_COL_STR(struct lease, owner) };
static const struct db_col owner_col[] = { DB_COL_STR(struct lease, owner) };

enum { Q_ROWS, Q_STARTED, Q_APPLIED, Q_FORGET, Q_CLAIM, Q_HOLDER, Q_RELEASE, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_ROWS] = {
		.name = "migration_rows",
		.sql = "SELECT version, name, sha256, started_at, applied_at FROM schema_migration"
		       " /* all companies: the schema is one */ ORDER BY version",
		DB_OUT(row_cols),
	},
	[Q_STARTED] = {
		.name = "migration_started",
		.sql = "INSERT INTO schema_migration (version, name, sha256, started_at) VALUES (?, ?, ?, ?)",
		DB_IN(started_in),
	},
	[Q_APPLIED] = {
		.name = "migration_applied",
		.sql = "UPDATE schema_migration /* all companies: the schema is one */ SET applied_at = ?"
		       " WHERE version = ?",
		DB_IN(applied_in),
	},
	[Q_FORGET] = {
		.name = "migration_forget",
		.sql = "DELETE FROM schema_migration /* all companies: the schema is one */"
		       " WHERE version = ? AND applied_at IS NULL",
		DB_IN(version_in),
	},
	/* Half an hour: longer than any one file; a holder that is gone from this host is noticed sooner. */
	[Q_CLAIM] = {
		.name = "migration_claim",
		.sql = "UPDATE schema_lease /* all companies: the schema is one */"
		       " SET owner = ?, lease_until = UTC_TIMESTAMP(6) + INTERVAL 30 MINUTE"
		       " WHERE name = 'migrate'"
		       " AND (owner IS NULL OR owner = ? OR lease_until < UTC_TIMESTAMP(6))",
		DB_IN(claim_in),
	},
	[Q_HOLDER] = {
		.name = "migration_holder",
		.sql = "SELECT owner FROM schema_lease /* all companies: the schema is one */"
		       " WHERE name = 'migrate'",
		DB_OUT(owner_col),
	},
	[Q_RELEASE] = {
		.name = "migration_release",
		.sql = "UPDATE schema_lease /* all companies: the schema is one */"
		       " SET owner = NULL, lease_until = NULL WHERE name = 'migrate' AND owner = ?",
		DB_IN(owner_col),
	},
};
/* clang-format on */

const struct db_stmt_table migrate_stmts = DB_STMTS("migrate", rows);

enum fault
migrate_sql_tables(struct rq *rq)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		enum fault e = db_run_text(rq, tables[i]);

		if (e)
			return e;
	}
	return FAULT_NONE;
}

enum fault
migrate_sql_rows(struct rq *rq, db_row_fn *fn, struct migration_row *row, void *arg)
{
	return db_each(rq, &rows[Q_ROWS], NULL, row, fn, arg);
}

enum fault
migrate_sql_started(struct rq *rq, const struct migration_row *row)
{
	return db_exec(rq, &rows[Q_STARTED], row, NULL);
}

enum fault
migrate_sql_applied(struct rq *rq, const struct migration_row *row)
{
	return db_exec(rq, &rows[Q_APPLIED], row, NULL);
}

enum fault
migrate_sql_forget(struct rq *rq, int64_t version)
{
	const struct migration_row row = { .version = version };

	return db_exec(rq, &rows[Q_FORGET], &row, NULL);
}

enum fault
migrate_sql_claim(struct rq *rq, const char *owner, bool *ret_taken, const char **ret_holder)
{
	const struct lease mine = { owner };
	struct lease other = { NULL };
	uint64_t n = 0;
	enum fault e = db_exec(rq, &rows[Q_CLAIM], &mine, &n);

	if (e)
		return e;
	e = n ? FAULT_NONE : db_one(rq, &rows[Q_HOLDER], NULL, &other);
	if (e)
		return e;
	*ret_taken = n > 0;
	*ret_holder = other.owner;
	return FAULT_NONE;
}

enum fault
migrate_sql_release(struct rq *rq, const char *owner)
{
	const struct lease mine = { owner };

	return db_exec(rq, &rows[Q_RELEASE], &mine, NULL);
}
