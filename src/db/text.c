/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - plain SQL for administration: never on a request path. */
#include <string.h>

#include "db_int.h"

static enum fault
send_text(struct rq *rq, const char *sql)
{
	enum fault e = db_ready(rq);
	unsigned number;

	if (e)
		return e;
	number = db_round_trip(rq, sql);
	rq->stats.queries++;
	if (number)
		return db_fault(rq, db_note(rq, "text", number, mysql_error(rq->db->my)), false);
	return FAULT_NONE;
}

static enum fault
text_row(struct rq *rq, MYSQL_RES *res, MYSQL_ROW row, db_text_fn *fn, void *arg)
{
	struct str cells[DB_COLUMNS_MAX];
	const unsigned long *lengths = mysql_fetch_lengths(res);
	size_t n = mysql_num_fields(res);

	if (n > DB_COLUMNS_MAX)
		n = DB_COLUMNS_MAX;
	for (size_t i = 0; i < n; i++)
		cells[i] = (struct str){ row[i], row[i] ? (size_t)lengths[i] : 0 };
	return fn(rq, cells, n, arg);
}

enum fault
db_query_text(struct rq *rq, const char *sql, db_text_fn *fn, void *arg)
{
	enum fault e = send_text(rq, sql);
	MYSQL_RES *res;
	MYSQL_ROW row;

	if (e)
		return e;
	/* Stored, not streamed: results of administration are small, and fn may run statements. */
	res = mysql_store_result(rq->db->my);
	if (!res && mysql_errno(rq->db->my) != 0)
		return db_fault(rq,
		                db_note(rq, "text", mysql_errno(rq->db->my),
		                        mysql_error(rq->db->my)),
		                true);
	if (!res)
		return FAULT_NONE;
	while (!e && fn && (row = mysql_fetch_row(res)))
		e = text_row(rq, res, row, fn, arg);
	mysql_free_result(res);
	return e;
}

enum fault
db_run_text(struct rq *rq, const char *sql)
{
	return db_query_text(rq, sql, NULL, NULL);
}
