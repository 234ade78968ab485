/* SPDX-License-Identifier: Apache-2.0 */
/* claimed.c - the same of many events at once, as a relay claims them. */
#include <stdlib.h>

#include "rostra/caller.h"
#include "rostra/clock.h"

#include "settle_int.h"

/* A row of what was claimed: of a share, of clicks on a UTC day of theirs, or of a kudos. */
struct claimed {
	struct uuid company_id, person_id;
	int64_t at_us, utc_day, day; /* day: of an entry there is; 0: that of at_us */
	int reason;
	const char *kind, *owner;
};

/* clang-format off */
static const struct db_col claim_in[] = { DB_COL_STR(struct claimed, owner), DB_COL_STR(struct claimed, kind) };
static const struct db_col claim_out[] = {
	DB_COL_UUID(struct claimed, company_id), DB_COL_UUID(struct claimed, person_id), DB_COL_TIME(struct claimed, at_us),
	DB_COL_I64(struct claimed, utc_day),
};
static const struct db_col kudos_in[] = {
	DB_COL_STR(struct claimed, owner), DB_COL_STR(struct claimed, kind), DB_COL_STR(struct claimed, owner),
	DB_COL_STR(struct claimed, kind),  DB_COL_STR(struct claimed, owner), DB_COL_STR(struct claimed, kind),
};
static const struct db_col kudos_out[] = {
	DB_COL_UUID(struct claimed, company_id), DB_COL_UUID(struct claimed, person_id),
	DB_COL_ENUM(struct claimed, reason, points_reason_names), DB_COL_TIME(struct claimed, at_us),
	DB_COL_I64(struct claimed, day),
};
static const struct db_col company_out[] = { DB_COL_UUID(struct claimed, company_id) };

#define CLAIMED(at, day, from, share)                                                           \
	"SELECT DISTINCT s.company_id, s.person_id, " at ", " day " FROM " from                     \
	" /* all companies: one relay serves them all */ STRAIGHT_JOIN share s ON s.company_id = o.company_id AND s.id = " share \
	" WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ?"                                 \
	" AND EXISTS (SELECT 1 FROM point_rule r WHERE r.company_id = s.company_id)"

#define KUDOS_CLAIMED                                                                           \
	" FROM " OUTBOX_OBJECTS " /* all companies: one relay serves them all */"                       \
	" STRAIGHT_JOIN kudos k ON k.company_id = o.company_id AND k.id = " OUTBOX_OBJECT_ID
#define KUDOS_ACTIONS "'kudos_given', 'kudos_received'"
#define RULED(actions)                                                                          \
	" WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ?"                                     \
	" AND EXISTS (SELECT 1 FROM point_rule r WHERE r.company_id = o.company_id AND r.action IN (" actions "))"

enum { Q_SHARES, Q_CLICKS, Q_KUDOS, Q_KUDOS_RULES, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_SHARES] = { .name = "point_shares_claimed", .sql = CLAIMED("s.created_at", "0", OUTBOX_OBJECTS, OUTBOX_OBJECT_ID), DB_IN(claim_in), DB_OUT(claim_out) },
	[Q_CLICKS] = { .name = "point_clicks_claimed", .sql = CLAIMED("NULL", "CAST(o.payload AS SIGNED)", "outbox o FORCE INDEX (outbox_due)", "o.object_id"),
		       DB_IN(claim_in), DB_OUT(claim_out) },
	/* Whoever has entries for it already is settled, too. */
	[Q_KUDOS] = {
		.name = "point_kudos_claimed",
		.sql = "SELECT k.company_id, k.giver_id, 'kudos_given', k.created_at, 0" KUDOS_CLAIMED RULED("'kudos_given'")
		       " UNION ALL SELECT q.company_id, q.person_id, 'kudos_received_bonus', k.created_at, 0" KUDOS_CLAIMED
		       " STRAIGHT_JOIN kudos_person q ON q.company_id = k.company_id AND q.kudos_id = k.id AND q.role = 'recipient'"
		       RULED("'kudos_received'")
		       " UNION ALL SELECT p.company_id, p.person_id, p.reason, NULL, p.day" KUDOS_CLAIMED
		       " STRAIGHT_JOIN point_entry p FORCE INDEX (point_entry_fact) ON p.company_id = k.company_id AND p.object_id = k.id"
		       " AND p.currency = 'earned' AND p.day > 0" RULED(KUDOS_ACTIONS),
		DB_IN(kudos_in), DB_OUT(kudos_out),
	},
	[Q_KUDOS_RULES] = {
		.name = "point_kudos_rules",
		.sql = "SELECT company_id FROM point_rule /* all companies: one relay serves them all */"
		       " WHERE action IN (" KUDOS_ACTIONS ") LIMIT 1",
		DB_OUT(company_out),
	},
};
/* clang-format on */

const struct db_stmt_table points_claimed_stmts = DB_STMTS("points_claimed", stmts);

struct claims {
	struct claimed *list;
	size_t n, room;
};

static enum fault
keep_claim(struct rq *rq, void *row, void *arg)
{
	struct claims *c = arg;

	c->list = arena_grow(rq->arena, c->list, c->n, &c->room);
	c->list[c->n++] = *(const struct claimed *)row;
	return FAULT_NONE;
}

static int
by_company(const void *a, const void *b)
{
	return uuid_cmp(((const struct claimed *)a)->company_id,
	                ((const struct claimed *)b)->company_id);
}

/* A UTC day lies in two days of most zones. */
static void
take_claim(struct rq *rq, struct dues *d, const struct claimed *c, const struct due *of)
{
	const int64_t begin_us = civil_to_us((struct civil){ .year = (int)(c->utc_day / 10000),
	                                                     .month = (int)(c->utc_day / 100 % 100),
	                                                     .day = (int)(c->utc_day % 100) });
	struct due due = *of;

	due.company_id = c->company_id;
	due.person_id = c->person_id;
	due.had = c->day != 0;
	if (due.actions == 0)
		due.actions = due_action_of(c->reason);
	if (c->day != 0)
		due_day(rq, d, &due, c->day);
	else if (c->utc_day != 0)
		due_instants(rq, d, &due, begin_us, begin_us + US_PER_DAY - 1);
	else
		due_instants(rq, d, &due, c->at_us, c->at_us);
}

static enum fault
due_tx(struct rq *rq, void *arg)
{
	return points_settle_due(rq, arg);
}

/* Claims of one company. */
static enum fault
settle_company(struct rq *rq, const struct claimed *list, size_t n, uint32_t actions)
{
	struct dues d = { .n = 0 };
	struct zones zones;
	enum fault e = zones_read(rq, &zones);
	const struct due of = { .actions = actions, .zones = &zones };

	for (size_t i = 0; !e && i < n; i++)
		take_claim(rq, &d, &list[i], &of);
	due_sort(&d);
	for (size_t i = 0; !e && i < d.n; i++)
		e = db_tx(rq, due_tx, &d.list[i]);
	return e;
}

/* actions: of all rows; 0: each row has a reason. */
static enum fault
settle_claimed(struct rq *rq, const struct db_stmt *stmt, const struct claimed *in,
               uint32_t actions)
{
	const struct caller *before = rq->who;
	struct claimed row = { .at_us = TIME_NONE };
	struct claims c = { .n = 0 };
	size_t n;
	enum fault e = db_each(rq, stmt, in, &row, keep_claim, &c);

	if (c.n > 1)
		qsort(c.list, c.n, sizeof(*c.list), by_company);
	for (size_t i = 0; !e && i < c.n; i += n) {
		const struct caller system = { .company = c.list[i].company_id };

		for (n = 1; i + n < c.n && uuid_eq(c.list[i + n].company_id, system.company);)
			n++;
		rq->who = &system;
		e = settle_company(rq, &c.list[i], n, actions);
		rq->who = before;
	}
	return e;
}

enum fault
points_follow_shares(struct rq *rq, const char *kind, const char *owner)
{
	const struct claimed in = { .kind = kind, .owner = owner };

	return settle_claimed(rq, &stmts[Q_SHARES], &in, ACTION_BIT(ACTION_SHARE));
}

enum fault
points_follow_clicks(struct rq *rq, const char *kind, const char *owner)
{
	const struct claimed in = { .kind = kind, .owner = owner };

	return settle_claimed(rq, &stmts[Q_CLICKS], &in,
	                      ACTION_BIT(ACTION_CLICK) | ACTION_BIT(ACTION_VISITOR));
}

/* Rules stay when others follow them: where there are none, nothing was ever given by one. */
enum fault
points_follow_kudos(struct rq *rq, const char *kind, const char *owner)
{
	const struct claimed in = { .kind = kind, .owner = owner };
	struct claimed ruled;
	bool any;
	enum fault e = db_maybe(rq, &stmts[Q_KUDOS_RULES], NULL, &ruled, &any);

	return e || !any ? e : settle_claimed(rq, &stmts[Q_KUDOS], &in, 0);
}
