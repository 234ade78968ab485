/* SPDX-License-Identifier: Apache-2.0 */
/* demo_ties_sql.c - statements of the demo's standing and ties; only `rostra demo-data` prepares
 * them. */
#include "demo_ties_int.h"

/* clang-format off */
#define T struct row_tie
static const struct db_col company_in[] = { DB_COL_UUID(T, company_id) };
static const struct db_col tag_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, person_id), DB_COL_STR(T, text), DB_COL_I64(T, number),
};
static const struct db_col follow_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, person_id), DB_COL_UUID(T, other_id), DB_COL_TIME(T, at_us),
};
static const struct db_col reward_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, text), DB_COL_STR(T, note), DB_COL_I64(T, price),
	DB_COL_I64(T, number), DB_COL_TIME(T, at_us),
};
static const struct db_col offer_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_UUID(T, person_id), DB_COL_STR(T, kind), DB_COL_STR(T, text),
	DB_COL_STR(T, note), DB_COL_TIME(T, at_us),
};
static const struct db_col item_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, other_id), DB_COL_UUID(T, id), DB_COL_UUID(T, person_id), DB_COL_STR(T, kind),
	DB_COL_STR(T, text), DB_COL_TIME(T, at_us),
};
static const struct db_col comment_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, other_id), DB_COL_UUID(T, item_id), DB_COL_UUID(T, id),
	DB_COL_UUID(T, person_id), DB_COL_STR(T, text), DB_COL_TIME(T, at_us),
};
#undef T
#define T struct row_badge
static const struct db_col badge_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, name), DB_COL_STR(T, description), DB_COL_STR(T, kind),
	DB_COL_STR(T, measure), DB_COL_TIME(T, at_us),
};
static const struct db_col level_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_I64(T, level), DB_COL_STR(T, name), DB_COL_I64(T, threshold),
};
#undef T
#define T struct row_contest
static const struct db_col contest_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, name), DB_COL_STR(T, prize), DB_COL_STR(T, unit),
	DB_COL_STR(T, measure), DB_COL_STR(T, first_on), DB_COL_STR(T, last_on), DB_COL_TIME(T, at_us),
};
#undef T
#define T struct row_mentoring
static const struct db_col mentoring_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_UUID(T, mentor_id), DB_COL_UUID(T, mentee_id),
	DB_COL_UUID(T, mentee_id), DB_COL_UUID(T, mentor_id), DB_COL_STR(T, tag), DB_COL_STR(T, message),
	DB_COL_STR(T, answer), DB_COL_I64(T, weeks), DB_COL_STR(T, state), DB_COL_TIME(T, created_us),
	DB_COL_TIME(T, started_us), DB_COL_TIME(T, ends_us), DB_COL_TIME(T, ended_us), DB_COL_STR(T, mentor_note),
	DB_COL_STR(T, mentee_note),
};
#undef T
#define T struct row_review
static const struct db_col review_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, mentoring_id), DB_COL_UUID(T, id), DB_COL_UUID(T, mentee_id),
	DB_COL_UUID(T, mentor_id), DB_COL_UUID(T, post_id), DB_COL_STR(T, network), DB_COL_STR(T, text),
	DB_COL_BYTES(T, text_sha256), DB_COL_STR(T, state), DB_COL_STR(T, note), DB_COL_TIME(T, at_us),
	DB_COL_TIME(T, decided_us),
};
#undef T
#define T struct row_board
static const struct db_col board_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, name), DB_COL_STR(T, who), DB_COL_STR(T, measure),
	DB_COL_BOOL(T, per_head), DB_COL_STR(T, period), DB_COL_I64(T, days), DB_COL_I64(T, first_on), DB_COL_I64(T, last_on),
	DB_COL_UUID(T, team_id), DB_COL_UUID(T, created_by), DB_COL_TIME(T, at_us),
};
#undef T
#define T struct row_redemption
static const struct db_col buyer_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_TIME(T, at_us), DB_COL_UUID(T, admin_id), DB_COL_I64(T, price),
};
static const struct db_col buyer_out[] = { DB_COL_UUID(T, person_id) };
static const struct db_col redemption_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_UUID(T, reward_id), DB_COL_UUID(T, person_id), DB_COL_I64(T, price),
	DB_COL_STR(T, state), DB_COL_STR(T, note), DB_COL_UUID(T, decided_by), DB_COL_TIME(T, at_us), DB_COL_TIME(T, decided_us),
};
static const struct db_col paid_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, person_id), DB_COL_I64(T, paid), DB_COL_UUID(T, id), DB_COL_TIME(T, at_us),
};
static const struct db_col back_in[] = {
	DB_COL_TIME(T, decided_us), DB_COL_UUID(T, company_id), DB_COL_UUID(T, person_id), DB_COL_UUID(T, id),
};
#undef T

/* Each level when its number was reached. */
#define AWARD_OF                                                                                \
	"INSERT INTO badge_award (company_id, person_id, badge_id, level, value, awarded_at)"       \
	" SELECT b.company_id, x.person_id, b.id, l.level, x.nth, x.at FROM badge b"                \
	" JOIN badge_level l ON l.company_id = b.company_id AND l.badge_id = b.id JOIN ("
#define AWARD_NTH ") x ON x.company_id = b.company_id AND x.nth = l.threshold WHERE b.company_id = ? AND b.measure = "
/* Jobs may have looked at somebody before. */
#define AWARD_AGAIN " ON DUPLICATE KEY UPDATE value = VALUES(value), awarded_at = VALUES(awarded_at)"

const struct db_stmt demo_tie_statements[TIE__MAX] = {
	[TIE_TAG] = { .name = "profile_tag",
		.sql = "INSERT INTO profile_tag (company_id, person_id, tag, position) VALUES (?, ?, ?, ?)", DB_IN(tag_in) },
	[TIE_FOLLOW] = { .name = "person_follow",
		.sql = "INSERT INTO person_follow (company_id, follower_id, followed_id, followed_at) VALUES (?, ?, ?, ?)",
		DB_IN(follow_in) },
	[TIE_BADGE] = { .name = "badge",
		.sql = "INSERT INTO badge (company_id, id, name, description, kind, measure, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(badge_in) },
	[TIE_LEVEL] = { .name = "badge_level",
		.sql = "INSERT INTO badge_level (company_id, badge_id, level, name, threshold) VALUES (?, ?, ?, ?, ?)",
		DB_IN(level_in) },
	[TIE_AWARD_SHARES] = { .name = "badge_award",
		.sql = AWARD_OF "SELECT s.company_id, s.person_id, s.created_at AS at, ROW_NUMBER() OVER (PARTITION BY s.company_id,"
		       " s.person_id ORDER BY s.created_at, s.id) AS nth FROM share s" AWARD_NTH "'shares'" AWARD_AGAIN,
		DB_IN(company_in) },
	[TIE_AWARD_KUDOS] = { .name = "badge_award",
		.sql = AWARD_OF "SELECT k.company_id, r.person_id, k.created_at AS at, ROW_NUMBER() OVER (PARTITION BY k.company_id,"
		       " r.person_id ORDER BY k.created_at, k.id) AS nth FROM kudos k JOIN kudos_person r"
		       " ON r.company_id = k.company_id AND r.kudos_id = k.id AND r.role = 'recipient'" AWARD_NTH "'kudos_received'" AWARD_AGAIN,
		DB_IN(company_in) },
	[TIE_DUE] = { .name = "badge_due",
		.sql = "INSERT IGNORE INTO badge_due (company_id, person_id) SELECT company_id, id FROM person WHERE company_id = ?"
		       " AND state = 'active'",
		DB_IN(company_in) },
	[TIE_CONTEST] = { .name = "contest",
		.sql = "INSERT INTO contest (company_id, id, name, prize, unit, measure, first_on, last_on, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(contest_in) },
	[TIE_REWARD] = { .name = "reward",
		.sql = "INSERT INTO reward (company_id, id, name, description, price_tenths, stock, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(reward_in) },
	[TIE_OFFER] = { .name = "mentoring_offer",
		.sql = "INSERT INTO mentoring_offer (company_id, id, person_id, kind, tag, note, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(offer_in) },
	[TIE_MENTORING] = { .name = "mentoring",
		.sql = "INSERT INTO mentoring (company_id, id, mentor_id, mentee_id, asked_by, answered_by, tag, message, answer,"
		       " weeks, state, created_at, started_at, ends_at, ended_at, mentor_note, mentee_note)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(mentoring_in) },
	[TIE_ITEM] = { .name = "mentoring_item",
		.sql = "INSERT INTO mentoring_item (company_id, mentoring_id, id, author_id, kind, text, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(item_in) },
	[TIE_COMMENT] = { .name = "mentoring_comment",
		.sql = "INSERT INTO mentoring_comment (company_id, mentoring_id, item_id, id, author_id, text, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(comment_in) },
	[TIE_REVIEW] = { .name = "share_review",
		.sql = "INSERT INTO share_review (company_id, mentoring_id, id, mentee_id, mentor_id, post_id, network, text,"
		       " text_sha256, state, note, created_at, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(review_in) },
	[TIE_BOARD] = { .name = "board",
		.sql = "INSERT INTO board (company_id, id, name, who, measure, per_head, period, days, first_on, last_on, team_id,"
		       " min_group, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 5, ?, ?)",
		DB_IN(board_in) },
	[TIE_BUYER] = { /* who has most of those who asked for nothing yet */
		.name = "buyer",
		.sql = "SELECT e.person_id FROM point_entry e JOIN person p ON p.company_id = e.company_id AND p.id = e.person_id"
		       " AND p.state = 'active' LEFT JOIN redemption d ON d.company_id = e.company_id AND d.person_id = e.person_id"
		       " WHERE e.company_id = ? AND e.currency = 'earned' AND e.created_at <= ? AND d.id IS NULL AND e.person_id <> ?"
		       " GROUP BY e.person_id HAVING SUM(e.tenths) >= ? ORDER BY SUM(e.tenths) DESC, e.person_id LIMIT 1",
		DB_IN(buyer_in), DB_OUT(buyer_out) },
	[TIE_REDEMPTION] = { .name = "redemption",
		.sql = "INSERT INTO redemption (company_id, id, reward_id, person_id, price_tenths, state, note, decided_by,"
		       " created_at, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(redemption_in) },
	[TIE_PAID] = { .name = "point_entry",
		.sql = "INSERT INTO point_entry (company_id, person_id, currency, period, tenths, reason, object_id, entry_key,"
		       " created_at) VALUES (?, ?, 'earned', 0, ?, 'redeemed', ?, 'redeemed:0', ?)",
		DB_IN(paid_in) },
	[TIE_PAID_BACK] = { .name = "point_entry",
		.sql = "INSERT INTO point_entry (company_id, person_id, currency, period, tenths, reason, object_id, entry_key,"
		       " reverses_id, created_at) SELECT company_id, person_id, currency, period, -tenths, reason, object_id,"
		       " CONCAT('reverse:', id), id, ? FROM point_entry WHERE company_id = ? AND person_id = ? AND object_id = ?"
		       " AND reverses_id IS NULL",
		DB_IN(back_in) },
};
/* clang-format on */

const struct db_stmt_table demo_ties_stmts = { "demo_ties", demo_tie_statements, TIE__MAX };
