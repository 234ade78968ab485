/* SPDX-License-Identifier: Apache-2.0 */
/* follow_feed_sql.c - the statement of the feed of people. */
#include "rostra/caller.h"
#include "rostra/kudos.h"
#include "rostra/network.h"
#include "rostra/profile.h"

#include "follow_int.h"

/* clang-format off */
/* Of each kind at most a page, newest first, before the place where the reader stands. */
#define BEFORE                                                                                  \
	DB_COL_TIME(struct deed_page, since),     DB_COL_TIME(struct deed_page, before_at),         \
	DB_COL_TIME(struct deed_page, before_at), DB_COL_UUID(struct deed_page, before_id),         \
	DB_COL_I64(struct deed_page, limit)
static const struct db_col deeds_in[] = {
	DB_COL_UUID(struct deed_page, company_id), DB_COL_UUID(struct deed_page, reader_id),
	DB_COL_STR(struct deed_page, channels), BEFORE,
	DB_COL_STR(struct deed_page, channels), BEFORE,
	DB_COL_TIME(struct deed_page, since), DB_COL_UUID(struct deed_page, since_kudos), BEFORE,
	DB_COL_I64(struct deed_page, limit),
};
static const struct db_col deeds_out[] = {
	DB_COL_ENUM(struct deed, kind, deed_kind_names), DB_COL_UUID(struct deed, id),
	DB_COL_TIME(struct deed, at),            DB_COL_UUID(struct deed, person_id),
	DB_COL_STR(struct deed, display_name),   DB_COL_UUID(struct deed, post_id),
	DB_COL_STR(struct deed, title),          DB_COL_ENUM(struct deed, network, network_names),
	DB_COL_STR(struct deed, value_name),     DB_COL_STR(struct deed, message),
};

#define NEWEST(at, id) \
	" AND " at " > ? AND " at " <= ? AND (" at " < ? OR " id " < ?) ORDER BY " at " DESC, " id " DESC LIMIT ?"
/* Whom the reader follows and who lets the reader see what they do. */
#define FOLLOWED                                                                                \
	"WITH w AS (SELECT f.company_id, f.follower_id, f.followed_id FROM person_follow f"         \
	" STRAIGHT_JOIN person o ON o.company_id = f.company_id AND o.id = f.followed_id AND o.state = 'active'" \
	PROFILE_JOIN_SQL " WHERE f.company_id = ? AND f.follower_id = ? AND" PROFILE_SEEN_SQL("f.follower_id") ")"
#define SHARES                                                                                  \
	"(SELECT 'share' AS kind, s.id AS id, s.created_at AS at, s.person_id AS person_id, s.post_id AS post_id," \
	" CAST(s.network AS CHAR) AS network FROM w STRAIGHT_JOIN share s FORCE INDEX (share_person)" \
	" ON s.company_id = w.company_id AND s.person_id = w.followed_id AND s.state = 'active'"    \
	" STRAIGHT_JOIN feed_item i ON i.company_id = s.company_id AND i.post_id = s.post_id"       \
	" WHERE FIND_IN_SET(i.channel_id, ?)" NEWEST("s.created_at", "s.id") ")"
#define SUGGESTIONS                                                                             \
	"(SELECT 'suggestion', po.id, i.published_at, po.suggested_by, po.id, NULL"                 \
	" FROM w STRAIGHT_JOIN post po FORCE INDEX (post_suggested)"                                \
	" ON po.company_id = w.company_id AND po.suggested_by = w.followed_id"                      \
	" STRAIGHT_JOIN feed_item i ON i.company_id = po.company_id AND i.post_id = po.id"          \
	" WHERE FIND_IN_SET(i.channel_id, ?)" NEWEST("i.published_at", "po.id") ")"
/* One line for a kudos: the giver's, or else a recipient's. */
#define KUDOS                                                                                   \
	"(SELECT IF(m.giver IS NULL, 'kudos_received', 'kudos_given'), k.id, k.created_at, COALESCE(m.giver, m.recipient)," \
	" NULL, NULL FROM (SELECT company_id, reader, id, MIN(giver) AS giver, MIN(recipient) AS recipient FROM (" \
	"SELECT w.company_id, w.follower_id AS reader, k.id, k.giver_id AS giver, NULL AS recipient" \
	" FROM w STRAIGHT_JOIN kudos k FORCE INDEX (kudos_given) ON k.company_id = w.company_id"    \
	" AND k.giver_id = w.followed_id AND k.created_at > ?"                                      \
	" UNION ALL SELECT w.company_id, w.follower_id, r.kudos_id, NULL, r.person_id"              \
	" FROM w STRAIGHT_JOIN kudos_person r FORCE INDEX (kudos_person_person) ON r.company_id = w.company_id" \
	" AND r.person_id = w.followed_id AND r.role = 'recipient' AND r.kudos_id > ?) n"           \
	" GROUP BY company_id, reader, id) m STRAIGHT_JOIN kudos k ON k.company_id = m.company_id AND k.id = m.id" \
	" WHERE" KUDOS_SEEN_SQL("m.reader") NEWEST("k.created_at", "k.id") ")"

enum { Q_DEEDS, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_DEEDS] = {
		.name = "follow_deeds",
		.sql = FOLLOWED " SELECT x.kind, x.id, x.at, x.person_id, o.display_name, x.post_id, po.title, x.network, v.name,"
		       " k.message FROM (" SHARES " UNION ALL " SUGGESTIONS " UNION ALL " KUDOS ") x"
		       " JOIN (SELECT DISTINCT company_id FROM w) c"
		       " JOIN person o ON o.company_id = c.company_id AND o.id = x.person_id"
		       " LEFT JOIN post po ON po.company_id = c.company_id AND po.id = x.post_id"
		       " LEFT JOIN kudos k ON k.company_id = c.company_id AND k.id = x.id AND x.post_id IS NULL"
		       " LEFT JOIN company_value v ON v.company_id = k.company_id AND v.id = k.value_id"
		       " ORDER BY x.at DESC, x.id DESC LIMIT ?",
		DB_IN(deeds_in), DB_OUT(deeds_out),
	},
};
/* clang-format on */

const struct db_stmt_table follow_feed_stmts = DB_STMTS("follow_feed", stmts);

enum fault
follow_sql_deeds(struct rq *rq, const struct deed_page *p, db_row_fn *fn, void *arg)
{
	struct deed row = { .kind = 0 };

	return db_each(rq, &stmts[Q_DEEDS], p, &row, fn, arg);
}
