/* SPDX-License-Identifier: Apache-2.0 */
/* fill.c - what a kept lead does not know it gets of the one that was merged into it, such as the
 * name of somebody of whom only the click was known; a split takes back just that. */
#include "lead_int.h"

struct fill_key {
	struct uuid company_id, merge_id;
};

/* clang-format off */
static const struct db_col merge_key[] = {
	DB_COL_UUID(struct fill_key, company_id), DB_COL_UUID(struct fill_key, merge_id),
};

#define BOTH                                                                                    \
	"lead_merge g JOIN lead k ON k.company_id = g.company_id AND k.id = g.kept_id"                 \
	" JOIN lead m ON m.company_id = g.company_id AND m.id = g.merged_id"
#define COMING                                                                                  \
	" c ON c.company_id = g.company_id AND c.lead_id = g.kept_id AND c.external_id = CONCAT('lead.', g.kept_id)"
#define SET_ASIDE                                                                               \
	" lead_merge_event e ON e.company_id = g.company_id AND e.merge_id = g.id AND e.what = 'set_aside'"
#define LACKS(member, column) "IF(k." column " IS NULL AND m." column " IS NOT NULL, '" member "', NULL)"
#define FILL(member, column)  "k." column " = IF(FIND_IN_SET('" member "', g.filled), m." column ", k." column ")"
#define CLEAR(member, column, value) "k." column " = IF(FIND_IN_SET('" member "', g.filled), " value ", k." column ")"
/* Without a click its address has led to what is left. */
#define HAS_PATH "EXISTS (SELECT 1 FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = k.company_id AND t.lead_id = k.id)"
#define LAST_TOLD(column)                                                                       \
	"(SELECT c." column " FROM conversion c WHERE c.company_id = k.company_id AND c.lead_id = k.id"  \
	" AND c.value_minor IS NOT NULL ORDER BY c.occurred_at DESC, c.stage DESC, c.id DESC LIMIT 1)"
#define OF_MERGE " WHERE g.company_id = ? AND g.id = ?"

enum { Q_NOTE, Q_FILL, Q_FILL_VALUE, Q_CLEAR_VALUE, Q_CLEAR, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_NOTE] = {
		.name = "lead_fill_note",
		.sql = "UPDATE " BOTH " LEFT JOIN conversion" COMING " LEFT JOIN" SET_ASIDE
		       " SET g.filled = CONCAT_WS(',', NULLIF(g.filled, ''), " LACKS("email", "email") ", " LACKS("hash", "email_sha256")
		       ", " LACKS("name", "name") ", " LACKS("organisation", "organisation") ", " LACKS("phone", "phone")
		       ", " LACKS("message", "message")
		       ", IF(k.click_id IS NULL AND m.click_id IS NOT NULL AND m.matched_by IN ('click', 'visitor'), 'click', NULL)"
		       ", IF(c.id IS NOT NULL AND c.value_minor IS NULL AND e.value_minor IS NOT NULL, 'value', NULL))"
		       OF_MERGE " AND k.erased_at IS NULL",
		DB_IN(merge_key),
	},
	[Q_FILL] = {
		.name = "lead_fill",
		.sql = "UPDATE " BOTH " SET " FILL("email", "email") ", " FILL("hash", "email_sha256") ", " FILL("name", "name")
		       ", " FILL("organisation", "organisation") ", " FILL("phone", "phone") ", " FILL("message", "message")
		       ", " FILL("click", "click_id") ", " FILL("click", "matched_by") ", " FILL("click", "match_reason")
		       ", " FILL("click", "match_pct") ", k.version = k.version + 1" OF_MERGE " AND g.filled <> ''",
		DB_IN(merge_key),
	},
	[Q_FILL_VALUE] = {
		.name = "lead_fill_value",
		.sql = "UPDATE lead_merge g JOIN" SET_ASIDE " JOIN conversion" COMING
		       " SET c.value_minor = e.value_minor, c.currency = e.currency" OF_MERGE " AND FIND_IN_SET('value', g.filled)",
		DB_IN(merge_key),
	},
	[Q_CLEAR_VALUE] = {
		.name = "lead_fill_clear_value",
		.sql = "UPDATE lead_merge g JOIN conversion" COMING " SET c.value_minor = NULL, c.currency = NULL" OF_MERGE
		       " AND FIND_IN_SET('value', g.filled)",
		DB_IN(merge_key),
	},
	[Q_CLEAR] = {
		.name = "lead_fill_clear",
		.sql = "UPDATE " BOTH " SET " CLEAR("email", "email", "NULL") ", " CLEAR("hash", "email_sha256", "NULL")
		       ", " CLEAR("name", "name", "NULL") ", " CLEAR("organisation", "organisation", "NULL")
		       ", " CLEAR("phone", "phone", "NULL") ", " CLEAR("message", "message", "NULL")
		       ", " CLEAR("click", "click_id", "NULL") ", " CLEAR("click", "matched_by", "IF(" HAS_PATH ", 'email', 'none')")
		       ", " CLEAR("click", "match_reason", "IF(" HAS_PATH ", 'same_email', 'nothing_known')")
		       ", " CLEAR("click", "match_pct", "IF(" HAS_PATH ", 70, 0)")
		       ", " CLEAR("value", "value_minor", LAST_TOLD("value_minor")) ", " CLEAR("value", "currency", LAST_TOLD("currency"))
		       ", k.version = k.version + 1" OF_MERGE " AND g.filled <> ''",
		DB_IN(merge_key),
	},
};
/* clang-format on */

const struct db_stmt_table lead_fill_stmts = DB_STMTS("lead_fill", stmts);

static enum fault
run(struct rq *rq, struct uuid company, struct uuid merge, int first, int last)
{
	const struct fill_key key = { company, merge };
	enum fault e = FAULT_NONE;

	for (int q = first; !e && q <= last; q++)
		e = db_exec(rq, &stmts[q], &key, NULL);
	return e;
}

enum fault
lead_fill(struct rq *rq, struct uuid company, struct uuid merge)
{
	return run(rq, company, merge, Q_NOTE, Q_FILL_VALUE);
}

enum fault
lead_fill_take_back(struct rq *rq, struct uuid company, struct uuid merge)
{
	return run(rq, company, merge, Q_CLEAR_VALUE, Q_CLEAR);
}
