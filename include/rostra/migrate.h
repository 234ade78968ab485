/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate.h - the schema, file by file: sql/NNNN_verb_noun.sql, one statement each, forward only,
 * never edited after a release.  MariaDB commits on DDL, so a file that began and did not end is
 * seen and left to a person.
 */
#ifndef ROSTRA_MIGRATE_H
#define ROSTRA_MIGRATE_H

#include "rostra/db.h"

enum migration_state {
	MIGRATION_PENDING,
	MIGRATION_APPLIED,
	MIGRATION_HALF,    /* began, did not end */
	MIGRATION_CHANGED, /* applied, but the file is another one now */
	MIGRATION_NEWER,   /* applied by a release that has more files than this one */
	MIGRATION__MAX
};
extern const char *const migration_state_names[MIGRATION__MAX + 1];

enum { SHA256_HEX_SIZE = 65 };

struct migration {
	int64_t version;
	const char *name;           /* file name without ".sql" */
	const char *sha256;         /* hexadecimal, of the file; of the row when there is no file */
	const char *applied_sha256; /* of the row; NULL: none */
	int64_t started_us, applied_us; /* TIME_NONE: not */
	enum migration_state state;
	struct str sql;
};

struct migration_list {
	struct migration *items; /* by version */
	size_t n;
};

/*
 * Makes the book-keeping tables when they are missing and gives rq a handle with the statements of
 * this module; the caller destroys rq->db.
 */
enum fault migrate_open(struct rq *rq) MUST_CHECK;
/* Files of conf.sql_dir beside what is applied.  INVALID: the folder has gaps or strange names
 * (detail says which). */
enum fault migrate_list(struct rq *rq, struct migration_list *ret) MUST_CHECK;

struct migrate_options {
	int64_t rerun;   /* version of a half-applied file to run again; 0 none */
	int64_t record;  /* version of a half-applied file whose change is there: only record it; 0
	                    none */
	int64_t wait_ms; /* for another `up` that runs */
	void (*step)(void *arg, const struct migration *m,
	             int64_t took_us); /* after each file; may be NULL */
	void *arg;
};
/*
 * Applies what is pending, one file after the other, under a lease: two at once are safe, the
 * second finds nothing to do.  CONFLICT with an explanation when a person must look first; BUSY
 * when the lease stays taken.
 */
enum fault migrate_up(struct rq *rq, const struct migrate_options *o,
                      size_t *ret_applied) MUST_CHECK;

#endif
