/* SPDX-License-Identifier: Apache-2.0 */
/* people_sql.c - statements of companies and people, and how their rows map. */
#include "rostra/caller.h"

#include "people_int.h"

/* clang-format off */
struct one {
	struct uuid company_id, id;
	const char *text;
	int64_t     at, version;
	int         role;
};

static const struct db_col company_out[] = {
	DB_COL_UUID(struct company_row, id),            DB_COL_STR(struct company_row, slug),
	DB_COL_STR(struct company_row, name),           DB_COL_ENUM(struct company_row, state, company_state_names),
	DB_COL_STR(struct company_row, time_zone),      DB_COL_STR(struct company_row, currency),
	DB_COL_STR(struct company_row, language),       DB_COL_STR(struct company_row, brand_color),
	DB_COL_STR(struct company_row, logo_url),       DB_COL_STR(struct company_row, min_app_version),
	DB_COL_I64(struct company_row, lookback_days),  DB_COL_BOOL(struct company_row, visitor_cookie),
	DB_COL_I64(struct company_row, version),        DB_COL_TIME(struct company_row, created_at),
};
#define COMPANY_COLUMNS \
	"id, slug, name, state, time_zone, currency, language, brand_color, logo_url, min_app_version," \
	" lookback_days, visitor_cookie, version, created_at"
static const struct db_col company_insert_in[] = {
	DB_COL_UUID(struct company_row, id),        DB_COL_STR(struct company_row, slug),
	DB_COL_STR(struct company_row, name),       DB_COL_STR(struct company_row, time_zone),
	DB_COL_STR(struct company_row, currency),   DB_COL_STR(struct company_row, language),
	DB_COL_TIME(struct company_row, created_at),
};
static const struct db_col company_update_in[] = {
	DB_COL_STR(struct company_row, name),           DB_COL_ENUM(struct company_row, state, company_state_names),
	DB_COL_STR(struct company_row, time_zone),      DB_COL_STR(struct company_row, currency),
	DB_COL_STR(struct company_row, language),       DB_COL_STR(struct company_row, brand_color),
	DB_COL_STR(struct company_row, logo_url),       DB_COL_STR(struct company_row, min_app_version),
	DB_COL_I64(struct company_row, lookback_days),  DB_COL_BOOL(struct company_row, visitor_cookie),
	DB_COL_UUID(struct company_row, id),            DB_COL_I64(struct company_row, version),
};
static const struct db_col id_in[] = { DB_COL_UUID(struct one, company_id) };
static const struct db_col text_in[] = { DB_COL_STR(struct one, text) };
static const struct db_col both_in[] = { DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id) };
static const struct db_col email_in[] = { DB_COL_UUID(struct one, company_id), DB_COL_STR(struct one, text) };

#define PERSON_COLS(T, of)                                                                      \
	DB_COL_UUID(T, of company_id),     DB_COL_UUID(T, of id),                                   \
	DB_COL_STR(T, of email),           DB_COL_STR(T, of display_name),                          \
	DB_COL_STR(T, of given_name),      DB_COL_STR(T, of family_name),                           \
	DB_COL_ENUM(T, of role, role_names), DB_COL_ENUM(T, of state, person_state_names),          \
	DB_COL_STR(T, of language),        DB_COL_STR(T, of time_zone),                             \
	DB_COL_STR(T, of job_title),       DB_COL_STR(T, of department),                            \
	DB_COL_STR(T, of location),        DB_COL_I64(T, of version),                               \
	DB_COL_TIME(T, of created_at),     DB_COL_TIME(T, of updated_at),                           \
	DB_COL_TIME(T, of deactivated_at)
static const struct db_col people_version_out[] = { DB_COL_I64(struct one, version) };
static const struct db_col person_out[] = { PERSON_COLS(struct person_row, ) };
#define PERSON_COLUMNS \
	"company_id, id, email, display_name, given_name, family_name, role, state, language, time_zone," \
	" job_title, department, location, version, created_at, updated_at, deactivated_at"
static const struct db_col person_insert_in[] = {
	DB_COL_UUID(struct person_row, company_id),     DB_COL_UUID(struct person_row, id),
	DB_COL_STR(struct person_row, email),           DB_COL_STR(struct person_row, display_name),
	DB_COL_STR(struct person_row, given_name),      DB_COL_STR(struct person_row, family_name),
	DB_COL_ENUM(struct person_row, role, role_names), DB_COL_STR(struct person_row, language),
	DB_COL_STR(struct person_row, time_zone),       DB_COL_STR(struct person_row, job_title),
	DB_COL_STR(struct person_row, department),      DB_COL_STR(struct person_row, location),
	DB_COL_TIME(struct person_row, created_at),     DB_COL_TIME(struct person_row, updated_at),
};
struct person_update {
	struct person_row p;
	bool              access;
};
static const struct db_col person_profile_in[] = {
	DB_COL_STR(struct person_row, email),        DB_COL_STR(struct person_row, display_name),
	DB_COL_STR(struct person_row, given_name),   DB_COL_STR(struct person_row, family_name),
	DB_COL_STR(struct person_row, language),     DB_COL_STR(struct person_row, time_zone),
	DB_COL_STR(struct person_row, job_title),    DB_COL_STR(struct person_row, department),
	DB_COL_STR(struct person_row, location),     DB_COL_TIME(struct person_row, updated_at),
	DB_COL_UUID(struct person_row, company_id),  DB_COL_UUID(struct person_row, id),
};
static const struct db_col person_update_in[] = {
	DB_COL_ENUM(struct person_update, p.role, role_names),
	DB_COL_ENUM(struct person_update, p.state, person_state_names),
	DB_COL_STR(struct person_update, p.language),   DB_COL_STR(struct person_update, p.time_zone),
	DB_COL_TIME(struct person_update, p.updated_at), DB_COL_TIME(struct person_update, p.deactivated_at),
	DB_COL_BOOL(struct person_update, access),
	DB_COL_UUID(struct person_update, p.company_id), DB_COL_UUID(struct person_update, p.id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct name_page, company_id),      DB_COL_STR(struct name_page, after_name),
	DB_COL_STR(struct name_page, after_name),       DB_COL_UUID(struct name_page, after_id),
	DB_COL_BOOL(struct name_page, everybody),       DB_COL_I64(struct name_page, limit),
};
/* People whose names have a word that begins so: by a word, from it on. */
struct match {
	struct uuid company_id, id;
	const char *like, *name;
};
static const struct db_col match_in[] = {
	DB_COL_STR(struct match, like), DB_COL_STR(struct match, like), DB_COL_STR(struct match, like), DB_COL_STR(struct match, like),
	DB_COL_UUID(struct match, company_id), DB_COL_UUID(struct match, id),
};
static const struct db_col match_out[] = { DB_COL_STR(struct match, name) };
#define LIKE_IN DB_COL_STR(struct name_page, like)
#define FOUND_COLS                                                                              \
	DB_COL_UUID(struct name_page, company_id), DB_COL_STR(struct name_page, after_name),        \
	DB_COL_STR(struct name_page, after_name),  DB_COL_UUID(struct name_page, after_id),         \
	LIKE_IN, DB_COL_BOOL(struct name_page, everybody)
#define LIMIT_IN DB_COL_I64(struct name_page, limit)
static const struct db_col found_in[] = {
	FOUND_COLS, LIMIT_IN, FOUND_COLS, LIKE_IN, LIMIT_IN, FOUND_COLS, LIKE_IN, LIKE_IN, LIMIT_IN,
	FOUND_COLS, LIKE_IN, LIKE_IN, LIKE_IN, LIMIT_IN, LIMIT_IN,
};
struct found {
	struct person_row p; /* first */
	const char *name;
};
static const struct db_col found_out[] = { PERSON_COLS(struct found, p.), DB_COL_STR(struct found, name) };
/* Each by the first word of theirs that does. */
#define BY_WORD(name, key, unless)                                                              \
	"(SELECT " PERSON_COLUMNS ", " name " AS name FROM person FORCE INDEX (" key ") WHERE company_id = ? AND " name " >= ?" \
	" AND (" name " > ? OR id > ?) AND " name " LIKE ? AND (? OR state = 'active')" unless       \
	" ORDER BY " name ", id LIMIT ?)"
#define WORD_NOT_1 " AND display_name NOT LIKE ?"
#define WORD_NOT_2 WORD_NOT_1 " AND name_2 NOT LIKE ?"
#define WORD_NOT_3 WORD_NOT_2 " AND name_3 NOT LIKE ?"
static const struct db_col role_end_in[] = {
	DB_COL_TIME(struct one, at), DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id),
};
static const struct db_col role_begin_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id), DB_COL_TIME(struct one, at),
	DB_COL_ENUM(struct one, role, role_names),
};

enum {
	Q_COMPANY_INSERT, Q_COMPANY_SEQ, Q_COMPANY_GET, Q_COMPANY_BY_SLUG, Q_COMPANY_EACH, Q_COMPANY_UPDATE,
	Q_COMPANY_FEED, Q_COMPANY_PEOPLE, Q_COMPANY_PEOPLE_VERSION, Q_PERSON_INSERT, Q_PERSON_GET, Q_PERSON_LOCK, Q_PERSON_BY_EMAIL, Q_PERSON_PAGE, Q_PERSON_FOUND, Q_PERSON_MATCH,
	Q_PERSON_UPDATE, Q_PERSON_PROFILE, Q_PERSON_FEED, Q_PERSON_AUDIENCE, Q_ROLE_END, Q_ROLE_BEGIN, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_COMPANY_INSERT] = { .name = "company_insert",
		.sql = "INSERT INTO company (id, slug, name, time_zone, currency, language, created_at)"
		       " VALUES (?, ?, ?, COALESCE(?, 'UTC'), COALESCE(?, 'EUR'), COALESCE(?, 'en'), ?)",
		DB_IN(company_insert_in) },
	[Q_COMPANY_SEQ] = { .name = "company_seq_insert",
		.sql = "INSERT INTO company_seq (company_id) VALUES (?)", DB_IN(id_in) },
	[Q_COMPANY_GET] = { .name = "company_get",
		.sql = "SELECT " COMPANY_COLUMNS " FROM company /* all companies: its own id is asked for */ WHERE id = ?",
		DB_IN(id_in), DB_OUT(company_out) },
	[Q_COMPANY_BY_SLUG] = { .name = "company_by_slug",
		.sql = "SELECT " COMPANY_COLUMNS " FROM company /* all companies: the slug says which */ WHERE slug = " DB_ASCII,
		DB_IN(text_in), DB_OUT(company_out) },
	[Q_COMPANY_EACH] = { .name = "company_each",
		.sql = "SELECT " COMPANY_COLUMNS " FROM company /* all companies: an operator's list */ ORDER BY slug",
		DB_OUT(company_out) },
	[Q_COMPANY_UPDATE] = { .name = "company_update",
		.sql = "UPDATE company /* all companies: its own id is asked for */ SET name = ?, state = ?, time_zone = ?,"
		       " currency = ?, language = ?, brand_color = ?, logo_url = ?, min_app_version = ?,"
		       " lookback_days = ?, visitor_cookie = ?, version = version + 1, feed_version = feed_version + 1,"
		       " link_version = link_version + 1, people_version = people_version + 1"
		       " WHERE id = ? AND version = ?",
		DB_IN(company_update_in) },
	[Q_COMPANY_FEED] = { .name = "company_feed_changed",
		.sql = "UPDATE company /* all companies: its own id is asked for */"
		       " SET feed_version = feed_version + 1 WHERE id = ?",
		DB_IN(id_in) },
	[Q_COMPANY_PEOPLE] = { .name = "company_people_changed",
		.sql = "UPDATE company /* all companies: its own id is asked for */"
		       " SET people_version = people_version + 1 WHERE id = ?",
		DB_IN(id_in) },
	[Q_COMPANY_PEOPLE_VERSION] = { .name = "company_people_version",
		.sql = "SELECT people_version FROM company /* all companies: its own id is asked for */ WHERE id = ?",
		DB_IN(id_in), DB_OUT(people_version_out) },
	[Q_PERSON_INSERT] = { .name = "person_insert",
		.sql = "INSERT INTO person (company_id, id, email, display_name, given_name, family_name, role, language,"
		       " time_zone, job_title, department, location, created_at, updated_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(person_insert_in) },
	[Q_PERSON_GET] = { .name = "person_get",
		.sql = "SELECT " PERSON_COLUMNS " FROM person WHERE company_id = ? AND id = ?",
		DB_IN(both_in), DB_OUT(person_out) },
	[Q_PERSON_LOCK] = { .name = "person_lock",
		.sql = "SELECT " PERSON_COLUMNS " FROM person WHERE company_id = ? AND id = ? FOR UPDATE",
		DB_IN(both_in), DB_OUT(person_out) },
	[Q_PERSON_BY_EMAIL] = { .name = "person_by_email",
		.sql = "SELECT " PERSON_COLUMNS " FROM person WHERE company_id = ? AND email = ?",
		DB_IN(email_in), DB_OUT(person_out) },
	[Q_PERSON_PAGE] = { .name = "person_page",
		.sql = "SELECT " PERSON_COLUMNS " FROM person FORCE INDEX (person_name) WHERE company_id = ? AND display_name >= ?"
		       " AND (display_name > ? OR id > ?) AND (? OR state = 'active') ORDER BY display_name, id LIMIT ?",
		DB_IN(page_in), DB_OUT(person_out) },
	[Q_PERSON_FOUND] = { .name = "person_found",
		.sql = BY_WORD("display_name", "person_name", "") " UNION ALL " BY_WORD("name_2", "person_name_2", WORD_NOT_1)
		       " UNION ALL " BY_WORD("name_3", "person_name_3", WORD_NOT_2) " UNION ALL " BY_WORD("name_4", "person_name_4", WORD_NOT_3)
		       " ORDER BY name, id LIMIT ?",
		DB_IN(found_in), DB_OUT(found_out) },
	[Q_PERSON_MATCH] = { .name = "person_match",
		.sql = "SELECT CASE WHEN display_name LIKE ? THEN display_name WHEN name_2 LIKE ? THEN name_2"
		       " WHEN name_3 LIKE ? THEN name_3 WHEN name_4 LIKE ? THEN name_4 END FROM person WHERE company_id = ? AND id = ?",
		DB_IN(match_in), DB_OUT(match_out) },
	[Q_PERSON_UPDATE] = { .name = "person_update",
		.sql = "UPDATE person SET role = ?, state = ?, language = ?, time_zone = ?, updated_at = ?,"
		       " deactivated_at = ?, access_version = access_version + ?, version = version + 1,"
		       " feed_version = feed_version + 1 WHERE company_id = ? AND id = ?",
		DB_IN(person_update_in) },
	[Q_PERSON_PROFILE] = { .name = "person_profile",
		.sql = "UPDATE person SET email = ?, display_name = ?, given_name = ?, family_name = ?,"
		       " language = COALESCE(?, language), time_zone = COALESCE(?, time_zone), job_title = ?,"
		       " department = ?, location = ?, updated_at = ?, version = version + 1,"
		       " feed_version = feed_version + 1 WHERE company_id = ? AND id = ?",
		DB_IN(person_profile_in) },
	[Q_PERSON_FEED] = { .name = "person_feed_changed",
		.sql = "UPDATE person SET feed_version = feed_version + 1 WHERE company_id = ? AND id = ?",
		DB_IN(both_in) },
	[Q_PERSON_AUDIENCE] = { .name = "person_audience_changed",
		.sql = "UPDATE person SET feed_version = feed_version + 1, audience_version = audience_version + 1"
		       " WHERE company_id = ? AND id = ?",
		DB_IN(both_in) },
	[Q_ROLE_END] = { .name = "person_role_end",
		.sql = "UPDATE person_role SET to_at = ? WHERE company_id = ? AND person_id = ? AND to_at IS NULL",
		DB_IN(role_end_in) },
	[Q_ROLE_BEGIN] = { .name = "person_role_begin",
		.sql = /* twice in one request: the first lasted no time */
		       "INSERT INTO person_role (company_id, person_id, from_at, role) VALUES (?, ?, ?, ?)"
		       " ON DUPLICATE KEY UPDATE role = VALUES(role), to_at = NULL",
		DB_IN(role_begin_in) },
};
/* clang-format on */

const struct db_stmt_table people_stmts = DB_STMTS("people", stmts);

enum fault
company_sql_insert(struct rq *rq, const struct company_row *c, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_COMPANY_INSERT], c, ret_duplicate);
}

enum fault
company_sql_seq(struct rq *rq, struct uuid company)
{
	struct one in = { .company_id = company };

	return db_exec(rq, &stmts[Q_COMPANY_SEQ], &in, NULL);
}

enum fault
company_sql_get(struct rq *rq, struct uuid id, struct company_row *ret)
{
	struct one in = { .company_id = id };

	return db_one(rq, &stmts[Q_COMPANY_GET], &in, ret);
}

enum fault
company_sql_by_slug(struct rq *rq, const char *slug, struct company_row *ret)
{
	struct one in = { .text = slug };

	return db_one(rq, &stmts[Q_COMPANY_BY_SLUG], &in, ret);
}

enum fault
company_sql_each(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct company_row row;

	return db_each(rq, &stmts[Q_COMPANY_EACH], NULL, &row, fn, arg);
}

enum fault
company_sql_update(struct rq *rq, const struct company_row *c, uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_COMPANY_UPDATE], c, ret_n);
}

enum fault
company_sql_feed_changed(struct rq *rq, struct uuid company)
{
	struct one in = { .company_id = company };

	return db_exec(rq, &stmts[Q_COMPANY_FEED], &in, NULL);
}

enum fault
company_sql_people_changed(struct rq *rq, struct uuid company)
{
	struct one in = { .company_id = company };

	return db_exec(rq, &stmts[Q_COMPANY_PEOPLE], &in, NULL);
}

enum fault
company_sql_people_version(struct rq *rq, struct uuid company, int64_t *ret)
{
	struct one in = { .company_id = company }, row = { .version = 0 };
	enum fault e = db_one(rq, &stmts[Q_COMPANY_PEOPLE_VERSION], &in, &row);

	*ret = row.version;
	return e;
}

enum fault
person_sql_insert(struct rq *rq, const struct person_row *p, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_PERSON_INSERT], p, ret_duplicate);
}

enum fault
person_sql_get(struct rq *rq, struct uuid id, struct person_row *ret)
{
	struct one in = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[Q_PERSON_GET], &in, ret);
}

enum fault
person_sql_lock(struct rq *rq, struct uuid id, struct person_row *ret)
{
	struct one in = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[Q_PERSON_LOCK], &in, ret);
}

enum fault
person_sql_by_email(struct rq *rq, const char *email, struct person_row *ret)
{
	struct one in = { .company_id = rq_company(rq), .text = email };

	return db_one(rq, &stmts[Q_PERSON_BY_EMAIL], &in, ret);
}

enum fault
person_sql_page(struct rq *rq, const struct name_page *page, db_row_fn *fn, void *arg)
{
	struct found row;

	if (page->like == NULL)
		return db_each(rq, &stmts[Q_PERSON_PAGE], page, &row.p, fn, arg);
	return db_each(rq, &stmts[Q_PERSON_FOUND], page, &row, fn, arg);
}

enum fault
person_sql_match(struct rq *rq, struct uuid id, const char *like, const char **ret)
{
	const struct match in = { .company_id = rq_company(rq), .id = id, .like = like };
	struct match out;
	enum fault e = db_one(rq, &stmts[Q_PERSON_MATCH], &in, &out);

	if (!e)
		*ret = out.name;
	return e;
}

enum fault
person_sql_update(struct rq *rq, const struct person_row *p, bool access)
{
	struct person_update in = { .p = *p, .access = access };

	return db_exec(rq, &stmts[Q_PERSON_UPDATE], &in, NULL);
}

enum fault
person_sql_profile(struct rq *rq, const struct person_row *p)
{
	return db_exec(rq, &stmts[Q_PERSON_PROFILE], p, NULL);
}

enum fault
person_sql_feed_changed(struct rq *rq, struct uuid id)
{
	struct one in = { .company_id = rq_company(rq), .id = id };

	return db_exec(rq, &stmts[Q_PERSON_FEED], &in, NULL);
}

enum fault
person_sql_audience_changed(struct rq *rq, struct uuid id)
{
	struct one in = { .company_id = rq_company(rq), .id = id };

	return db_exec(rq, &stmts[Q_PERSON_AUDIENCE], &in, NULL);
}

enum fault
person_sql_role_end(struct rq *rq, struct uuid id)
{
	struct one in = { .company_id = rq_company(rq), .id = id, .at = rq->now_us };

	return db_exec(rq, &stmts[Q_ROLE_END], &in, NULL);
}

enum fault
person_sql_role_begin(struct rq *rq, struct uuid id, enum role role)
{
	struct one in = {
		.company_id = rq_company(rq), .id = id, .at = rq->now_us, .role = (int)role
	};

	return db_exec(rq, &stmts[Q_ROLE_BEGIN], &in, NULL);
}
