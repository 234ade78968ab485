/* SPDX-License-Identifier: Apache-2.0 */
/* facts_sql.c - what people did that rules may reward, in the order of time; and what stands for
 * it. */
#include "rostra/caller.h"
#include "rostra/clock.h"

#include "settle_int.h"

/* clang-format off */
#define IN_PERSON DB_COL_UUID(struct facts_ask, company_id), DB_COL_UUID(struct facts_ask, person_id)
#define IN_WINDOW DB_COL_TIME(struct facts_ask, from_us), DB_COL_TIME(struct facts_ask, to_us)
static const struct db_col window_in[] = { IN_PERSON, IN_WINDOW };
static const struct db_col ids_in[] = {
	IN_PERSON, DB_COL_UUID(struct facts_ask, first_id), DB_COL_UUID(struct facts_ask, last_id), IN_WINDOW,
};
/* Of everybody, or of one: there is no index of a person. */
static const struct db_col leads_in[] = {
	DB_COL_UUID(struct facts_ask, company_id), IN_WINDOW,
	DB_COL_UUID(struct facts_ask, person_id), DB_COL_UUID(struct facts_ask, person_id),
};
static const struct db_col fact_out[] = {
	DB_COL_UUID(struct fact, person_id), DB_COL_UUID(struct fact, object_id), DB_COL_UUID(struct fact, item_id),
	DB_COL_TIME(struct fact, at_us), DB_COL_I64(struct fact, times), DB_COL_STR(struct fact, name),
	DB_COL_VIEW(struct fact, visitor),
};
static const struct db_col entries_in[] = {
	DB_COL_UUID(struct standing_ask, company_id), DB_COL_UUID(struct standing_ask, person_id),
	DB_COL_ENUM(struct standing_ask, reason, points_reason_names),
	DB_COL_I64(struct standing_ask, from_day), DB_COL_I64(struct standing_ask, to_day),
};
static const struct db_col items_in[] = {
	DB_COL_UUID(struct standing_ask, company_id), DB_COL_UUID(struct standing_ask, person_id),
	DB_COL_ENUM(struct standing_ask, reason, points_reason_names), DB_COL_I64(struct standing_ask, from_day),
};
static const struct db_col items_out[] = { DB_COL_UUID(struct point_entry, item_id), DB_COL_I64(struct point_entry, tenths) };
static const struct db_col earners_in[] = { DB_COL_UUID(struct facts_ask, company_id), DB_COL_UUID(struct facts_ask, person_id) };
static const struct db_col earners_out[] = {
	DB_COL_UUID(struct point_entry, person_id), DB_COL_ENUM(struct point_entry, reason, points_reason_names),
	DB_COL_I64(struct point_entry, day),
};

#define LONG_RUN "SET STATEMENT max_statement_time = 600 FOR "
#define FACT(person, object, item, at, times) \
	LONG_RUN "SELECT " person ", " object ", " item ", " at ", " times ", NULL, NULL"
#define WHO(table, person) " FROM " table " x WHERE x.company_id = ? AND x." person " = ?"
#define DURING(at) " AND " at " >= ? AND " at " < ?"

#define TOUCHED_LAST(lead, at)                                                                  \
	"(SELECT t.person_id FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = l.company_id AND t.lead_id = " lead    \
	" AND t.touched_at <= " at " ORDER BY t.touched_at DESC, t.click_id DESC LIMIT 1)"
/* An erased lead is nobody's any more; one that was merged is told by the other. */
#define OF_LEAD(at, times, from, where)                                                         \
	LONG_RUN "SELECT y.person_id, y.lead_id, y.lead_id, y.at, y.times, NULL, NULL FROM (SELECT "   \
	TOUCHED_LAST("l.id", at) " AS person_id, l.id AS lead_id, " at " AS at, " times " AS times FROM " from \
	" AND l.erased_at IS NULL AND l.merged_into IS NULL" where ") y WHERE y.person_id IS NOT NULL AND (? IS NULL OR y.person_id = ?) ORDER BY y.at, y.lead_id"
#define EVENT "conversion c JOIN company k ON k.id = c.company_id JOIN lead l ON l.company_id = c.company_id" \
	" AND l.id = c.lead_id WHERE c.company_id = ? AND c.occurred_at >= ? AND c.occurred_at < ?"
#define FIRST_QUALIFIED " AND c.stage IN ('qualified', 'opportunity', 'won') AND NOT EXISTS (SELECT 1 FROM conversion b" \
	" WHERE b.company_id = c.company_id AND b.lead_id = c.lead_id AND b.stage IN ('qualified', 'opportunity', 'won')" \
	" AND (b.occurred_at < c.occurred_at OR (b.occurred_at = c.occurred_at AND b.id < c.id)))"
/* Who has no cookie is told by address and browser, as duplicates are. */
#define CLICK_VISITOR "COALESCE(c.visitor, UNHEX(MD5(CONCAT(c.ip_hash, COALESCE(c.user_agent, '')))))"
#define HUMAN_CLICKS(visitor)                                                                   \
	LONG_RUN "SELECT x.person_id, x.id, x.id, c.clicked_at, 1, NULL, " visitor " FROM share x JOIN click c" \
	" ON c.company_id = x.company_id AND c.share_id = x.id WHERE x.company_id = ? AND x.person_id = ?" \
	DURING("c.clicked_at") " AND c.class = 'human' ORDER BY c.clicked_at, c.id"

enum { Q_FACTS, Q_ENTRIES = Q_FACTS + ACTION__MAX, Q_ITEMS, Q_EARNERS, Q__MAX };

#define FACTS(action, word, text, ins)                                                          \
	[Q_FACTS + (action)] = { .name = "point_facts_" word, .sql = text, DB_IN(ins), DB_OUT(fact_out) }

static const struct db_stmt stmts[Q__MAX] = {
	FACTS(ACTION_SHARE, "share", FACT("x.person_id", "x.id", "x.post_id", "x.created_at", "1") WHO("share", "person_id")
	      DURING("x.created_at") " AND x.state = 'active' ORDER BY x.created_at, x.id", window_in),
	FACTS(ACTION_KUDOS_GIVEN, "kudos_given", FACT("x.giver_id", "x.id", "NULL", "x.created_at", "1") WHO("kudos", "giver_id")
	      DURING("x.created_at") " AND x.state IN ('visible', 'hidden') ORDER BY x.created_at, x.id", window_in),
	FACTS(ACTION_KUDOS_RECEIVED, "kudos_received", FACT("x.person_id", "k.id", "k.giver_id", "k.created_at", "1")
	      " FROM kudos_person x JOIN kudos k ON k.company_id = x.company_id AND k.id = x.kudos_id"
	      " WHERE x.company_id = ? AND x.person_id = ? AND x.role = 'recipient' AND x.kudos_id >= ? AND x.kudos_id <= ?"
	      DURING("k.created_at") " AND k.state IN ('visible', 'hidden') ORDER BY k.created_at, k.id", ids_in),
	FACTS(ACTION_LEAD, "lead", OF_LEAD("l.created_at", "1", "lead l WHERE l.company_id = ? AND l.created_at >= ?"
	      " AND l.created_at < ?", ""), leads_in),
	FACTS(ACTION_QUALIFIED, "qualified", OF_LEAD("c.occurred_at", "1", EVENT, FIRST_QUALIFIED), leads_in),
	FACTS(ACTION_WON, "won", OF_LEAD("c.occurred_at", "c.value_minor", EVENT,
	      " AND c.stage = 'won' AND c.currency = k.currency"), leads_in),
	FACTS(ACTION_CLICK, "click", HUMAN_CLICKS("NULL"), window_in),
	FACTS(ACTION_VISITOR, "visitor", HUMAN_CLICKS(CLICK_VISITOR), window_in),
	FACTS(ACTION_POST, "post", FACT("x.suggested_by", "x.id", "NULL", "x.published_at", "1") WHO("post", "suggested_by")
	      DURING("x.published_at") " AND x.state IN ('live', 'expired') ORDER BY x.published_at, x.id", window_in),
	FACTS(ACTION_MUST_READ, "must_read", FACT("x.person_id", "x.post_id", "NULL", "x.acknowledged_at", "1")
	      WHO("person_post", "person_id") DURING("x.acknowledged_at") " ORDER BY x.acknowledged_at, x.post_id", window_in),
	FACTS(ACTION_OUTSIDE, "outside", LONG_RUN "SELECT x.person_id, x.id, x.item_id, x.occurred_at, 1, x.name, NULL"
	      WHO("outside_action", "person_id") DURING("x.occurred_at") " AND x.withdrawn_at IS NULL ORDER BY x.occurred_at, x.id",
	      window_in),
	[Q_ENTRIES] = {
		.name = "point_settle_entries",
		.sql = "SELECT " POINT_ENTRY_COLUMNS POINT_ENTRY_FROM " (point_entry_day)" POINT_ENTRY_REVERSED
		       " WHERE e.company_id = ? AND e.person_id = ? AND e.reason = ? AND e.day >= ? AND e.day < ? AND e.reverses_id IS NULL ORDER BY e.id",
		DB_IN(entries_in), .out = point_entry_out, .n_out = POINT_ENTRY_OUT,
	},
	[Q_ITEMS] = {
		.name = "point_settle_items",
		.sql = "SELECT item_id, CAST(SUM(tenths) AS SIGNED) FROM point_entry FORCE INDEX (point_entry_day) WHERE company_id = ? AND person_id = ?"
		       " AND reason = ? AND day > 0 AND day < ? AND item_id IS NOT NULL GROUP BY item_id",
		DB_IN(items_in), DB_OUT(items_out),
	},
	[Q_EARNERS] = {
		.name = "point_settle_earners",
		.sql = "SELECT DISTINCT person_id, reason, day FROM point_entry FORCE INDEX (point_entry_fact) WHERE company_id = ? AND object_id = ?"
		       " AND currency = 'earned' AND day > 0",
		DB_IN(earners_in), DB_OUT(earners_out),
	},
};
/* clang-format on */

const struct db_stmt_table points_facts_stmts = DB_STMTS("points_facts", stmts);

struct facts_ask
facts_ask_of(struct uuid company, struct uuid person, int64_t from_us, int64_t to_us)
{
	struct facts_ask ask = {
		.company_id = company, .person_id = person, .from_us = from_us, .to_us = to_us
	};

	uuid_client_bounds(from_us, to_us, &ask.first_id, &ask.last_id);
	return ask;
}

bool
facts_of_all(enum points_action action)
{
	return action == ACTION_LEAD || action == ACTION_QUALIFIED || action == ACTION_WON;
}

enum fault
facts_sql_each(struct rq *rq, enum points_action action, const struct facts_ask *ask, db_row_fn *fn,
               void *arg)
{
	struct fact row = { .times = 0 };

	return db_each_scratch(rq, &stmts[Q_FACTS + action], ask, &row, fn, arg);
}

enum fault
settle_sql_entries(struct rq *rq, const struct standing_ask *ask, db_row_fn *fn, void *arg)
{
	struct point_entry row = { .id = 0 };

	return db_each(rq, &stmts[Q_ENTRIES], ask, &row, fn, arg);
}

enum fault
settle_sql_items(struct rq *rq, const struct standing_ask *ask, db_row_fn *fn, void *arg)
{
	struct point_entry row = { .id = 0 };

	return db_each(rq, &stmts[Q_ITEMS], ask, &row, fn, arg);
}

enum fault
settle_sql_earners(struct rq *rq, struct uuid object, db_row_fn *fn, void *arg)
{
	const struct facts_ask in = { .company_id = rq_company(rq), .person_id = object };
	struct point_entry row = { .id = 0 };

	return db_each(rq, &stmts[Q_EARNERS], &in, &row, fn, arg);
}
