/* SPDX-License-Identifier: Apache-2.0 */
/* post_sql.c - statements of one post. */
#include "rostra/channel.h"

#include "post_sql_int.h"

/* clang-format off */
struct key {
	struct uuid company_id, person_id, id;
	bool        curator;
	int64_t     now;
};
static const struct db_col get_in[] = {
	DB_COL_UUID(struct key, company_id), DB_COL_UUID(struct key, person_id),
	DB_COL_UUID(struct key, company_id), DB_COL_UUID(struct key, id),
};
static const struct db_col get_out[] = {
	POST_COL_LIST,
	DB_COL_BOOL(struct post, visible),         DB_COL_TIME(struct post, seen_at),
	DB_COL_TIME(struct post, acknowledged_at), DB_COL_SET(struct post, shared_networks),
};

/* What the API writes, in the order of INSERT and UPDATE. */
#define FIELD_COLS                                                                              \
	DB_COL_UUID(struct post, channel_id),    DB_COL_UUID(struct post, campaign_id),             \
	DB_COL_ENUM(struct post, kind, post_kind_names),                                            \
	DB_COL_ENUM(struct post, state, post_state_names),                                          \
	DB_COL_STR(struct post, language),       DB_COL_STR(struct post, title),                    \
	DB_COL_STR(struct post, summary),        DB_COL_STR(struct post, destination_url),          \
	DB_COL_STR(struct post, image_url),      DB_COL_SET(struct post, networks),                 \
	DB_COL_BOOL(struct post, lock_text),     DB_COL_BOOL(struct post, must_read),               \
	DB_COL_TIME(struct post, publish_at),    DB_COL_TIME(struct post, published_at),            \
	DB_COL_TIME(struct post, expire_at),     DB_COL_TIME(struct post, pin_until),               \
	DB_COL_UUID(struct post, suggested_by),  DB_COL_UUID(struct post, decided_by),              \
	DB_COL_STR(struct post, decision_note),  DB_COL_TIME(struct post, updated_at)
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct post, company_id), DB_COL_UUID(struct post, id), FIELD_COLS,
	DB_COL_UUID(struct post, author_id), DB_COL_BYTES(struct post, body_sha256),
	DB_COL_TIME(struct post, created_at),
};
static const struct db_col update_in[] = {
	FIELD_COLS, DB_COL_UUID(struct post, company_id), DB_COL_UUID(struct post, id),
	DB_COL_I64(struct post, version),
};

struct text_row {
	struct uuid company_id, post_id;
	int64_t     no;
	int         network;
	const char *language, *body;
};
static const struct db_col text_in[] = {
	DB_COL_UUID(struct text_row, company_id), DB_COL_UUID(struct text_row, post_id),
	DB_COL_I64(struct text_row, no), DB_COL_ENUM(struct text_row, network, post_place_names),
	DB_COL_STR(struct text_row, language), DB_COL_STR(struct text_row, body),
};
static const struct db_col disclosure_in[] = {
	DB_COL_UUID(struct text_row, company_id), DB_COL_UUID(struct text_row, post_id),
	DB_COL_ENUM(struct text_row, network, post_place_names), DB_COL_STR(struct text_row, body),
};
static const struct db_col post_in[] = {
	DB_COL_UUID(struct key, company_id), DB_COL_UUID(struct key, id),
};

struct refs {
	struct uuid company_id, person_id, channel_id, campaign_id, suggested_by;
	bool        curator, has_channel, has_campaign, has_person;
};
static const struct db_col refs_in[] = {
	DB_COL_UUID(struct refs, channel_id), DB_COL_BOOL(struct refs, curator),
	DB_COL_UUID(struct refs, campaign_id), DB_COL_UUID(struct refs, suggested_by),
	DB_COL_UUID(struct refs, company_id), DB_COL_UUID(struct refs, person_id),
};
static const struct db_col refs_out[] = {
	DB_COL_BOOL(struct refs, has_channel), DB_COL_BOOL(struct refs, has_campaign),
	DB_COL_BOOL(struct refs, has_person),
};
static const struct db_col feed_in[] = {
	DB_COL_TIME(struct key, now), DB_COL_UUID(struct key, company_id), DB_COL_UUID(struct key, id),
};
static const struct db_col acknowledge_in[] = {
	DB_COL_UUID(struct key, company_id), DB_COL_UUID(struct key, person_id),
	DB_COL_UUID(struct key, id), DB_COL_TIME(struct key, now), DB_COL_TIME(struct key, now),
};

enum { Q_GET, Q_INSERT, Q_UPDATE, Q_TEXTS_CLEAR, Q_TEXT_ADD, Q_DISCLOSURES_CLEAR, Q_DISCLOSURE_ADD,
       Q_REFS, Q_FEED_PUT, Q_FEED_DROP, Q_ACKNOWLEDGE, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_GET] = {
		.name = "post_get",
		.sql = "SELECT " POST_COLUMNS ", po.state = 'live' AND EXISTS (SELECT 1 FROM channel ch"
		       " WHERE ch.company_id = po.company_id AND ch.id = po.channel_id AND" CHANNEL_IN_FEED_SQL
		       ") AS visible, st.seen_at, st.acknowledged_at, CAST(COALESCE(st.shared_networks, 0) AS UNSIGNED)"
		       POST_FROM " JOIN person p ON p.company_id = ? AND p.id = ?"
		       " LEFT JOIN person_post st ON st.company_id = p.company_id AND st.person_id = p.id"
		       " AND st.post_id = po.id"
		       " WHERE po.company_id = ? AND po.id = ?",
		DB_IN(get_in), DB_OUT(get_out),
	},
	[Q_INSERT] = {
		.name = "post_insert",
		.sql = "INSERT INTO post (company_id, id, channel_id, campaign_id, kind, state, language, title,"
		       " summary, destination_url, image_url, networks, lock_text, must_read, publish_at,"
		       " published_at, expire_at, pin_until, suggested_by, decided_by, decision_note,"
		       " updated_at, author_id, body_sha256, created_at) VALUES"
		       " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_UPDATE] = {
		.name = "post_update",
		.sql = "UPDATE post SET channel_id = ?, campaign_id = ?, kind = ?, state = ?, language = ?,"
		       " title = ?, summary = ?, destination_url = ?, image_url = ?, networks = ?,"
		       " lock_text = ?, must_read = ?, publish_at = ?, published_at = ?, expire_at = ?,"
		       " pin_until = ?, suggested_by = ?, decided_by = ?, decision_note = ?, updated_at = ?,"
		       " version = version + 1 WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(update_in),
	},
	[Q_TEXTS_CLEAR] = {
		.name = "post_texts_clear",
		.sql = "DELETE FROM post_text WHERE company_id = ? AND post_id = ?",
		DB_IN(post_in),
	},
	[Q_TEXT_ADD] = {
		.name = "post_text_add",
		.sql = "INSERT INTO post_text (company_id, post_id, no, network, language, body)"
		       " VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(text_in),
	},
	[Q_DISCLOSURES_CLEAR] = {
		.name = "post_disclosures_clear",
		.sql = "DELETE FROM post_disclosure WHERE company_id = ? AND post_id = ?",
		DB_IN(post_in),
	},
	[Q_DISCLOSURE_ADD] = {
		.name = "post_disclosure_add",
		.sql = "INSERT INTO post_disclosure (company_id, post_id, network, body) VALUES (?, ?, ?, ?)",
		DB_IN(disclosure_in),
	},
	[Q_REFS] = {
		.name = "post_refs",
		.sql = "SELECT EXISTS (SELECT 1 FROM channel ch WHERE ch.company_id = p.company_id AND ch.id = ?"
		       " AND (? OR (" CHANNEL_AUDIENCE_SQL ")) AND ch.archived_at IS NULL),"
		       " EXISTS (SELECT 1 FROM campaign ca WHERE ca.company_id = p.company_id AND ca.id = ?),"
		       " EXISTS (SELECT 1 FROM person s WHERE s.company_id = p.company_id AND s.id = ?)"
		       " FROM person p WHERE p.company_id = ? AND p.id = ?",
		DB_IN(refs_in), DB_OUT(refs_out),
	},
	[Q_FEED_PUT] = { /* REPLACE: its place in the order may have changed, its post is unique */
		.name = "post_feed_put",
		.sql = "REPLACE INTO feed_item (company_id, pinned, published_at, post_id, channel_id,"
		       " post_version) SELECT company_id, COALESCE(pin_until > ?, FALSE), published_at, id, channel_id,"
		       " version FROM post WHERE company_id = ? AND id = ? AND state = 'live'",
		DB_IN(feed_in),
	},
	[Q_FEED_DROP] = {
		.name = "post_feed_drop",
		.sql = "DELETE FROM feed_item WHERE company_id = ? AND post_id = ?",
		DB_IN(post_in),
	},
	[Q_ACKNOWLEDGE] = {
		.name = "post_acknowledge",
		.sql = "INSERT INTO person_post (company_id, person_id, post_id, seen_at, acknowledged_at)"
		       " VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
		       " acknowledged_at = COALESCE(acknowledged_at, VALUES(acknowledged_at)),"
		       " seen_at = COALESCE(seen_at, VALUES(seen_at))",
		DB_IN(acknowledge_in),
	},
};
/* clang-format on */

const struct db_stmt_table post_stmts = DB_STMTS("post", rows);

static struct key
key_of(const struct rq *rq, struct uuid id)
{
	return (struct key){
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.id = id,
		.now = rq->now_us,
	};
}

enum fault
post_sql_get(struct rq *rq, struct uuid id, struct post *out)
{
	struct key in = key_of(rq, id);
	enum fault e = db_one(rq, &rows[Q_GET], &in, out);

	if (e)
		return e;

	out->company_id = in.company_id;
	post_finish(rq, out);
	return FAULT_NONE;
}

enum fault
post_sql_insert(struct rq *rq, const struct post *post, bool *ret_duplicate)
{
	return db_insert(rq, &rows[Q_INSERT], post, ret_duplicate);
}

enum fault
post_sql_update(struct rq *rq, const struct post *post, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &rows[Q_UPDATE], post, &n);

	if (e)
		return e;

	*ret_done = n > 0;
	return FAULT_NONE;
}

enum fault
post_sql_set_texts(struct rq *rq, const struct post *post, bool fresh)
{
	const struct post_text *t = post->texts.items;
	struct text_row *add = arena_array(rq->arena, post->texts.n + 1, struct text_row);
	struct key in = key_of(rq, post->id);
	enum fault e = fresh ? FAULT_NONE : db_exec(rq, &rows[Q_TEXTS_CLEAR], &in, NULL);

	if (e || post->texts.n == 0)
		return e;
	for (size_t i = 0; i < post->texts.n; i++) {
		add[i] = (struct text_row){
			.company_id = post->company_id,
			.post_id = post->id,
			.no = (int64_t)i,
			.network = t[i].network,
			.language = t[i].language ? t[i].language : post->language,
			.body = t[i].text,
		};
	}
	return db_bulk(rq, &rows[Q_TEXT_ADD], add, sizeof(*add), post->texts.n, NULL);
}

enum fault
post_sql_set_disclosures(struct rq *rq, const struct post *post, bool fresh)
{
	const struct post_disclosure *d = post->disclosures.items;
	struct text_row *add = arena_array(rq->arena, post->disclosures.n + 1, struct text_row);
	struct key in = key_of(rq, post->id);
	enum fault e = fresh ? FAULT_NONE : db_exec(rq, &rows[Q_DISCLOSURES_CLEAR], &in, NULL);

	if (e || post->disclosures.n == 0)
		return e;
	for (size_t i = 0; i < post->disclosures.n; i++) {
		add[i] = (struct text_row){
			.company_id = post->company_id,
			.post_id = post->id,
			.network = d[i].network,
			.body = d[i].text,
		};
	}
	return db_bulk(rq, &rows[Q_DISCLOSURE_ADD], add, sizeof(*add), post->disclosures.n, NULL);
}

enum fault
post_sql_check_refs(struct rq *rq, const struct post *post)
{
	struct refs r = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.channel_id = post->channel_id,
		.campaign_id = post->campaign_id,
		.suggested_by = post->suggested_by,
		.curator = post_may_publish(rq),
	};
	enum fault e = db_one(rq, &rows[Q_REFS], &r, &r);

	if (e)
		return e;
	if (!r.has_channel)
		problem_add(&rq->problem, "#/channel_id", "is no channel of yours");
	if (!uuid_is_zero(post->campaign_id) && !r.has_campaign)
		problem_add(&rq->problem, "#/campaign_id", "is no campaign of the company");
	if (!uuid_is_zero(post->suggested_by) && !r.has_person)
		problem_add(&rq->problem, "#/suggested_by", "is nobody of the company");
	return rq->problem.code;
}

enum fault
post_sql_feed_put(struct rq *rq, struct uuid id)
{
	struct key in = key_of(rq, id);

	return db_exec(rq, &rows[Q_FEED_PUT], &in, NULL);
}

enum fault
post_sql_feed_drop(struct rq *rq, struct uuid id)
{
	struct key in = key_of(rq, id);

	return db_exec(rq, &rows[Q_FEED_DROP], &in, NULL);
}

enum fault
post_sql_acknowledge(struct rq *rq, struct uuid id)
{
	struct key in = key_of(rq, id);

	return db_exec(rq, &rows[Q_ACKNOWLEDGE], &in, NULL);
}
