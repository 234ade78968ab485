/* SPDX-License-Identifier: Apache-2.0 */
/* birth_sql.c - statements that write a whole new lead, alone or with others. */
#include "rostra/network.h"
#include "rostra/sums.h"

#include "lead_cols.h"
#include "lead_int.h"

/* clang-format off */
static const struct db_col birth_cols[] = {
	NEW_VISIT(struct lead_birth, lead., click_bytes), NEW_VISIT(struct lead_birth, lead., email_sha256),
	NEW_LEAD(struct lead_birth, lead.), NEW_CONVERSION(struct lead_birth, first.),
	DB_COL_UUID(struct lead_birth, lead.company_id), /* credit_change */
	/* mark */
	DB_COL_UUID(struct lead_birth, first.company_id), DB_COL_TIME(struct lead_birth, first.occurred_at),
	NEW_TOUCH(struct lead_birth, touch.),
	/* outbox */
	DB_COL_UUID(struct lead_birth, lead.company_id), DB_COL_STR(struct lead_birth, event),
	DB_COL_UUID(struct lead_birth, lead.id), DB_COL_TIME(struct lead_birth, lead.received_at),
	DB_COL_TIME(struct lead_birth, lead.received_at),
};
enum {
	VISIT_COLS = 4,
	CONVERSION_COLS_NEW = 11,
	MARK_COLS = 2,
	BIRTH_COLS_UNTOUCHED = 2 * VISIT_COLS + LEAD_COLS_NEW + CONVERSION_COLS_NEW + 1 + MARK_COLS,
};

struct addresses {
	struct uuid company_id;
	struct str  sha256[BIRTHS_AT_ONCE];
};
static const struct db_col known_in[] = {
	DB_COL_UUID(struct addresses, company_id),
	DB_COL_16(DB_COL_VIEW, struct addresses, sha256, 0),
};
struct told_email {
	struct uuid company_id;
	struct str  email_sha256;
	int64_t     at;
};
static const struct db_col email_in[] = {
	DB_COL_UUID(struct told_email, company_id), DB_COL_VIEW(struct told_email, email_sha256),
	DB_COL_TIME(struct told_email, at),
};
static const struct db_col known_out[] = { DB_COL_VIEW(struct lead, email_sha256) };

#define VISIT_INSERTS VISIT_INSERT("click") "; " VISIT_INSERT("email") "; "

enum { Q_BIRTH, Q_BIRTH_TOUCHED, Q_KNOWN, Q_PUT_EMAIL, Q_PUT_LEAD, Q_PUT_FIRST, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_BIRTH] = {
		.name = "lead_birth",
		.sql = DB_WHOLE_TX(VISIT_INSERTS LEAD_INSERT "; " CONVERSION_INSERT "; " CREDITS_CHANGED "; " SUM_MARK_INTO("leads")),
		.in = birth_cols, .n_in = BIRTH_COLS_UNTOUCHED,
	},
	[Q_BIRTH_TOUCHED] = {
		.name = "lead_birth_touched",
		.sql = DB_WHOLE_TX(VISIT_INSERTS LEAD_INSERT "; " CONVERSION_INSERT "; " CREDITS_CHANGED "; " SUM_MARK_INTO("leads") "; "
			TOUCH_INSERT "; " OUTBOX_INSERT),
		DB_IN(birth_cols),
	},
	[Q_KNOWN] = {
		.name = "lead_known_emails",
		.sql = "SELECT DISTINCT email_sha256 FROM lead FORCE INDEX (lead_email) WHERE company_id = ?"
		       " AND email_sha256" DB_AMONG_16,
		DB_IN(known_in), DB_OUT(known_out),
	},
	/* Births together tell of no click. */
	[Q_PUT_EMAIL] = {
		.name = "lead_visit_put_many",
		.sql = "INSERT INTO lead_visit (company_id, what, at, kind) VALUES (?, ?, ?, 'email')",
		DB_IN(email_in),
	},
	[Q_PUT_LEAD] = {
		.name = "lead_put_many",
		.sql = LEAD_INSERT,
		.in = birth_cols + 2 * VISIT_COLS, .n_in = LEAD_COLS_NEW,
	},
	[Q_PUT_FIRST] = {
		.name = "conversion_put_many",
		.sql = CONVERSION_INSERT,
		.in = birth_cols + 2 * VISIT_COLS + LEAD_COLS_NEW, .n_in = CONVERSION_COLS_NEW,
	},
};
/* clang-format on */

const struct db_stmt_table lead_birth_stmts = DB_STMTS("lead", stmts);

enum fault
lead_sql_birth(struct rq *rq, const struct lead_birth *b, bool touched, bool *ret_duplicate)
{
	return db_whole_tx(rq, &stmts[touched ? Q_BIRTH_TOUCHED : Q_BIRTH], b, ret_duplicate);
}

enum fault
birth_sql_known(struct rq *rq, struct uuid company, const struct str *hashes, size_t n,
                db_row_fn *fn, void *arg)
{
	struct addresses in = { .company_id = company };
	struct lead row = { .value = NULL };

	for (size_t i = 0; i < BIRTHS_AT_ONCE; i++)
		in.sha256[i] = hashes[i < n ? i : n - 1];
	return db_each(rq, &stmts[Q_KNOWN], &in, &row, fn, arg);
}

/* Somebody else has come with one of the addresses meanwhile: the fault of a duplicate. */
static enum fault
put_emails(struct rq *rq, const struct lead_birth *births, size_t n)
{
	struct told_email *told = arena_array(rq->arena, n, struct told_email);
	size_t n_told = 0;

	for (size_t i = 0; i < n; i++) {
		const struct lead *l = &births[i].lead;

		if (l->email_sha256.n > 0)
			told[n_told++] =
			    (struct told_email){ l->company_id, l->email_sha256, l->received_at };
	}
	return n_told > 0 ? db_bulk(rq, &stmts[Q_PUT_EMAIL], told, sizeof(*told), n_told, NULL)
	                  : FAULT_NONE;
}

enum fault
birth_sql_put(struct rq *rq, const struct lead_birth *births, size_t n)
{
	struct sum_mark *marks = arena_array(rq->arena, n, struct sum_mark);
	enum fault e = put_emails(rq, births, n);

	if (!e)
		e = db_bulk(rq, &stmts[Q_PUT_LEAD], births, sizeof(*births), n, NULL);
	for (size_t i = 0; i < n; i++)
		marks[i] = (struct sum_mark){ births[i].first.company_id, SUM_LEADS,
			                      births[i].first.occurred_at };
	if (!e)
		e = db_bulk(rq, &stmts[Q_PUT_FIRST], births, sizeof(*births), n, NULL);
	if (!e)
		e = credits_changed(rq, births[0].lead.company_id);
	return e ? e : sums_mark(rq, marks, n);
}
