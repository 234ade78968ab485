/* SPDX-License-Identifier: Apache-2.0 */
/* clicked.c - clicks were counted: where a rule rewards them, an event says whose points may
 * change. */
#include "rostra/caller.h"
#include "rostra/jobs.h"

#include "points_int.h"

struct ruled {
	struct uuid company_id;
};

/* clang-format off */
static const struct db_col company_out[] = { DB_COL_UUID(struct ruled, company_id) };
static const struct db_col put_in[] = {
	DB_COL_UUID(struct points_clicked, company_id), DB_COL_UUID(struct points_clicked, share_id),
	DB_COL_I64(struct points_clicked, utc_day),     DB_COL_TIME(struct points_clicked, now_us),
	DB_COL_TIME(struct points_clicked, now_us),
};

enum { Q_RULES, Q_PUT, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_RULES] = {
		.name = "point_click_rules",
		.sql = "SELECT DISTINCT company_id FROM point_rule /* all companies: one loader serves them all */"
		       " WHERE action IN ('human_click', 'unique_visitor')",
		DB_OUT(company_out),
	},
	[Q_PUT] = {
		.name = "point_put_clicked",
		.sql = "INSERT INTO outbox (company_id, kind, object_id, payload, due_at, created_at)"
		       " VALUES (?, '" POINTS_CLICKED "', ?, ?, ?, ?)",
		DB_IN(put_in),
	},
};
/* clang-format on */

const struct db_stmt_table points_clicked_stmts = DB_STMTS("points_clicked", stmts);

struct companies {
	struct uuid *list;
	size_t n, room;
};

static enum fault
keep_company(struct rq *rq, void *row, void *arg)
{
	const struct ruled *r = row;
	struct companies *c = arg;

	c->list = arena_grow(rq->arena, c->list, c->n, &c->room);
	c->list[c->n++] = r->company_id;
	return FAULT_NONE;
}

static bool
has(const struct companies *c, struct uuid company)
{
	for (size_t i = 0; i < c->n; i++) {
		if (uuid_eq(c->list[i], company))
			return true;
	}
	return false;
}

enum fault
points_clicks_came(struct rq *rq, struct points_clicked *rows, size_t n)
{
	struct companies with = { .n = 0 };
	struct ruled row;
	size_t kept = 0;
	enum fault e = FAULT_NONE;

	if (n > 0)
		e = db_each(rq, &stmts[Q_RULES], NULL, &row, keep_company, &with);
	for (size_t i = 0; !e && i < n; i++) {
		if (!has(&with, rows[i].company_id))
			continue;
		rows[kept] = rows[i];
		rows[kept++].now_us = rq->now_us;
	}
	return e || kept == 0 ? e : db_bulk(rq, &stmts[Q_PUT], rows, sizeof(*rows), kept, NULL);
}
