/* SPDX-License-Identifier: Apache-2.0 */
/* feed_sql.c - statements of feed. */
#include "rostra/caller.h"
#include "rostra/channel.h"

#include "feed_int.h"

/* clang-format off */
struct viewer_key {
	struct uuid company_id, person_id;
};
static const struct db_col viewer_in[] = {
	DB_COL_UUID(struct viewer_key, company_id), DB_COL_UUID(struct viewer_key, person_id),
};
static const struct db_col viewer_out[] = {
	DB_COL_I64(struct feed_viewer, company_version), DB_COL_I64(struct feed_viewer, person_version),
	DB_COL_I64(struct feed_viewer, audience_version), DB_COL_STR(struct feed_viewer, channels),
	DB_COL_UUID(struct feed_viewer, team_id),
};
struct placed {
	struct uuid       company_id, post_id;
	int64_t           company_version;
	struct feed_place place;
};
static const struct db_col place_in[] = {
	DB_COL_UUID(struct placed, company_id), DB_COL_UUID(struct placed, post_id),
};
static const struct db_col place_out[] = {
	DB_COL_I64(struct placed, company_version), DB_COL_UUID(struct placed, place.channel_id),
	DB_COL_I64(struct placed, place.post_version),
};

enum { ASKERS_MAX = 16 };
struct askers {
	struct uuid company_id, person_id[ASKERS_MAX];
};
static const struct db_col asker_in[] = { DB_COL_UUID(struct askers, company_id), DB_COL_UUID(struct askers, person_id[0]) };
static const struct db_col askers_in[] = {
	DB_COL_UUID(struct askers, company_id),
	DB_COL_16(DB_COL_UUID, struct askers, person_id, 0),
};
static const struct db_col counters_out[] = {
	DB_COL_UUID(struct feed_asker, person_id),      DB_COL_I64(struct feed_asker, company_version),
 DB_COL_I64(struct feed_asker, person_version),
	DB_COL_I64(struct feed_asker, audience_version),
};
#define COUNTERS                                                \
	"SELECT p.id, c.feed_version, p.feed_version, p.audience_version FROM person p" \
	" JOIN company c ON c.id = p.company_id WHERE p.company_id = ? AND p.id "

static const struct db_col top_in[] = {
	DB_COL_UUID(struct feed_page, company_id), DB_COL_UUID(struct feed_page, person_id),
	DB_COL_STR(struct feed_page, channels),   DB_COL_BOOL(struct feed_page, after),
	DB_COL_TIME(struct feed_page, after_at),  DB_COL_TIME(struct feed_page, after_at),
	DB_COL_UUID(struct feed_page, after_id),  DB_COL_BOOL(struct feed_page, unseen),
	DB_COL_I64(struct feed_page, limit),
};
static const struct db_col rest_in[] = {
	DB_COL_UUID(struct feed_page, company_id), DB_COL_UUID(struct feed_page, person_id),
	DB_COL_STR(struct feed_page, channels),
	DB_COL_TIME(struct feed_page, after_at),  DB_COL_TIME(struct feed_page, after_at),
	DB_COL_UUID(struct feed_page, after_id),  DB_COL_BOOL(struct feed_page, unseen),
	DB_COL_I64(struct feed_page, limit),
};
static const struct db_col page_out[] = {
	DB_COL_I64(struct feed_row, company_version), DB_COL_I64(struct feed_row, person_version),
	DB_COL_I64(struct feed_row, audience_version),
	DB_COL_UUID(struct feed_row, post_id),       DB_COL_BOOL(struct feed_row, pinned),
	DB_COL_TIME(struct feed_row, published_at),  DB_COL_I64(struct feed_row, post_version),
	DB_COL_TIME(struct feed_row, seen_at),       DB_COL_TIME(struct feed_row, acknowledged_at),
	DB_COL_SET(struct feed_row, shared_networks),
};

struct seen {
	struct uuid company_id, person_id;
	const char *impressions;
};
static const struct db_col seen_in[] = {
	DB_COL_UUID(struct seen, person_id), DB_COL_STR(struct seen, impressions),
	DB_COL_UUID(struct seen, company_id), DB_COL_UUID(struct seen, person_id),
};

/*
 * The order is the primary key's, read backwards: ORDER BY must not name company_id, or the rows are sorted.
 * Each row has the viewer's counters, so that a page read for what was remembered of the viewer proves itself.
 */
#define ITEMS                                                                                   \
	"SELECT c.feed_version, p.feed_version, p.audience_version, f.post_id, f.pinned, f.published_at, f.post_version," \
	" st.seen_at, st.acknowledged_at, CAST(COALESCE(st.shared_networks, 0) AS UNSIGNED)"        \
	" FROM person p JOIN company c ON c.id = p.company_id"                                      \
	" JOIN feed_item f FORCE INDEX (PRIMARY) ON f.company_id = p.company_id"                    \
	" LEFT JOIN person_post st ON st.company_id = f.company_id AND st.person_id = p.id"         \
	" AND st.post_id = f.post_id"                                                               \
	" WHERE p.company_id = ? AND p.id = ? AND FIND_IN_SET(f.channel_id, ?)"
#define NOT_SEEN " AND (NOT ? OR st.seen_at IS NULL)"
#define NEWEST_FIRST " f.published_at DESC, f.post_id DESC LIMIT ?"

enum { Q_VIEWER, Q_PLACE, Q_COUNTERS, Q_COUNTERS_16, Q_TOP, Q_REST, Q_SEEN, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_VIEWER] = {
		.name = "feed_viewer",
		.sql = "SELECT c.feed_version, p.feed_version, p.audience_version, (SELECT GROUP_CONCAT(ch.id ORDER BY ch.id)"
		       " FROM channel ch WHERE ch.company_id = p.company_id AND" CHANNEL_IN_FEED_SQL "),"
		       " (SELECT m.team_id FROM team_member m WHERE m.company_id = p.company_id"
		       " AND m.person_id = p.id AND m.to_at IS NULL AND m.is_primary LIMIT 1)"
		       " FROM person p JOIN company c ON c.id = p.company_id"
		       " WHERE p.company_id = ? AND p.id = ?",
		DB_IN(viewer_in), DB_OUT(viewer_out),
	},
	[Q_PLACE] = {
		.name = "feed_place",
		.sql = "SELECT c.feed_version, f.channel_id, f.post_version FROM feed_item f"
		       " JOIN company c ON c.id = f.company_id WHERE f.company_id = ? AND f.post_id = ?",
		DB_IN(place_in), DB_OUT(place_out),
	},
	[Q_COUNTERS] = {
		.name = "feed_counters",
		.sql = COUNTERS "= ?",
		DB_IN(asker_in), DB_OUT(counters_out),
	},
	[Q_COUNTERS_16] = {
		.name = "feed_counters_16",
		.sql = COUNTERS DB_AMONG_16,
		DB_IN(askers_in), DB_OUT(counters_out),
	},
	[Q_TOP] = { /* from the start, or from within the few that are pinned */
		.name = "feed_top",
		.sql = ITEMS " AND (NOT ? OR NOT f.pinned OR f.published_at < ?"
		       " OR (f.published_at = ? AND f.post_id < ?))" NOT_SEEN " ORDER BY f.pinned DESC," NEWEST_FIRST,
		DB_IN(top_in), DB_OUT(page_out),
	},
	[Q_REST] = { /* a range of the key: no row constructors, they read the whole prefix */
		.name = "feed_rest",
		.sql = ITEMS " AND f.pinned = 0 AND f.published_at <= ?"
		       " AND (f.published_at < ? OR f.post_id < ?)" NOT_SEEN " ORDER BY" NEWEST_FIRST,
		DB_IN(rest_in), DB_OUT(page_out),
	},
	[Q_SEEN] = { /* only posts of the company's feed, and only what was not seen before */
		.name = "feed_seen",
		.sql = "INSERT INTO person_post (company_id, person_id, post_id, seen_at)"
		       " SELECT f.company_id, ?, f.post_id, j.at FROM"
		       " JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$.id', at DATETIME(6) PATH '$.at')) j"
		       " STRAIGHT_JOIN feed_item f ON f.company_id = ? AND f.post_id = CAST(j.id AS UUID)"
		       " LEFT JOIN person_post st ON st.company_id = f.company_id AND st.person_id = ?"
		       " AND st.post_id = f.post_id WHERE st.seen_at IS NULL"
		       " ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at)",
		DB_IN(seen_in),
	},
};
/* clang-format on */

const struct db_stmt_table feed_stmts = DB_STMTS("feed", rows);

enum fault
feed_sql_viewer(struct rq *rq, struct feed_viewer *out)
{
	struct viewer_key in = { rq_company(rq), rq->who->person };

	return db_one(rq, &rows[Q_VIEWER], &in, out);
}

enum fault
feed_sql_place(struct rq *rq, struct uuid post, struct feed_place *out,
               int64_t *ret_company_version)
{
	struct placed row = { .company_id = rq_company(rq), .post_id = post };
	enum fault e = db_one(rq, &rows[Q_PLACE], &row, &row);

	if (e)
		return e;
	*out = row.place;
	*ret_company_version = row.company_version;
	return FAULT_NONE;
}

/* Those of a statement, and how many. */
struct asked {
	struct feed_asker *askers[ASKERS_MAX];
	size_t n;
};

static enum fault
answer(struct rq *rq, void *row, void *arg)
{
	const struct feed_asker *found = row;
	const struct asked *asked = arg;

	(void)rq;
	for (size_t i = 0; i < asked->n; i++) {
		struct feed_asker *a = asked->askers[i];

		if (!uuid_eq(a->person_id, found->person_id))
			continue;
		a->company_version = found->company_version;
		a->person_version = found->person_version;
		a->audience_version = found->audience_version;
		a->found = true;
	}
	return FAULT_NONE;
}

/* The next of a company of those nobody has asked for yet; how many there were of it. */
static size_t
gather(struct feed_asker *const *askers, size_t n, struct asked *out)
{
	const struct uuid *company = NULL;

	out->n = 0;
	for (size_t i = 0; i < n && out->n < ASKERS_MAX; i++) {
		struct feed_asker *a = askers[i];

		if (a->asked || (company && !uuid_eq(*company, a->company_id)))
			continue;
		company = &a->company_id;
		a->asked = true;
		out->askers[out->n++] = a;
	}
	return out->n;
}

enum fault
feed_sql_counters(struct rq *rq, struct feed_asker *const *askers, size_t n)
{
	struct feed_asker row = { 0 };
	enum fault e = FAULT_NONE;
	struct asked some;

	while (!e && gather(askers, n, &some) > 0) {
		struct askers in = { .company_id = some.askers[0]->company_id };

		for (size_t i = 0; i < ASKERS_MAX; i++)
			in.person_id[i] = some.askers[i < some.n ? i : some.n - 1]->person_id;
		e = db_each(rq, &rows[some.n == 1 ? Q_COUNTERS : Q_COUNTERS_16], &in, &row, answer,
		            &some);
	}
	return e;
}

enum fault
feed_sql_page(struct rq *rq, const struct feed_page *page, db_row_fn *fn, void *arg)
{
	const bool top = !page->after || page->after_pinned;
	struct feed_row row = { 0 };

	return db_each(rq, &rows[top ? Q_TOP : Q_REST], page, &row, fn, arg);
}

enum fault
feed_sql_seen(struct rq *rq, const char *impressions, uint64_t *ret_new)
{
	struct seen in = { rq_company(rq), rq->who->person, impressions };

	return db_exec(rq, &rows[Q_SEEN], &in, ret_new);
}
