/* SPDX-License-Identifier: Apache-2.0 */
/* board_int.h - between the files of boards. */
#ifndef ROSTRA_BOARD_INT_H
#define ROSTRA_BOARD_INT_H

#include "rostra/board.h"

struct board_choice {
	struct uuid company_id, person_id;
	bool on_boards;
	int64_t updated_at;
};

/* A page of the standing, or a person's own place: entries of from <= created_at < as_of count. */
struct board_page {
	struct uuid company_id, person_id; /* zero: everybody who is shown */
	int64_t from, as_of;
	int64_t after_tenths; /* J_NO_INT: the first page */
	struct uuid after_id;
	int64_t limit;
};
struct board_row {
	struct uuid person_id;
	const char *display_name;
	int64_t tenths, rank;
};

/* --- statements (board_sql.c) */
/* A person who never chose is on boards. */
enum fault board_sql_choice(struct rq *rq, bool *ret_on_boards) MUST_CHECK;
enum fault board_sql_choose(struct rq *rq, bool on_boards) MUST_CHECK;
/* Most points first, the same points by id. */
enum fault board_sql_page(struct rq *rq, const struct board_page *p, db_row_fn *fn,
                          void *arg) MUST_CHECK;
/* The caller's points; the rank is that among those who are shown, 0 without points. */
enum fault board_sql_own(struct rq *rq, const struct board_page *p,
                         struct board_row *out) MUST_CHECK;

#endif
