/* SPDX-License-Identifier: Apache-2.0 */
/* privacy_int.h - between the files of privacy. */
#ifndef ROSTRA_PRIVACY_INT_H
#define ROSTRA_PRIVACY_INT_H

#include "rostra/privacy.h"

enum { MARK_NAME_MAX = 64, MARK_LEFT_MAX = 60, MARK_COLUMNS_MAX = 64, MARK_TABLES_MAX = 256 };
#define MARK_LEFT "(erased)"

/* --- marks (marks.c) */

/* What a column's comment says; see privacy.h. */
struct mark {
	bool names_person, personal, deletes_row;
	bool has_left;
	char of[MARK_NAME_MAX]; /* "": the owner of the row */
	char left[MARK_LEFT_MAX + 1];
};
/* Pure.  False: it begins like a mark and is none. */
bool mark_parse(struct str comment, struct mark *out);

struct mark_column {
	const char *name;
	bool nullable, number, binary;
	struct mark mark;
};
struct mark_table {
	const char *name;
	struct mark_column *columns;
	size_t n;
	size_t owner; /* the column that names its owner; n: nobody */
};
struct mark_schema {
	struct mark_table tables[MARK_TABLES_MAX];
	size_t n;
};
/* The database's tables with their marks, by name.  INTERNAL when a mark is not understood. */
enum fault marks_read(struct rq *rq, struct mark_schema **ret) MUST_CHECK;
/* The column that names whose data it is; table->n: nobody's. */
size_t mark_subject(const struct mark_table *t, const struct mark_column *c);

/* --- requests of erasure (privacy_sql.c) */

enum erasure_state { ERASURE_WAITING, ERASURE_DONE, ERASURE_WITHDRAWN, ERASURE_STATE__MAX };
extern const char *const erasure_state_names[ERASURE_STATE__MAX + 1];

struct erasure {
	struct uuid company_id, id, person_id, asked_by;
	int state;
	int64_t asked_at, due_at, ended_at;
};
enum fault erasure_sql_insert(struct rq *rq, const struct erasure *row,
                              bool *ret_duplicate) MUST_CHECK;
enum fault erasure_sql_get(struct rq *rq, struct uuid id, bool lock,
                           struct erasure *out) MUST_CHECK;
/* Ends what waits for this person; id zero: all of it. */
enum fault erasure_sql_end(struct rq *rq, const struct erasure *row) MUST_CHECK;
struct erasure_page {
	struct uuid company_id, before, person; /* person zero: of all */
	int64_t limit;
};
enum fault erasure_sql_page(struct rq *rq, const struct erasure_page *p, db_row_fn *fn,
                            void *arg) MUST_CHECK;
enum fault erasure_sql_due(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;

#endif
