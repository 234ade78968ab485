/* SPDX-License-Identifier: Apache-2.0 */
/* demo_sql.c - statements of demo data; only `rostra demo-data` prepares them. */
#include "rostra/caller.h"

#include "demo_int.h"

static const char *const demo_lead_channels[] = { "form", "api", "csv", "webhook", NULL };
static const char *const demo_matched_by[] = { "pending",  "click", "visitor", "email",
	                                       "external", "none",  NULL };
static const char *const change_kinds[] = { "post", "channel", "share", "me", NULL };
static const char *const change_ops[] = { "upsert", "delete", NULL };

/* clang-format off */
#define T struct row_company
static const struct db_col company_in[] = {
	DB_COL_UUID(T, id), DB_COL_STR(T, slug), DB_COL_STR(T, name), DB_COL_STR(T, time_zone),
	DB_COL_STR(T, currency), DB_COL_STR(T, language), DB_COL_STR(T, brand_color),
	DB_COL_BOOL(T, visitor_cookie), DB_COL_TIME(T, created_us),
};
static const struct db_col slug_in[] = { DB_COL_STR(T, slug) };
static const struct db_col slug_out[] = { DB_COL_UUID(T, id) };
#undef T
#define T struct row_person
static const struct db_col person_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, p.id), DB_COL_STR(T, p.email), DB_COL_STR(T, p.display_name),
	DB_COL_STR(T, p.given_name), DB_COL_STR(T, p.family_name), DB_COL_ENUM(T, p.role, role_names),
	DB_COL_STR(T, state), DB_COL_STR(T, p.language), DB_COL_STR(T, p.job_title), DB_COL_STR(T, department),
	DB_COL_STR(T, p.location), DB_COL_TIME(T, p.joined_us), DB_COL_TIME(T, p.joined_us),
	DB_COL_TIME(T, deactivated_us),
};
#undef T
#define T struct row_role
static const struct db_col role_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, person_id), DB_COL_TIME(T, from_us), DB_COL_TIME(T, to_us),
	DB_COL_ENUM(T, role, role_names),
};
#undef T
#define T struct row_team
static const struct db_col team_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, name), DB_COL_TIME(T, created_us),
};
#undef T
#define T struct row_member
static const struct db_col member_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, person_id), DB_COL_UUID(T, team_id),
	DB_COL_TIME(T, from_us), DB_COL_TIME(T, to_us),
};
#undef T
#define T struct row_channel
static const struct db_col channel_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, name), DB_COL_STR(T, description),
	DB_COL_STR(T, audience), DB_COL_STR(T, mode), DB_COL_TIME(T, created_us),
};
static const struct db_col channel_team_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_UUID(T, other_id),
};
static const struct db_col follow_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, other_id), DB_COL_UUID(T, id), DB_COL_TIME(T, created_us),
};
#undef T
#define T struct row_campaign
static const struct db_col campaign_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, name), DB_COL_TIME(T, starts_us),
	DB_COL_TIME(T, ends_us), DB_COL_STR(T, utm_campaign), DB_COL_TIME(T, created_us),
	DB_COL_TIME(T, created_us),
};
#undef T
#define T struct row_post
static const struct db_col post_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, p.id), DB_COL_UUID(T, channel_id), DB_COL_UUID(T, campaign_id),
	DB_COL_ENUM(T, p.kind, post_kind_names), DB_COL_ENUM(T, p.state, post_state_names),
	DB_COL_STR(T, p.language), DB_COL_STR(T, p.title), DB_COL_STR(T, p.summary), DB_COL_STR(T, p.url),
	DB_COL_STR(T, p.image_url),
	DB_COL_SET(T, p.networks), DB_COL_BOOL(T, p.lock_text), DB_COL_BOOL(T, p.must_read),
	DB_COL_TIME(T, p.publish_us), DB_COL_TIME(T, p.published_us), DB_COL_TIME(T, p.expire_us),
	DB_COL_TIME(T, p.pin_us), DB_COL_UUID(T, author_id), DB_COL_UUID(T, suggested_by),
	DB_COL_UUID(T, decided_by), DB_COL_STR(T, decision_note), DB_COL_BYTES(T, body_sha256),
	DB_COL_TIME(T, p.created_us), DB_COL_TIME(T, updated_us),
};
#undef T
#define T struct row_text
static const struct db_col text_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, post_id), DB_COL_I64(T, no),
	DB_COL_ENUM(T, place, post_place_names), DB_COL_STR(T, language), DB_COL_STR(T, body),
};
static const struct db_col disclosure_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, post_id), DB_COL_ENUM(T, place, post_place_names),
	DB_COL_STR(T, body),
};
#undef T
#define T struct row_share
static const struct db_col share_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_UUID(T, person_id), DB_COL_UUID(T, post_id),
	DB_COL_ENUM(T, network, network_names), DB_COL_UUID(T, channel_id), DB_COL_UUID(T, campaign_id),
	DB_COL_UUID(T, team_id), DB_COL_STR(T, code), DB_COL_STR(T, state), DB_COL_STR(T, text),
	DB_COL_BOOL(T, edited), DB_COL_BYTES(T, text_sha256), DB_COL_U64(T, text_simhash),
	DB_COL_BYTES(T, body_sha256), DB_COL_TIME(T, created_us), DB_COL_TIME(T, revoked_us),
};
#undef T
#define T struct row_click
static const struct db_col click_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_TIME(T, clicked_us), DB_COL_BYTES(T, id), DB_COL_UUID(T, share_id),
	DB_COL_ENUM(T, class, click_class_names), DB_COL_STR(T, reason), DB_COL_BYTES(T, rclid),
	DB_COL_VIEW(T, visitor), DB_COL_VIEW(T, ip_hash), DB_COL_STR(T, ip_prefix),
	DB_COL_STR(T, user_agent), DB_COL_STR(T, referrer),
};
#undef T
#define T struct row_lead
static const struct db_col lead_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, source), DB_COL_STR(T, external_id),
	DB_COL_ENUM(T, channel, demo_lead_channels), DB_COL_STR(T, email), DB_COL_VIEW(T, email_sha256),
	DB_COL_STR(T, name), DB_COL_STR(T, organisation), DB_COL_STR(T, message), DB_COL_VIEW(T, click_id),
	DB_COL_ENUM(T, matched_by, demo_matched_by), DB_COL_ENUM(T, stage, lead_stage_names),
	DB_COL_I64(T, value_minor), DB_COL_STR(T, currency), DB_COL_TIME(T, created_us),
	DB_COL_TIME(T, created_us),
};
#undef T
#define T struct row_conversion
static const struct db_col conversion_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_TIME(T, occurred_us), DB_COL_UUID(T, id), DB_COL_UUID(T, lead_id),
	DB_COL_ENUM(T, stage, lead_stage_names), DB_COL_I64(T, value_minor), DB_COL_STR(T, currency),
	DB_COL_UUID(T, campaign_id), DB_COL_STR(T, source), DB_COL_STR(T, external_id),
	DB_COL_TIME(T, occurred_us),
};
#undef T
#define T struct row_touch
static const struct db_col touch_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, lead_id), DB_COL_TIME(T, touched_us),
	DB_COL_BYTES(T, click_id), DB_COL_UUID(T, share_id), DB_COL_UUID(T, person_id), DB_COL_UUID(T, team_id),
	DB_COL_ENUM(T, network, network_names), DB_COL_UUID(T, post_id), DB_COL_UUID(T, campaign_id),
	DB_COL_UUID(T, channel_id), DB_COL_TIME(T, added_us),
};
#undef T
#define T struct row_change
static const struct db_col change_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_I64(T, seq), DB_COL_ENUM(T, kind, change_kinds),
	DB_COL_UUID(T, object_id), DB_COL_ENUM(T, op, change_ops), DB_COL_UUID(T, person_id),
	DB_COL_TIME(T, at_us),
};
static const struct db_col seq_in[] = { DB_COL_UUID(T, company_id), DB_COL_I64(T, seq) };
static const struct db_col seq_out[] = { DB_COL_I64(T, seq) };
#undef T
#define T struct row_seen
static const struct db_col seen_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, person_id), DB_COL_UUID(T, post_id),
	DB_COL_TIME(T, seen_us), DB_COL_TIME(T, acknowledged_us),
};
#undef T
#define T struct row_value
static const struct db_col value_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, name), DB_COL_STR(T, description),
	DB_COL_TIME(T, created_us),
};
#undef T
#define T struct row_kudos
static const struct db_col kudos_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_UUID(T, giver_id), DB_COL_UUID(T, team_id),
	DB_COL_UUID(T, value_id), DB_COL_STR(T, message), DB_COL_I64(T, points), DB_COL_I64(T, period),
	DB_COL_STR(T, visibility), DB_COL_BYTES(T, body_sha256), DB_COL_TIME(T, created_us),
};
#undef T
#define T struct row_kudos_person
static const struct db_col kudos_person_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, kudos_id), DB_COL_UUID(T, person_id), DB_COL_I64(T, position),
	DB_COL_UUID(T, team_id),
};
static const struct db_col kudos_reaction_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, kudos_id), DB_COL_UUID(T, person_id), DB_COL_STR(T, word),
	DB_COL_TIME(T, at_us),
};
#undef T
#define T struct fill
static const struct db_col fill_thrice_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, company_id), DB_COL_UUID(T, company_id),
};
static const struct db_col fill_twice_in[] = { DB_COL_UUID(T, company_id), DB_COL_UUID(T, company_id) };
#define NO_TEAM "COALESCE(team_id, CAST('00000000-0000-0000-0000-000000000000' AS UUID))"
static const struct db_col fill_in[] = { DB_COL_UUID(T, company_id) };
static const struct db_col fill_at_in[] = { DB_COL_TIME(T, to_us), DB_COL_UUID(T, company_id) };
static const struct db_col fill_span_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_TIME(T, from_us), DB_COL_TIME(T, to_us),
};
#undef T

const struct db_stmt demo_statements[DEMO__MAX] = {
	[DEMO_COMPANY] = {
		.name = "company",
		.sql = "INSERT INTO company (id, slug, name, time_zone, currency, language, brand_color,"
		       " visitor_cookie, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(company_in),
	},
	[DEMO_SEQ] = {
		.name = "company_seq",
		/* So many numbers, behind those that jobs have taken meanwhile. */
		.sql = "INSERT INTO company_seq (company_id, seq) VALUES (?, ?) ON DUPLICATE KEY UPDATE seq = seq + VALUES(seq)",
		DB_IN(seq_in),
	},
	[DEMO_SEQ_LAST] = {
		.name = "company_seq_last",
		.sql = "SELECT seq FROM company_seq WHERE company_id = ?",
		.in = seq_in, .n_in = 1, DB_OUT(seq_out),
	},
	[DEMO_PERSON] = {
		.name = "person",
		.sql = "INSERT INTO person (company_id, id, email, display_name, given_name, family_name, role, state,"
		       " language, job_title, department, location, created_at, updated_at, deactivated_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(person_in),
	},
	[DEMO_ROLE] = {
		.name = "person_role",
		.sql = "INSERT INTO person_role (company_id, person_id, from_at, to_at, role) VALUES (?, ?, ?, ?, ?)",
		DB_IN(role_in),
	},
	[DEMO_TEAM] = {
		.name = "team",
		.sql = "INSERT INTO team (company_id, id, name, created_at) VALUES (?, ?, ?, ?)",
		DB_IN(team_in),
	},
	[DEMO_MEMBER] = {
		.name = "team_member",
		.sql = "INSERT INTO team_member (company_id, person_id, team_id, from_at, to_at)"
		       " VALUES (?, ?, ?, ?, ?)",
		DB_IN(member_in),
	},
	[DEMO_CHANNEL] = {
		.name = "channel",
		.sql = "INSERT INTO channel (company_id, id, name, description, audience, mode, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(channel_in),
	},
	[DEMO_CHANNEL_TEAM] = {
		.name = "channel_team",
		.sql = "INSERT INTO channel_team (company_id, channel_id, team_id) VALUES (?, ?, ?)",
		DB_IN(channel_team_in),
	},
	[DEMO_FOLLOW] = {
		.name = "channel_follow",
		.sql = "INSERT INTO channel_follow (company_id, person_id, channel_id, followed_at)"
		       " VALUES (?, ?, ?, ?)",
		DB_IN(follow_in),
	},
	[DEMO_CAMPAIGN] = {
		.name = "campaign",
		.sql = "INSERT INTO campaign (company_id, id, name, starts_at, ends_at, utm_source, utm_medium,"
		       " utm_campaign, utm_content, created_at, updated_at)"
		       " VALUES (?, ?, ?, ?, ?, '{network}', 'employee', ?, '{post}', ?, ?)",
		DB_IN(campaign_in),
	},
	[DEMO_POST] = {
		.name = "post",
		.sql = "INSERT INTO post (company_id, id, channel_id, campaign_id, kind, state, language, title,"
		       " summary, destination_url, image_url, networks, lock_text, must_read, publish_at, published_at,"
		       " expire_at, pin_until, author_id, suggested_by, decided_by, decision_note, body_sha256,"
		       " created_at, updated_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(post_in),
	},
	[DEMO_TEXT] = {
		.name = "post_text",
		.sql = "INSERT INTO post_text (company_id, post_id, no, network, language, body)"
		       " VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(text_in),
	},
	[DEMO_DISCLOSURE] = {
		.name = "post_disclosure",
		.sql = "INSERT INTO post_disclosure (company_id, post_id, network, body) VALUES (?, ?, ?, ?)",
		DB_IN(disclosure_in),
	},
	[DEMO_SHARE] = {
		.name = "share",
		.sql = "INSERT INTO share (company_id, id, person_id, post_id, network, channel_id, campaign_id,"
		       " team_id, code, state, text, edited, text_sha256, text_simhash, body_sha256, created_at,"
		       " revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(share_in),
	},
	[DEMO_CLICK] = {
		.name = "click",
		.sql = "INSERT INTO click (company_id, clicked_at, id, share_id, class, reason, rule_version, rclid,"
		       " visitor, ip_hash, ip_prefix, user_agent, referrer)"
		       " VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
		DB_IN(click_in),
	},
	[DEMO_LEAD] = {
		.name = "lead",
		.sql = "INSERT INTO lead (company_id, id, source, external_id, channel, email, email_sha256, name,"
		       " organisation, message, click_id, matched_by, stage, value_minor, currency, created_at,"
		       " received_at, match_reason, match_pct) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		       " ELT(matched_by + 0, 'click_waits', 'click_known', 'visitor_of_click', 'same_email', NULL, 'nothing_known'),"
		       " ELT(matched_by + 0, NULL, 100, 90, 70, NULL, 0))",
		DB_IN(lead_in),
	},
	[DEMO_CONVERSION] = {
		.name = "conversion",
		.sql = "INSERT INTO conversion (company_id, occurred_at, id, lead_id, stage, value_minor, currency,"
		       " campaign_id, source, external_id, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(conversion_in),
	},
	[DEMO_TOUCH] = {
		.name = "touch",
		.sql = "INSERT INTO touch (company_id, lead_id, touched_at, click_id, share_id, person_id, team_id,"
		       " network, post_id, campaign_id, channel_id, added_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(touch_in),
	},
	[DEMO_CHANGE] = {
		.name = "change_log",
		.sql = "INSERT INTO change_log (company_id, seq, kind, object_id, op, person_id, changed_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(change_in),
	},
	[DEMO_SEEN] = {
		.name = "person_post",
		.sql = "INSERT INTO person_post (company_id, person_id, post_id, seen_at, acknowledged_at)"
		       " VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE acknowledged_at = VALUES(acknowledged_at)",
		DB_IN(seen_in),
	},
	[DEMO_FILL_FEED] = {
		.name = "feed_item",
		/* What was due is in the feed already where jobs run. */
		.sql = "INSERT IGNORE INTO feed_item (company_id, pinned, published_at, post_id, channel_id, post_version)"
		       " SELECT company_id, COALESCE(pin_until > ?, FALSE), published_at, id, channel_id, version"
		       " FROM post WHERE company_id = ? AND state = 'live'",
		DB_IN(fill_at_in),
	},
	[DEMO_FILL_LINKS] = {
		.name = "link",
		.sql = "INSERT INTO link (code, company_id, share_id, state, created_at)"
		       " SELECT code, company_id, id, state, created_at FROM share"
		       " WHERE company_id = ? AND created_at >= ? AND created_at < ?",
		DB_IN(fill_span_in),
	},
	/* Bit i of shared_networks is network i of the list; an ENUM counts from 1. */
	[DEMO_FILL_PERSON_POSTS] = {
		.name = "person_post",
		.sql = "INSERT INTO person_post (company_id, person_id, post_id, seen_at, shared_at, shared_networks)"
		       " SELECT company_id, person_id, post_id, MIN(created_at), MAX(created_at),"
		       " BIT_OR(1 << (network + 0 - 1)) FROM share WHERE company_id = ? AND state = 'active'"
		       " GROUP BY person_id, post_id",
		DB_IN(fill_in),
	},
	[DEMO_FILL_POST_STATS] = {
		.name = "post_stat",
		.sql = "INSERT INTO post_stat (company_id, post_id, shares, sharers, counted_at)"
		       " SELECT company_id, post_id, COUNT(*), COUNT(DISTINCT person_id), ? FROM share"
		       " WHERE company_id = ? AND state = 'active' GROUP BY post_id"
		       " ON DUPLICATE KEY UPDATE shares = VALUES(shares), sharers = VALUES(sharers)",
		DB_IN(fill_at_in),
	},
	[DEMO_FILL_CLICK_DAYS] = {
		.name = "click_day",
		.sql = "INSERT INTO click_day (company_id, day, share_id, class, n)"
		       " SELECT company_id, DATE(clicked_at), share_id, class, COUNT(*) FROM click"
		       " WHERE company_id = ? AND clicked_at >= ? AND clicked_at < ?"
		       " GROUP BY DATE(clicked_at), share_id, class",
		DB_IN(fill_span_in),
	},
	[DEMO_FILL_CLICK_QUARTERS] = {
		.name = "click_quarter",
		.sql = "INSERT INTO click_quarter (company_id, class, quarter, slot, n)"
		       " SELECT company_id, class, CAST(DATE(clicked_at) AS DATETIME) + INTERVAL"
		       " (HOUR(clicked_at) * 4 + MINUTE(clicked_at) DIV 15) * 15 MINUTE AS q, 0, COUNT(*) FROM click"
		       " WHERE company_id = ? AND clicked_at >= ? AND clicked_at < ? GROUP BY company_id, class, q",
		DB_IN(fill_span_in),
	},
	[DEMO_FILL_CREDIT_CHANGES] = {
		.name = "credit_change",
		.sql = "INSERT INTO credit_change (company_id, slot, n) SELECT company_id, 0, COUNT(*) FROM conversion"
		       " WHERE company_id = ? GROUP BY company_id ON DUPLICATE KEY UPDATE n = n + VALUES(n)",
		DB_IN(fill_in),
	},
	[DEMO_VALUE] = {
		.name = "company_value",
		.sql = "INSERT INTO company_value (company_id, id, name, description, created_at) VALUES (?, ?, ?, ?, ?)",
		DB_IN(value_in),
	},
	[DEMO_KUDOS] = {
		.name = "kudos",
		.sql = "INSERT INTO kudos (company_id, id, giver_id, team_id, value_id, message, points, period, visibility,"
		       " body_sha256, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(kudos_in),
	},
	[DEMO_KUDOS_PERSON] = {
		.name = "kudos_person",
		.sql = "INSERT INTO kudos_person (company_id, kudos_id, role, person_id, position, team_id)"
		       " VALUES (?, ?, 'recipient', ?, ?, ?)",
		DB_IN(kudos_person_in),
	},
	[DEMO_KUDOS_REACTION] = {
		.name = "kudos_reaction",
		.sql = "INSERT INTO kudos_reaction (company_id, kudos_id, person_id, reaction, reacted_at)"
		       " VALUES (?, ?, ?, ?, ?)",
		DB_IN(kudos_reaction_in),
	},
	[DEMO_FILL_ENTRIES] = {
		.name = "point_entry",
		.sql = "INSERT INTO point_entry (company_id, person_id, currency, period, tenths, reason, object_id, entry_key,"
		       " created_at, day, team_id) SELECT company_id, giver_id, 'allowance', period, 1000, 'allowance_grant', giver_id,"
		       " CONCAT('grant:', period, ':1000'), MIN(created_at) AS at, 0, NULL FROM kudos"
		       " WHERE company_id = ? GROUP BY giver_id, period"
		       " UNION ALL SELECT k.company_id, k.giver_id, 'allowance', k.period, -10 * CAST(k.points AS SIGNED) * COUNT(*),"
		       " 'allowance_spent', k.id, 'allowance_spent:0', k.created_at, 0, NULL"
		       " FROM kudos k JOIN kudos_person q ON q.company_id = k.company_id AND q.kudos_id = k.id"
		       " WHERE k.company_id = ? AND k.points > 0 GROUP BY k.id"
		       " UNION ALL SELECT k.company_id, q.person_id, 'earned', 0, 10 * k.points, 'kudos_received', k.id,"
		       " 'kudos_received:0', k.created_at,"
		       " CAST(DATE_FORMAT(k.created_at, '%Y%m%d') AS UNSIGNED), q.team_id"
		       " FROM kudos k JOIN kudos_person q ON q.company_id = k.company_id AND q.kudos_id = k.id"
		       " WHERE k.company_id = ? AND k.points > 0 ORDER BY at, 6, 7, 2",
		DB_IN(fill_thrice_in),
	},
	[DEMO_FILL_BALANCES] = {
		.name = "point_balance",
		.sql = "INSERT INTO point_balance (company_id, person_id, currency, period, tenths, granted_tenths, entries,"
		       " updated_at) SELECT company_id, person_id, currency, period, SUM(tenths),"
		       " SUM(IF(reason = 'allowance_grant', tenths, 0)), COUNT(*), MAX(created_at) FROM point_entry"
		       " WHERE company_id = ? GROUP BY person_id, currency, period ON DUPLICATE KEY UPDATE tenths = VALUES(tenths),"
		       " granted_tenths = VALUES(granted_tenths), entries = VALUES(entries)",
		DB_IN(fill_in),
	},
	[DEMO_FILL_SUMS] = {
		.name = "point_sum",
		.sql = "INSERT INTO point_sum (company_id, span, from_day, person_id, team_id, tenths, entries)"
		       " SELECT company_id, 'day', day, person_id, " NO_TEAM ", SUM(tenths), COUNT(*) FROM point_entry"
		       " WHERE company_id = ? AND day > 0 GROUP BY 3, 4, 5 UNION ALL"
		       " SELECT company_id, 'month', day DIV 100 * 100 + 1, person_id, " NO_TEAM ", SUM(tenths), COUNT(*)"
		       " FROM point_entry WHERE company_id = ? AND day > 0 GROUP BY 3, 4, 5"
		       " ON DUPLICATE KEY UPDATE tenths = VALUES(tenths), entries = VALUES(entries)",
		DB_IN(fill_twice_in),
	},
	[DEMO_SLUG] = {
		.name = "slug",
		.sql = "SELECT id FROM company /* all companies: is the name taken? */ WHERE slug = ?",
		DB_IN(slug_in), DB_OUT(slug_out),
	},
};
/* clang-format on */

const struct db_stmt_table demo_stmts = { "demo", demo_statements, DEMO__MAX };
