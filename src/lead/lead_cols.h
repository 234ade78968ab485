/* SPDX-License-Identifier: Apache-2.0 */
/* lead_cols.h - the columns of leads, conversions and touches, for the files that write them. */
#ifndef ROSTRA_LEAD_COLS_H
#define ROSTRA_LEAD_COLS_H

/* clang-format off */
/* The columns of a new row in a T, by the way to its struct. */
#define NEW_LEAD(T, m) \
	DB_COL_UUID(T, m company_id), DB_COL_UUID(T, m id), \
	DB_COL_STR(T, m source), DB_COL_STR(T, m external_id), \
	DB_COL_ENUM(T, m channel, lead_channel_names), DB_COL_STR(T, m email), \
	DB_COL_VIEW(T, m email_sha256), DB_COL_STR(T, m name), \
	DB_COL_STR(T, m organisation), DB_COL_STR(T, m phone), \
	DB_COL_STR(T, m message), DB_COL_VIEW(T, m click_bytes), \
	DB_COL_ENUM(T, m matched_by, lead_match_names), DB_COL_ENUM(T, m stage, lead_stage_names), \
	DB_COL_I64(T, m value_minor), DB_COL_STR(T, m currency), \
	DB_COL_TIME(T, m created_at), DB_COL_TIME(T, m received_at), \
	DB_COL_ENUM(T, m match_reason, lead_reason_names), DB_COL_I64(T, m match_pct)
#define NEW_CONVERSION(T, m) \
	DB_COL_UUID(T, m company_id), DB_COL_TIME(T, m occurred_at), \
	DB_COL_UUID(T, m id), DB_COL_UUID(T, m lead_id), \
	DB_COL_ENUM(T, m stage, lead_stage_names), DB_COL_I64(T, m value_minor), \
	DB_COL_STR(T, m currency), DB_COL_UUID(T, m campaign_id), \
	DB_COL_STR(T, m source), DB_COL_STR(T, m external_id), \
	DB_COL_TIME(T, m received_at)
#define NEW_TOUCH(T, m) \
	DB_COL_UUID(T, m company_id), DB_COL_UUID(T, m lead_id), \
	DB_COL_TIME(T, m touched_at), DB_COL_BYTES(T, m click_id), \
	DB_COL_UUID(T, m share_id), DB_COL_UUID(T, m person_id), \
	DB_COL_UUID(T, m team_id), DB_COL_ENUM(T, m network, network_names), \
	DB_COL_UUID(T, m post_id), DB_COL_UUID(T, m campaign_id), \
	DB_COL_UUID(T, m channel_id), DB_COL_TIME(T, m added_at), \
	DB_COL_ENUM(T, m found_by, touch_found_names)
/* Of a row that is there. */
#define READ_LEAD(T, m) \
	NEW_LEAD(T, m), DB_COL_TIME(T, m erased_at), DB_COL_I64(T, m version), DB_COL_UUID(T, m merged_into)
/* Of LEAD_PAGE_WHERE. */
#define LEAD_PAGE(T, m) \
	DB_COL_UUID(T, m company_id), DB_COL_TIME(T, m before_us), DB_COL_TIME(T, m before_us), \
	DB_COL_UUID(T, m before_id), DB_COL_TIME(T, m from), DB_COL_TIME(T, m to), \
	DB_COL_ENUM(T, m stage, lead_stage_names), DB_COL_ENUM(T, m stage, lead_stage_names), \
	DB_COL_STR(T, m like), DB_COL_STR(T, m like), DB_COL_STR(T, m like), DB_COL_STR(T, m like)
#define NEW_VISIT(T, m, what) \
	DB_COL_UUID(T, m company_id), DB_COL_VIEW(T, m what), DB_COL_TIME(T, m received_at), DB_COL_VIEW(T, m what)
enum { LEAD_COLS_NEW = 20 }; /* of NEW_LEAD */

#define LEAD_COLUMNS                                                                            \
	"company_id, id, source, external_id, channel, email, email_sha256, name, organisation,"    \
	" phone, message, click_id, matched_by, stage, value_minor, currency, created_at, received_at," \
	" match_reason, match_pct"
#define LEAD_READ "SELECT " LEAD_COLUMNS ", erased_at, version, merged_into"
#define LEAD_SELECT LEAD_READ " FROM lead"
#define LEAD_PAGE_WHERE                                                                         \
	" WHERE company_id = ? AND created_at <= ? AND (created_at < ? OR id < ?) AND created_at >= ? AND created_at < ?" \
	" AND merged_into IS NULL AND (? IS NULL OR stage = ?)"                                        \
	" AND (? IS NULL OR name LIKE ? OR CONVERT(email USING utf8mb4) LIKE ? OR organisation LIKE ?)"
#define LEAD_PAGE_ORDER " ORDER BY created_at DESC, id DESC LIMIT ?"
#define CONVERSION_COLUMNS                                                                      \
	"company_id, occurred_at, id, lead_id, stage, value_minor, currency, campaign_id, source, external_id, received_at"
#define TOUCH_COLUMNS                                                                           \
	"company_id, lead_id, touched_at, click_id, share_id, person_id, team_id, network, post_id,"  \
	" campaign_id, channel_id, added_at, found_by"
#define LEAD_INSERT                                                                             \
	"INSERT INTO lead (" LEAD_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define CONVERSION_INSERT                                                                       \
	"INSERT INTO conversion (" CONVERSION_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define TOUCH_INSERT                                                                            \
	"INSERT IGNORE INTO touch (" TOUCH_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define OUTBOX_INSERT                                                                           \
	"INSERT INTO outbox (company_id, kind, object_id, due_at, created_at) VALUES (?, ?, ?, ?, ?)"
/* Of an event that a merge moved or set aside, as it was. */
#define MERGE_EVENT_COLUMNS                                                                     \
	"occurred_at, stage, value_minor, currency, campaign_id, source, external_id, received_at"
/* Only when the place is free: see visit.c. */
#define VISIT_INSERT(kind)                                                                      \
	"INSERT INTO lead_visit (company_id, kind, what, at) SELECT ?, '" kind "', ?, ? FROM DUAL WHERE ? IS NOT NULL"
/* A slot a connection, so that births do not wait for each other; what reports keep is held against the sum. */
#define CREDITS_CHANGED                                                                         \
	"INSERT INTO credit_change (company_id, slot, n) VALUES (?, CONNECTION_ID() % 64, 1)"          \
	" ON DUPLICATE KEY UPDATE n = n + 1"
/* clang-format on */

#endif
