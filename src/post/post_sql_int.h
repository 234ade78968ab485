/* SPDX-License-Identifier: Apache-2.0 */
/* post_sql_int.h - the columns of a post, for the files that hold its statements. */
#ifndef ROSTRA_POST_SQL_INT_H
#define ROSTRA_POST_SQL_INT_H

#include "post_int.h"

/* clang-format off */
#define POST_COLUMNS                                                                            \
	"po.id, po.channel_id, po.campaign_id, po.kind, po.state, po.language, po.title, po.summary," \
	" po.destination_url, po.image_url, po.networks, po.lock_text, po.must_read, po.publish_at,"  \
	" po.published_at, po.expire_at, po.pin_until, po.author_id, po.suggested_by,"                \
	" sp.display_name AS suggested_by_name, po.decided_by, po.decision_note, po.body_sha256,"     \
	" po.version, po.created_at, po.updated_at, COALESCE(pst.shares, 0), COALESCE(pst.sharers, 0)," \
	" "                                                                                           \
	POST_TEXTS_SQL " AS texts_packed, " POST_DISCLOSURES_SQL " AS disclosures_packed"
#define POST_FROM " FROM post po" POST_BESIDE
#define POST_BESIDE                                                                             \
	" LEFT JOIN person sp ON sp.company_id = po.company_id AND sp.id = po.suggested_by"           \
	" LEFT JOIN post_stat pst ON pst.company_id = po.company_id AND pst.post_id = po.id"

#define POST_COL_LIST                                                                           \
	DB_COL_UUID(struct post, id),            DB_COL_UUID(struct post, channel_id),              \
	DB_COL_UUID(struct post, campaign_id),                                                      \
	DB_COL_ENUM(struct post, kind, post_kind_names),                                            \
	DB_COL_ENUM(struct post, state, post_state_names),                                          \
	DB_COL_STR(struct post, language),       DB_COL_STR(struct post, title),                    \
	DB_COL_STR(struct post, summary),        DB_COL_STR(struct post, destination_url),          \
	DB_COL_STR(struct post, image_url),      DB_COL_SET(struct post, networks),                 \
	DB_COL_BOOL(struct post, lock_text),     DB_COL_BOOL(struct post, must_read),               \
	DB_COL_TIME(struct post, publish_at),    DB_COL_TIME(struct post, published_at),            \
	DB_COL_TIME(struct post, expire_at),     DB_COL_TIME(struct post, pin_until),               \
	DB_COL_UUID(struct post, author_id),     DB_COL_UUID(struct post, suggested_by),            \
	DB_COL_STR(struct post, suggested_by_name),                                                 \
	DB_COL_UUID(struct post, decided_by),    DB_COL_STR(struct post, decision_note),            \
	DB_COL_BYTES(struct post, body_sha256),  DB_COL_I64(struct post, version),                  \
	DB_COL_TIME(struct post, created_at),    DB_COL_TIME(struct post, updated_at),              \
	DB_COL_I64(struct post, shares),         DB_COL_I64(struct post, sharers),                  \
	DB_COL_VIEW(struct post, texts_packed),  DB_COL_VIEW(struct post, disclosures_packed)
/* clang-format on */

#endif
