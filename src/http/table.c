/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - answers as tables: CSV while its rows come, a workbook once it is whole. */
#include "rostra/conf.h"

#include "http_int.h"

static const char *const format_words[FORMAT__MAX] = {
	[FORMAT_JSON] = "json",
	[FORMAT_CSV] = "csv",
	[FORMAT_WORKBOOK] = "xlsx",
};

enum fault
table_format(struct http_conn *conn)
{
	struct str format;

	if (!(conn->call.route->flags & ROUTE_TABLE) ||
	    !query_get(conn->arena, conn->call.query_text, "format", &format))
		return FAULT_NONE;
	for (int f = 0; f < FORMAT__MAX; f++) {
		if (str_is(format, format_words[f])) {
			conn->call.format = (enum reply_format)f;
			return FAULT_NONE;
		}
	}
	problem_add(&conn->rq.problem, "?format", "must be json, csv or xlsx");
	conn->rq.problem.code = FAULT_BAD_QUERY;
	return FAULT_BAD_QUERY;
}

enum fault
http_sheet(struct rq *rq, struct call *c, const char *name, struct sheet **ret)
{
	struct http_conn *conn = c->conn;

	http_header(c, "Content-Disposition", "attachment; filename=\"%s.%s\"", name,
	            format_words[c->format]);
	if (c->format == FORMAT_CSV) {
		*ret = sheet_csv(rq->arena, http_raw(c, 200, "text/csv; charset=utf-8"));
		return FAULT_NONE;
	}
	conn->workbook = *ret = sheet_workbook(rq->arena, rq->conf->state_dir);
	if (*ret == NULL)
		return rq_fail(rq, FAULT_INTERNAL, "The workbook cannot be written.");
	return FAULT_NONE;
}

enum fault
table_end(struct http_conn *conn, enum fault e)
{
	struct sheet *book = conn->workbook;
	struct buf *out;

	conn->workbook = NULL;
	if (book == NULL)
		return e;
	if (e) {
		sheet_discard(book);
		return e;
	}
	out = http_raw(&conn->call, 200, SHEET_WORKBOOK_TYPE);
	if (!sheet_close(book, out))
		return rq_fail(&conn->rq, FAULT_INTERNAL, "The workbook cannot be written.");
	return FAULT_NONE;
}
