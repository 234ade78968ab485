/* SPDX-License-Identifier: Apache-2.0 */
/* badge_sql.c - statements of badges and of their awards. */
#include "rostra/caller.h"
#include "rostra/profile.h"

#include "badge_int.h"

/* clang-format off */
struct one {
	struct uuid company_id, id, reader;
	int64_t     at, n;
};
static const struct db_col company_in[] = { DB_COL_UUID(struct one, company_id) };
static const struct db_col key_in[] = { DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id) };
static const struct db_col count_out[] = { DB_COL_I64(struct one, n) };
static const struct db_col view_out[] = {
	DB_COL_UUID(struct badge, id),          DB_COL_STR(struct badge, name), DB_COL_STR(struct badge, description),
	DB_COL_ENUM(struct badge, kind, badge_kind_names), DB_COL_ENUM(struct badge, measure, measure_names),
	DB_COL_TIME(struct badge, archived_at), DB_COL_BOOL(struct badge, archived), DB_COL_I64(struct badge, version),
	DB_COL_TIME(struct badge, created_at),  DB_COL_BYTES(struct badge, body_sha256),
	DB_COL_STR(struct badge, levels_packed),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct badge, company_id),  DB_COL_UUID(struct badge, id), DB_COL_STR(struct badge, name),
	DB_COL_STR(struct badge, description),  DB_COL_ENUM(struct badge, kind, badge_kind_names),
	DB_COL_ENUM(struct badge, measure, measure_names), DB_COL_TIME(struct badge, created_at),
	DB_COL_BYTES(struct badge, body_sha256),
};
static const struct db_col level_in[] = {
	DB_COL_UUID(struct badge_level, company_id), DB_COL_UUID(struct badge_level, badge_id),
	DB_COL_I64(struct badge_level, level),       DB_COL_STR(struct badge_level, name),
	DB_COL_I64(struct badge_level, threshold),
};
static const struct db_col update_in[] = {
	DB_COL_STR(struct badge, name),         DB_COL_STR(struct badge, description), DB_COL_TIME(struct badge, archived_at),
	DB_COL_UUID(struct badge, company_id),  DB_COL_UUID(struct badge, id),         DB_COL_I64(struct badge, version),
};
static const struct db_col award_in[] = {
	DB_COL_UUID(struct badge_award, company_id), DB_COL_UUID(struct badge_award, person_id),
	DB_COL_UUID(struct badge_award, badge_id),   DB_COL_I64(struct badge_award, level),
	DB_COL_I64(struct badge_award, value),       DB_COL_UUID(struct badge_award, granted_by),
	DB_COL_STR(struct badge_award, reason),      DB_COL_TIME(struct badge_award, awarded_at),
};
static const struct db_col award_key[] = {
	DB_COL_UUID(struct badge_award, company_id), DB_COL_UUID(struct badge_award, person_id),
	DB_COL_UUID(struct badge_award, badge_id),   DB_COL_I64(struct badge_award, level),
};
static const struct db_col award_out[] = {
	DB_COL_UUID(struct badge_award, person_id),  DB_COL_UUID(struct badge_award, badge_id),
	DB_COL_STR(struct badge_award, badge_name),  DB_COL_I64(struct badge_award, level),
	DB_COL_STR(struct badge_award, level_name),  DB_COL_I64(struct badge_award, value),
	DB_COL_UUID(struct badge_award, granted_by), DB_COL_STR(struct badge_award, reason),
	DB_COL_TIME(struct badge_award, awarded_at),
};
static const struct db_col person_in[] = {
	DB_COL_UUID(struct one, reader), DB_COL_UUID(struct one, reader), DB_COL_UUID(struct one, company_id),
	DB_COL_UUID(struct one, id),
};
static const struct db_col person_out[] = {
	DB_COL_STR(struct badge_person, time_zone), DB_COL_BOOL(struct badge_person, active), DB_COL_BOOL(struct badge_person, shown),
};
static const struct db_col days_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id), DB_COL_TIME(struct one, at),
};
static const struct db_col days_out[] = {
	DB_COL_TIME(struct badge_day, first_at), DB_COL_TIME(struct badge_day, last_at),
};

/* "<threshold> <name>", the unit separator between two: names have no control characters. */
#define BADGE                                                                                   \
	"SELECT b.id, b.name, b.description, b.kind, b.measure, b.archived_at, b.archived_at IS NOT NULL, b.version," \
	" b.created_at, b.body_sha256, (SELECT GROUP_CONCAT(CONCAT(l.threshold, ' ', l.name) ORDER BY l.level SEPARATOR '\x1f')" \
	" FROM badge_level l WHERE l.company_id = b.company_id AND l.badge_id = b.id) FROM badge b"
#define BADGE_AWARD                                                                             \
	"SELECT a.person_id, a.badge_id, b.name, a.level, l.name, a.value, a.granted_by, a.reason, a.awarded_at" \
	" FROM badge_award a JOIN badge b ON b.company_id = a.company_id AND b.id = a.badge_id"     \
	" JOIN badge_level l ON l.company_id = a.company_id AND l.badge_id = a.badge_id AND l.level = a.level"

enum {
	Q_GET, Q_COUNT, Q_INSERT, Q_LEVEL, Q_UPDATE, Q_EACH, Q_AWARDS, Q_AWARD, Q_AWARD_DELETE, Q_AWARD_GET, Q_PERSON, Q_DAYS, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_GET] = { .name = "badge_get", .sql = BADGE " WHERE b.company_id = ? AND b.id = ?", DB_IN(key_in), DB_OUT(view_out) },
	[Q_COUNT] = { .name = "badge_count", .sql = "SELECT COUNT(*) FROM badge WHERE company_id = ? LOCK IN SHARE MODE",
		DB_IN(company_in), DB_OUT(count_out) },
	[Q_INSERT] = { .name = "badge_insert",
		.sql = "INSERT INTO badge (company_id, id, name, description, kind, measure, created_at, body_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_LEVEL] = { .name = "badge_level_insert",
		.sql = "INSERT INTO badge_level (company_id, badge_id, level, name, threshold) VALUES (?, ?, ?, ?, ?)",
		DB_IN(level_in) },
	[Q_UPDATE] = { .name = "badge_update",
		.sql = "UPDATE badge SET name = ?, description = ?, archived_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(update_in) },
	[Q_EACH] = { .name = "badge_each", .sql = BADGE " WHERE b.company_id = ? ORDER BY b.id LIMIT 200",
		DB_IN(company_in), DB_OUT(view_out) },
	[Q_AWARDS] = { .name = "badge_awards",
		.sql = BADGE_AWARD " WHERE a.company_id = ? AND a.person_id = ? ORDER BY a.badge_id, a.level",
		DB_IN(key_in), DB_OUT(award_out) },
	[Q_AWARD] = { .name = "badge_award_insert",
		.sql = "INSERT INTO badge_award (company_id, person_id, badge_id, level, value, granted_by, reason, awarded_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(award_in) },
	[Q_AWARD_DELETE] = { .name = "badge_award_delete",
		.sql = "DELETE FROM badge_award WHERE company_id = ? AND person_id = ? AND badge_id = ? AND level = ?"
		       " AND granted_by IS NOT NULL",
		DB_IN(award_key) },
	[Q_AWARD_GET] = { .name = "badge_award_get",
		.sql = BADGE_AWARD " WHERE a.company_id = ? AND a.person_id = ? AND a.badge_id = ? AND a.level = ?",
		DB_IN(award_key), DB_OUT(award_out) },
	[Q_PERSON] = { .name = "badge_person",
		.sql = "SELECT COALESCE(o.time_zone, c.time_zone), o.state = 'active', " PROFILE_SEEN_SQL("?")
		       " FROM person o JOIN company c ON c.id = o.company_id" PROFILE_JOIN_SQL " WHERE o.company_id = ? AND o.id = ?",
		DB_IN(person_in), DB_OUT(person_out) },
	[Q_DAYS] = { .name = "badge_days",
		.sql = "SELECT MIN(s.created_at), MAX(s.created_at) FROM share s FORCE INDEX (share_person)"
		       " WHERE s.company_id = ? AND s.person_id = ? AND s.created_at >= ?"
		       " GROUP BY DATE(s.created_at) ORDER BY 1",
		DB_IN(days_in), DB_OUT(days_out) },
};
/* clang-format on */

const struct db_stmt_table badge_stmts = DB_STMTS("badge", stmts);

/* What the statement packs into one text. */
static void
unpack(struct rq *rq, struct badge *b)
{
	struct badge_level *levels = arena_array(rq->arena, BADGE_LEVELS_MAX, struct badge_level);
	struct str rest = str_of(b->levels_packed), one, threshold;
	size_t n = 0;

	while (n < BADGE_LEVELS_MAX && rest.n > 0 && str_split(&rest, '\x1f', &one)) {
		if (!str_split(&one, ' ', &threshold) ||
		    !str_int64(threshold, &levels[n].threshold))
			continue;
		levels[n].level = (int64_t)n + 1;
		levels[n++].name = arena_copy(rq->arena, one.s, one.n);
	}
	b->levels = (struct j_list){ levels, n };
}

enum fault
badge_sql_get(struct rq *rq, struct uuid id, struct badge *out)
{
	const struct one in = { .company_id = rq_company(rq), .id = id };
	enum fault e = db_one(rq, &stmts[Q_GET], &in, out);

	if (!e)
		unpack(rq, out);
	return e;
}

enum fault
badge_sql_count(struct rq *rq, int64_t *ret_n)
{
	const struct one in = { .company_id = rq_company(rq) };
	struct one out;
	enum fault e = db_one(rq, &stmts[Q_COUNT], &in, &out);

	if (!e)
		*ret_n = out.n;
	return e;
}

enum fault
badge_sql_insert(struct rq *rq, const struct badge *b, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], b, ret_duplicate);
}

enum fault
badge_sql_levels(struct rq *rq, const struct badge_level *l, size_t n)
{
	return db_bulk(rq, &stmts[Q_LEVEL], l, sizeof(*l), n, NULL);
}

enum fault
badge_sql_update(struct rq *rq, const struct badge *b, bool *ret_done)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_UPDATE], b, &n);

	*ret_done = n > 0;
	return e;
}

struct passing {
	db_row_fn *fn;
	void *arg;
};

static enum fault
pass(struct rq *rq, void *row, void *arg)
{
	const struct passing *p = arg;

	unpack(rq, row);
	return p->fn(rq, row, p->arg);
}

enum fault
badge_sql_each(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct one in = { .company_id = rq_company(rq) };
	struct badge row = { .name = NULL };
	struct passing p = { fn, arg };

	return db_each(rq, &stmts[Q_EACH], &in, &row, pass, &p);
}

enum fault
badge_sql_awards(struct rq *rq, struct uuid person, db_row_fn *fn, void *arg)
{
	const struct one in = { .company_id = rq_company(rq), .id = person };
	struct badge_award row = { .reason = NULL };

	return db_each(rq, &stmts[Q_AWARDS], &in, &row, fn, arg);
}

enum fault
badge_sql_award(struct rq *rq, const struct badge_award *a, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_AWARD], a, ret_duplicate);
}

enum fault
badge_sql_award_delete(struct rq *rq, const struct badge_award *key, bool *ret_done)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_AWARD_DELETE], key, &n);

	*ret_done = n > 0;
	return e;
}

enum fault
badge_sql_award_get(struct rq *rq, const struct badge_award *key, struct badge_award *out)
{
	return db_one(rq, &stmts[Q_AWARD_GET], key, out);
}

enum fault
badge_sql_person(struct rq *rq, struct uuid person, struct badge_person *out)
{
	const struct one in = { .company_id = rq_company(rq),
		                .id = person,
		                .reader = rq->who->person };

	return db_one(rq, &stmts[Q_PERSON], &in, out);
}

enum fault
badge_sql_days(struct rq *rq, struct uuid person, int64_t since, db_row_fn *fn, void *arg)
{
	const struct one in = { .company_id = rq_company(rq), .id = person, .at = since };
	struct badge_day row = { 0, 0 };

	return db_each(rq, &stmts[Q_DAYS], &in, &row, fn, arg);
}
