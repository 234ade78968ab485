/* SPDX-License-Identifier: Apache-2.0 */
/* notice_sql.c - statements of notices and of what people want to be told. */
#include "rostra/caller.h"

#include "notice_int.h"

/* clang-format off */
static const struct db_col listeners_in[] = {
	DB_COL_UUID(struct listeners_query, object_id), DB_COL_ENUM(struct listeners_query, kind, notice_kind_names),
	DB_COL_TIME(struct listeners_query, now),
	DB_COL_STR(struct listeners_query, people_json), DB_COL_UUID(struct listeners_query, company_id),
	DB_COL_ENUM(struct listeners_query, kind, notice_kind_names), DB_COL_UUID(struct listeners_query, object_id),
	DB_COL_UUID(struct listeners_query, source_id),
	DB_COL_ENUM(struct listeners_query, kind, notice_kind_names), DB_COL_UUID(struct listeners_query, object_id),
	DB_COL_UUID(struct listeners_query, source_id),
};
static const struct db_col listeners_out[] = {
	DB_COL_UUID(struct listener, company_id), DB_COL_UUID(struct listener, person_id),
	NOTICE_LISTENER_COLS(struct listener, how.), DB_COL_BOOL(struct listener, waited),
};
static const struct db_col join_in[] = {
	DB_COL_UUID(struct notice_row, company_id), DB_COL_UUID(struct notice_row, person_id), DB_COL_UUID(struct notice_row, id),
	DB_COL_ENUM(struct notice_row, kind, notice_kind_names), DB_COL_UUID(struct notice_row, object_id),
	DB_COL_I64(struct notice_row, slot), DB_COL_UUID(struct notice_row, source_id), DB_COL_UUID(struct notice_row, actor_id),
	DB_COL_TIME(struct notice_row, noted_at), DB_COL_TIME(struct notice_row, told_at),
};
static const struct db_col waited_in[] = {
	DB_COL_UUID(struct notice_row, company_id), DB_COL_UUID(struct notice_row, object_id), DB_COL_UUID(struct notice_row, person_id),
	DB_COL_ENUM(struct notice_row, kind, notice_kind_names), DB_COL_TIME(struct notice_row, noted_at),
};
static const struct db_col source_in[] = {
	DB_COL_UUID(struct notice_row, source_id), DB_COL_UUID(struct notice_row, actor_id), DB_COL_TIME(struct notice_row, noted_at),
	DB_COL_UUID(struct notice_row, company_id), DB_COL_UUID(struct notice_row, person_id),
	DB_COL_ENUM(struct notice_row, kind, notice_kind_names), DB_COL_UUID(struct notice_row, object_id),
	DB_COL_I64(struct notice_row, slot), DB_COL_UUID(struct notice_row, source_id),
};
static const struct db_col retract_in[] = {
	DB_COL_UUID(struct notice_row, company_id), DB_COL_UUID(struct notice_row, object_id),
	DB_COL_ENUM(struct notice_row, kind, notice_kind_names), DB_COL_ENUM(struct notice_row, kind, notice_kind_names),
	DB_COL_UUID(struct notice_row, source_id), DB_COL_UUID(struct notice_row, source_id),
};
static const struct db_col empty_in[] = {
	DB_COL_UUID(struct notice_row, company_id), DB_COL_UUID(struct notice_row, object_id),
	DB_COL_ENUM(struct notice_row, kind, notice_kind_names), DB_COL_ENUM(struct notice_row, kind, notice_kind_names),
};
static const struct db_col others_in[] = {
	DB_COL_UUID(struct notice_row, company_id), DB_COL_UUID(struct notice_row, object_id),
	DB_COL_UUID(struct notice_row, person_id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct notice_page, company_id), DB_COL_UUID(struct notice_page, person_id), DB_COL_TIME(struct notice_page, now),
	DB_COL_TIME(struct notice_page, before_at), DB_COL_TIME(struct notice_page, before_at),
	DB_COL_UUID(struct notice_page, before_id), DB_COL_BOOL(struct notice_page, unread), DB_COL_I64(struct notice_page, limit),
};
static const struct db_col view_out[] = {
	DB_COL_UUID(struct notice_view, id), DB_COL_ENUM(struct notice_view, kind, notice_kind_names),
	DB_COL_UUID(struct notice_view, object_id), DB_COL_TIME(struct notice_view, first_at),
	DB_COL_TIME(struct notice_view, told_at), DB_COL_TIME(struct notice_view, read_at), DB_COL_I64(struct notice_view, events),
	DB_COL_STR(struct notice_view, actors_packed), DB_COL_UUID(struct notice_view, first.id),
	DB_COL_STR(struct notice_view, first.display_name),
};
static const struct db_col head_in[] = {
	DB_COL_UUID(struct notice_page, company_id), DB_COL_UUID(struct notice_page, person_id), DB_COL_TIME(struct notice_page, now),
	DB_COL_I64(struct notice_page, limit), DB_COL_UUID(struct notice_page, company_id), DB_COL_UUID(struct notice_page, person_id),
	DB_COL_TIME(struct notice_page, now),
};
static const struct db_col head_out[] = {
	DB_COL_I64(struct notice_head, unread), DB_COL_TIME(struct notice_head, as_of),
};
static const struct db_col mark_in[] = {
	DB_COL_TIME(struct notice_marks, now), DB_COL_UUID(struct notice_marks, company_id), DB_COL_UUID(struct notice_marks, person_id),
	DB_COL_TIME(struct notice_marks, through), DB_COL_TIME(struct notice_marks, now), DB_COL_STR(struct notice_marks, ids_json),
	DB_COL_STR(struct notice_marks, ids_json),
};
static const struct db_col settings_key[] = {
	DB_COL_UUID(struct notice_settings, company_id), DB_COL_UUID(struct notice_settings, person_id),
};
static const struct db_col settings_out[] = {
	DB_COL_SET(struct notice_settings, muted), DB_COL_I64(struct notice_settings, quiet_from),
	DB_COL_I64(struct notice_settings, quiet_to), DB_COL_I64(struct notice_settings, version),
};
static const struct db_col update_in[] = {
	DB_COL_SET(struct notice_settings, muted), DB_COL_I64(struct notice_settings, quiet_from),
	DB_COL_I64(struct notice_settings, quiet_to), DB_COL_UUID(struct notice_settings, company_id),
	DB_COL_UUID(struct notice_settings, person_id), DB_COL_I64(struct notice_settings, version),
};
static const struct db_col prune_next_in[] = {
	DB_COL_UUID(struct notice_prune, after.company_id), DB_COL_UUID(struct notice_prune, after.company_id),
	DB_COL_UUID(struct notice_prune, after.id), DB_COL_I64(struct notice_prune, limit),
};
static const struct db_col prune_next_out[] = {
	DB_COL_UUID(struct notice_person, company_id), DB_COL_UUID(struct notice_person, id),
};
static const struct db_col prune_in[] = {
	DB_COL_TIME(struct notice_prune, before), DB_COL_UUID(struct notice_prune, after.company_id),
	DB_COL_UUID(struct notice_prune, after.company_id), DB_COL_UUID(struct notice_prune, after.id),
	DB_COL_UUID(struct notice_prune, last.company_id), DB_COL_UUID(struct notice_prune, last.company_id),
	DB_COL_UUID(struct notice_prune, last.id),
};

#define LINE_INTO                                                                               \
	"INSERT INTO notice (company_id, person_id, id, kind, object_id, slot, source_id, actor_id, first_at, told_at)" \
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
/* The sources s of a line beside its first, by the first columns of their key. */
#define SOURCES_OF(line)                                                                        \
	"s.company_id = " line ".company_id AND s.person_id = " line ".person_id AND s.kind = " line ".kind AND s.object_id = " line \
	".object_id AND s.notice_id = " line ".id"
#define SOURCES_OF_LINE SOURCES_OF("n")
/* Unread lines h that quiet hours held back until now, and the one n that is joined. */
#define WAITED " WHERE h.company_id = ? AND h.object_id = ? AND h.person_id = ? AND h.kind = ? AND h.slot > 0 AND h.told_at <= ?"
#define WAITED_LINE "notice h FORCE INDEX (notice_line)"
#define AND_LINE                                                                                \
	" STRAIGHT_JOIN notice n FORCE INDEX (notice_line) ON n.company_id = h.company_id AND n.object_id = h.object_id" \
	" AND n.person_id = h.person_id AND n.kind = h.kind AND n.slot = 0"
/* Old lines n of the people p. */
#define OLD                                                                                     \
	" FROM person p FORCE INDEX (PRIMARY) /* all companies: what is old is old */ STRAIGHT_JOIN notice n FORCE INDEX (notice_told)" \
	" ON n.company_id = p.company_id AND n.person_id = p.id AND n.told_at < ?"
#define OF_PEOPLE                                                                               \
	" WHERE (p.company_id > ? OR (p.company_id = ? AND p.id > ?)) AND (p.company_id < ? OR (p.company_id = ? AND p.id <= ?))"
/* Of the object; NULL: of all kinds. */
#define OF_OBJECT " WHERE company_id = ? AND object_id = ? AND (? IS NULL OR kind = ?)"

enum {
	Q_LISTENERS, Q_JOIN, Q_SOURCE, Q_RISE, Q_FOLD_FIRST, Q_FOLD, Q_FOLDED, Q_FIRST, Q_RETRACT, Q_RETRACT_FIRST, Q_EMPTY,
	Q_OTHERS_SOURCES, Q_OTHERS, Q_PAGE, Q_HEAD, Q_MARK, Q_SETTINGS, Q_SETTINGS_ENSURE, Q_SETTINGS_UPDATE, Q_PRUNE_NEXT, Q_PRUNE_SOURCES, Q_PRUNE, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_LISTENERS] = { .name = "notice_listeners",
		.sql = "SELECT p.company_id, p.id, " NOTICE_LISTENER_COLUMNS
		       ", EXISTS (SELECT 1 FROM notice h FORCE INDEX (notice_line) WHERE h.company_id = p.company_id AND h.object_id = ?"
		       " AND h.person_id = p.id AND h.kind = ? AND h.slot > 0 AND h.told_at <= ?)"
		       " FROM (SELECT DISTINCT CAST(j.id AS UUID) AS id FROM JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j) l"
		       " STRAIGHT_JOIN person p ON p.company_id = ? AND p.id = l.id AND p.state = 'active'"
		       " STRAIGHT_JOIN company c ON c.id = p.company_id"
		       NOTICE_LISTENER_JOIN
		       /* No NOT EXISTS: it is made a table of all that has the source, of whatever company. */
		       " LEFT JOIN notice_source s ON s.company_id = p.company_id AND s.person_id = p.id AND s.kind = ?"
		       " AND s.object_id = ? AND s.source_id = ?"
		       " LEFT JOIN notice n FORCE INDEX (notice_line) ON n.company_id = p.company_id AND n.person_id = p.id AND n.kind = ?"
		       " AND n.object_id = ? AND n.source_id = ?"
		       " WHERE s.company_id IS NULL AND n.company_id IS NULL ORDER BY p.id",
		DB_IN(listeners_in), DB_OUT(listeners_out) },
	[Q_JOIN] = { .name = "notice_join",
		.sql = LINE_INTO " ON DUPLICATE KEY UPDATE told_at = GREATEST(told_at, VALUE(told_at))",
		DB_IN(join_in) },
	[Q_SOURCE] = { .name = "notice_source_insert",
		.sql = "INSERT INTO notice_source (company_id, person_id, kind, object_id, notice_id, source_id, actor_id, noted_at)"
		       " SELECT company_id, person_id, kind, object_id, id, ?, ?, ? FROM notice FORCE INDEX (notice_line)"
		       " WHERE company_id = ? AND person_id = ? AND kind = ? AND object_id = ? AND slot = ? AND NOT source_id <=> ?",
		DB_IN(source_in) },
	/* Where there is a line to join already, the one that waited stays, and is folded into it. */
	[Q_RISE] = { .name = "notice_rise", .sql = "UPDATE IGNORE " WAITED_LINE " SET h.slot = 0" WAITED, DB_IN(waited_in) },
	/* Locked before it is copied: what is taken back meanwhile is not brought back. */
	[Q_FOLD_FIRST] = { .name = "notice_fold_first",
		.sql = "INSERT IGNORE INTO notice_source (company_id, person_id, kind, object_id, source_id, notice_id, actor_id, noted_at)"
		       " SELECT h.company_id, h.person_id, h.kind, h.object_id, h.source_id, n.id, h.actor_id, h.first_at FROM "
		       WAITED_LINE AND_LINE WAITED " AND h.source_id IS NOT NULL FOR UPDATE",
		DB_IN(waited_in) },
	[Q_FOLD] = { .name = "notice_fold",
		.sql = "UPDATE " WAITED_LINE AND_LINE " LEFT JOIN notice_source s ON " SOURCES_OF("h")
		       " SET s.notice_id = n.id, n.first_at = LEAST(n.first_at, h.first_at)" WAITED,
		DB_IN(waited_in) },
	[Q_FOLDED] = { .name = "notice_folded", .sql = "DELETE h FROM " WAITED_LINE AND_LINE WAITED, DB_IN(waited_in) },
	[Q_FIRST] = { .name = "notice_first", .sql = LINE_INTO, DB_IN(join_in) },
	[Q_RETRACT] = { .name = "notice_retract",
		.sql = "DELETE FROM notice_source" OF_OBJECT " AND (? IS NULL OR source_id = ?)",
		DB_IN(retract_in) },
	[Q_RETRACT_FIRST] = { .name = "notice_retract_first",
		.sql = "UPDATE notice FORCE INDEX (notice_line) SET source_id = NULL, actor_id = NULL" OF_OBJECT
		       " AND (? IS NULL OR source_id = ?)",
		DB_IN(retract_in) },
	[Q_EMPTY] = { .name = "notice_empty",
		.sql = "DELETE n FROM notice n FORCE INDEX (notice_line) LEFT JOIN notice_source s ON " SOURCES_OF_LINE
		       " WHERE n.company_id = ? AND n.object_id = ? AND (? IS NULL OR n.kind = ?) AND n.source_id IS NULL"
		       " AND s.company_id IS NULL",
		DB_IN(empty_in) },
	[Q_OTHERS_SOURCES] = { .name = "notice_retract_others_sources",
		.sql = "DELETE s FROM notice_source s FORCE INDEX (notice_source_object)"
		       " WHERE s.company_id = ? AND s.object_id = ? AND s.person_id <> ?",
		DB_IN(others_in) },
	[Q_OTHERS] = { .name = "notice_retract_others",
		.sql = "DELETE n FROM notice n FORCE INDEX (notice_line) WHERE n.company_id = ? AND n.object_id = ? AND n.person_id <> ?",
		DB_IN(others_in) },
	[Q_PAGE] = { .name = "notice_page",
		.sql = "SELECT n.id, n.kind, n.object_id, n.first_at, n.told_at, n.read_at,"
		       " (n.source_id IS NOT NULL) + (SELECT COUNT(*) FROM notice_source s WHERE " SOURCES_OF_LINE "),"
		       " (SELECT GROUP_CONCAT(DISTINCT CONCAT(s.actor_id, p.display_name) ORDER BY s.noted_at DESC SEPARATOR '\x1f')"
		       " FROM notice_source s JOIN person p ON p.company_id = s.company_id AND p.id = s.actor_id"
		       " WHERE " SOURCES_OF_LINE "), a.id, a.display_name"
		       " FROM notice n FORCE INDEX (notice_told) LEFT JOIN person a ON a.company_id = n.company_id AND a.id = n.actor_id WHERE n.company_id = ? AND n.person_id = ? AND n.told_at <= ?"
		       " AND n.told_at <= ? AND (n.told_at < ? OR n.id < ?) AND (NOT ? OR n.read_at IS NULL)"
		       " ORDER BY n.told_at DESC, n.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out) },
	[Q_HEAD] = { .name = "notice_head",
		.sql = "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM notice FORCE INDEX (notice_told) WHERE company_id = ? AND person_id = ?"
		       " AND told_at <= ? AND read_at IS NULL LIMIT ?) u), (SELECT MAX(told_at) FROM notice FORCE INDEX (notice_told) WHERE company_id = ? AND person_id = ? AND told_at <= ?)",
		DB_IN(head_in), DB_OUT(head_out) },
	[Q_MARK] = { .name = "notice_mark",
		.sql = "UPDATE notice FORCE INDEX (notice_told) SET read_at = ?, slot = NULL WHERE company_id = ? AND person_id = ? AND read_at IS NULL"
		       " AND told_at <= ? AND told_at <= ? AND (? IS NULL OR id IN"
		       " (SELECT CAST(j.id AS UUID) FROM JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j))",
		DB_IN(mark_in) },
	[Q_SETTINGS] = { .name = "notice_settings",
		.sql = "SELECT muted, quiet_from, quiet_to, version FROM notice_setting WHERE company_id = ? AND person_id = ?",
		DB_IN(settings_key), DB_OUT(settings_out) },
	[Q_SETTINGS_ENSURE] = { .name = "notice_settings_ensure",
		.sql = "INSERT IGNORE INTO notice_setting (company_id, person_id) VALUES (?, ?)",
		DB_IN(settings_key) },
	[Q_SETTINGS_UPDATE] = { .name = "notice_settings_update",
		.sql = "UPDATE notice_setting SET muted = ?, quiet_from = ?, quiet_to = ?, version = version + 1"
		       " WHERE company_id = ? AND person_id = ? AND version = ?",
		DB_IN(update_in) },
	[Q_PRUNE_NEXT] = { .name = "notice_prune_next",
		.sql = "SELECT company_id, id FROM (SELECT company_id, id FROM person FORCE INDEX (PRIMARY)"
		       " /* all companies: what is old is old */ WHERE company_id > ? OR (company_id = ? AND id > ?)"
		       " ORDER BY company_id, id LIMIT ?) p ORDER BY company_id DESC, id DESC LIMIT 1",
		DB_IN(prune_next_in), DB_OUT(prune_next_out) },
	[Q_PRUNE_SOURCES] = { .name = "notice_prune_sources",
		.sql = "DELETE s" OLD " STRAIGHT_JOIN notice_source s ON " SOURCES_OF_LINE OF_PEOPLE,
		DB_IN(prune_in) },
	[Q_PRUNE] = { .name = "notice_prune", .sql = "DELETE n" OLD OF_PEOPLE, DB_IN(prune_in) },
};
/* clang-format on */

const struct db_stmt_table notice_stmts = DB_STMTS("notice", stmts);

enum fault
notice_sql_listeners(struct rq *rq, const struct listeners_query *q, db_row_fn *fn, void *arg)
{
	struct listener row = { .how = { .zone = NULL } };

	return db_each(rq, &stmts[Q_LISTENERS], q, &row, fn, arg);
}

enum fault
notice_sql_join(struct rq *rq, const struct notice_row *row)
{
	return db_exec(rq, &stmts[Q_JOIN], row, NULL);
}

enum fault
notice_sql_source(struct rq *rq, const struct notice_row *row)
{
	return db_exec(rq, &stmts[Q_SOURCE], row, NULL);
}

enum fault
notice_sql_rise(struct rq *rq, const struct notice_row *row)
{
	enum fault e = FAULT_NONE;

	for (int q = Q_RISE; !e && q <= Q_FOLDED; q++)
		e = db_exec(rq, &stmts[q], row, NULL);
	return e;
}

enum fault
notice_sql_first(struct rq *rq, const struct notice_row *rows, size_t n)
{
	return db_bulk(rq, &stmts[Q_FIRST], rows, sizeof(*rows), n, NULL);
}

enum fault
notice_sql_retract(struct rq *rq, const struct notice_row *key)
{
	/* The line first: what is folded into another meanwhile is found there. */
	enum fault e = db_exec(rq, &stmts[Q_RETRACT_FIRST], key, NULL);

	if (!e)
		e = db_exec(rq, &stmts[Q_RETRACT], key, NULL);
	return e ? e : db_exec(rq, &stmts[Q_EMPTY], key, NULL);
}

enum fault
notice_sql_retract_others(struct rq *rq, const struct notice_row *key)
{
	enum fault e = db_exec(rq, &stmts[Q_OTHERS_SOURCES], key, NULL);

	return e ? e : db_exec(rq, &stmts[Q_OTHERS], key, NULL);
}

enum fault
notice_sql_page(struct rq *rq, const struct notice_page *p, db_row_fn *fn, void *arg)
{
	struct notice_view row = { .kind = 0 };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
notice_sql_head(struct rq *rq, struct notice_head *out)
{
	const struct notice_page key = { .company_id = rq_company(rq),
		                         .person_id = rq->who->person,
		                         .now = rq->now_us,
		                         .limit = NOTICE_UNREAD_COUNTED };

	return db_one(rq, &stmts[Q_HEAD], &key, out);
}

enum fault
notice_sql_mark(struct rq *rq, const struct notice_marks *m)
{
	return db_exec(rq, &stmts[Q_MARK], m, NULL);
}

enum fault
notice_sql_settings(struct rq *rq, struct notice_settings *out)
{
	const struct notice_settings key = { .company_id = rq_company(rq),
		                             .person_id = rq->who->person };
	bool found;
	enum fault e = db_maybe(rq, &stmts[Q_SETTINGS], &key, out, &found);

	if (!e && !found)
		*out = (struct notice_settings){ .quiet_from = J_NO_INT,
			                         .quiet_to = J_NO_INT,
			                         .version = 1 };
	out->company_id = key.company_id;
	out->person_id = key.person_id;
	return e;
}

enum fault
notice_sql_settings_ensure(struct rq *rq, const struct notice_settings *s)
{
	return db_exec(rq, &stmts[Q_SETTINGS_ENSURE], s, NULL);
}

enum fault
notice_sql_settings_update(struct rq *rq, const struct notice_settings *s, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &stmts[Q_SETTINGS_UPDATE], s, &n);

	if (!e)
		*ret_done = n > 0;
	return e;
}

enum fault
notice_sql_prune_next(struct rq *rq, struct notice_prune *p, bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_PRUNE_NEXT], p, &p->last, ret_found);
}

enum fault
notice_sql_prune(struct rq *rq, const struct notice_prune *p)
{
	enum fault e = db_exec(rq, &stmts[Q_PRUNE_SOURCES], p, NULL);

	return e ? e : db_exec(rq, &stmts[Q_PRUNE], p, NULL);
}
