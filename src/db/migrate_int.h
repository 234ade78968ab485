/* SPDX-License-Identifier: Apache-2.0 */
/* migrate_int.h - between migrate.c (rules), migrate_files.c and migrate_sql.c. */
#ifndef ROSTRA_MIGRATE_INT_H
#define ROSTRA_MIGRATE_INT_H

#include "rostra/migrate.h"

/* The files of conf.sql_dir in order, all PENDING. */
enum fault migrate_files(struct rq *rq, struct migration_list *ret) MUST_CHECK;

/* A row of schema_migration. */
struct migration_row {
	int64_t version;
	const char *name;
	const char *sha256;
	int64_t started_us, applied_us;
};
enum fault migrate_sql_tables(struct rq *rq) MUST_CHECK; /* by a handle without statements */
enum fault migrate_sql_rows(struct rq *rq, db_row_fn *fn, struct migration_row *row,
                            void *arg) MUST_CHECK;
enum fault migrate_sql_started(struct rq *rq, const struct migration_row *row) MUST_CHECK;
enum fault migrate_sql_applied(struct rq *rq, const struct migration_row *row) MUST_CHECK;
enum fault migrate_sql_forget(struct rq *rq, int64_t version) MUST_CHECK;
/* Takes or renews the lease; *ret_holder names who has it otherwise. */
enum fault migrate_sql_claim(struct rq *rq, const char *owner, bool *ret_taken,
                             const char **ret_holder) MUST_CHECK;
enum fault migrate_sql_release(struct rq *rq, const char *owner) MUST_CHECK;

extern const struct db_stmt_table migrate_stmts;

#endif
