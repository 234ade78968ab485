/* SPDX-License-Identifier: Apache-2.0 */
/* test_demo.c - demo data is the same for the same seed, and hangs together. */
#include <stdio.h>
#include <string.h>

#include "rostra/demo.h"

#include "dbtest.h"

static const char *const tables[] = {
	"company",
	"company_seq",
	"person",
	"person_role",
	"team",
	"team_member",
	"channel",
	"channel_team",
	"channel_follow",
	"campaign",
	"post",
	"post_text",
	"post_disclosure",
	"feed_item",
	"person_post",
	"share",
	"link",
	"click",
	"click_day",
	"lead",
	"conversion",
	"touch",
	"change_log",
	"post_stat",
	"company_value",
	"kudos",
	"kudos_person",
	"kudos_reaction",
	"point_entry",
	"point_balance",
	"click_quarter",
	"point_sum",
	"profile_tag",
	"person_follow",
	"badge",
	"badge_level",
	"badge_award",
	"badge_due",
	"contest",
	"reward",
	"mentoring",
	"mentoring_offer",
	"mentoring_item",
	"mentoring_comment",
	"share_review",
	"board",
	"redemption",
	"exchange_rate",
	"crm_hook",
	"crm_stage",
	"crm_event",
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };
/* Emptied, too: merges have ids of the moment, and what they change is counted by connection. */
static const char *const others[] = { "credit_change",    "lead_merge",  "lead_merge_event",
	                              "lead_merge_touch", "audit_event", "outbox" };

static void
no_progress(void *arg, const char *company, const char *table, int64_t rows)
{
	(void)arg;
	(void)company;
	(void)table;
	(void)rows;
}

struct text {
	char s[8192];
};

static enum fault
keep_text(struct rq *rq, const struct str *cells, size_t n, void *arg)
{
	struct text *t = arg;

	(void)rq;
	assert_int_equal(n, 1);
	(void)snprintf(t->s, sizeof(t->s), "%.*s", (int)cells[0].n, cells[0].s);
	return FAULT_NONE;
}

/* How many rows, and what all of their columns add up to.  CHECKSUM TABLE would be shorter, but
 * reads what lies behind the NULL of a generated column: another one for the same rows
 * (MariaDB 10.11). */
static void
checksum(struct unit *u, const char *table, char sum[static 32])
{
	char sql[640];
	struct text t = { "" };

	(void)snprintf(
	    sql, sizeof(sql),
	    "SELECT CONCAT('SELECT CONCAT(COUNT(*), '' '', COALESCE(SUM(CRC32(CONCAT_WS('','',',"
	    " GROUP_CONCAT('COALESCE(HEX(CONCAT(`', column_name, '`)), ''-'')' ORDER BY "
	    "ordinal_position),"
	    " '))), 0)) FROM %s') FROM information_schema.columns WHERE table_schema = DATABASE()"
	    " AND table_name = '%s'",
	    table, table);
	assert_fault(db_query_text(&u->rq, sql, keep_text, &t), FAULT_NONE);
	assert_fault(db_query_text(&u->rq, t.s, keep_text, &t), FAULT_NONE);
	(void)snprintf(sum, 32, "%.31s", t.s);
}

/* The checksum of every table after loading with this seed into empty tables. */
static void
load(uint64_t seed, char sums[TABLES][32])
{
	struct unit u;
	struct demo_options o = { .seed = seed };
	char sql[80];

	assert_true(demo_size("tiny", &o));
	o.now_us = civil_to_us((struct civil){ .year = 2026, .month = 6, .day = 1 });
	unit_open_demo(&u);
	u.rq.deadline_us = 0;
	for (size_t i = 0; i < TABLES; i++) {
		(void)snprintf(sql, sizeof(sql), "TRUNCATE TABLE %s", tables[i]);
		unit_text(&u, sql);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		(void)snprintf(sql, sizeof(sql), "TRUNCATE TABLE %s", others[i]);
		unit_text(&u, sql);
	}
	if (demo_load(&u.rq, &o, no_progress, NULL))
		fail_msg("%s %s", u.rq.problem.detail, u.rq.problem.internal);
	for (size_t i = 0; i < TABLES; i++)
		checksum(&u, tables[i], sums[i]);
	assert_fault(demo_load(&u.rq, &o, no_progress, NULL), FAULT_CONFLICT);
	unit_close(&u);
}

static void
the_same_seed_makes_the_same_rows(void **state)
{
	static char first[TABLES][32], again[TABLES][32], other[TABLES][32];
	size_t different = 0;

	(void)state;
	load(8, other);
	load(7, first);
	load(7, again);
	for (size_t i = 0; i < TABLES; i++) {
		if (strcmp(first[i], again[i]) != 0)
			fail_msg("%s: %s and %s", tables[i], first[i], again[i]);
		different += strcmp(first[i], other[i]) != 0;
	}
	assert_true(different > TABLES - 3);
}

struct check {
	const char *why, *sql;
};

static void
the_rows_hang_together(void **state)
{
	static const struct check checks[] = {
		{ "every touch is a human click of its share",
		  "SELECT COUNT(*) FROM touch t LEFT JOIN click c ON c.company_id = t.company_id "
		  "AND c.id = t.click_id"
		  " AND c.clicked_at = t.touched_at AND c.share_id = t.share_id AND c.class = "
		  "'human' WHERE c.id IS NULL" },
		{ "the roll-up is the sum of the clicks",
		  "SELECT (SELECT SUM(n) FROM click_day) <> (SELECT COUNT(*) FROM click)" },
		{ "the sums of quarters of an hour are the clicks'",
		  "SELECT (SELECT SUM(n) FROM click_quarter) <> (SELECT COUNT(*) FROM click)" },
		{ "a share is made while its post is live, by somebody who is there",
		  "SELECT COUNT(*) FROM share s JOIN post p ON p.company_id = s.company_id AND "
		  "p.id = s.post_id"
		  " JOIN person x ON x.company_id = s.company_id AND x.id = s.person_id"
		  " WHERE s.created_at < p.published_at OR s.created_at > COALESCE(p.expire_at, "
		  "'2100-01-01')" },
		{ "every share has its link",
		  "SELECT COUNT(*) FROM share s LEFT JOIN link l ON l.code = s.code"
		  " AND l.share_id = s.id WHERE l.code IS NULL" },
		{ "a team of a share is the person's of that moment",
		  "SELECT COUNT(*) FROM share s LEFT JOIN team_member m ON m.company_id = "
		  "s.company_id"
		  " AND m.person_id = s.person_id AND m.team_id = s.team_id AND m.from_at <= "
		  "s.created_at"
		  " AND (m.to_at IS NULL OR m.to_at > s.created_at) WHERE m.team_id IS NULL" },
		{ "a lead without a path has no touches",
		  "SELECT COUNT(*) FROM lead l JOIN touch t ON t.company_id = l.company_id AND "
		  "t.lead_id = l.id"
		  " WHERE l.matched_by = 'none'" },
		{ "who shared as often as a level asks has it",
		  "SELECT COUNT(*) FROM (SELECT company_id, person_id, COUNT(*) AS n FROM share"
		  " GROUP BY company_id, person_id) s JOIN badge b ON b.company_id = s.company_id"
		  " AND b.measure = 'shares' JOIN badge_level l ON l.company_id = b.company_id"
		  " AND l.badge_id = b.id LEFT JOIN badge_award a ON a.company_id = s.company_id"
		  " AND a.person_id = s.person_id AND a.badge_id = b.id AND a.level = l.level"
		  " WHERE (s.n >= l.threshold) <> (a.level IS NOT NULL)" },
		{ "no click lies before its share",
		  "SELECT COUNT(*) FROM click c JOIN share s ON s.company_id = c.company_id AND "
		  "s.id = c.share_id"
		  " WHERE c.clicked_at < s.created_at" },
		{ "nothing happened after now",
		  "SELECT COUNT(*) FROM conversion WHERE occurred_at >= '2026-06-01' OR "
		  "occurred_at <"
		  " (SELECT created_at FROM lead l WHERE l.company_id = conversion.company_id AND "
		  "l.id = lead_id)" },
		{ "live posts are in the feed, others are not",
		  "SELECT COUNT(*) FROM post p LEFT JOIN feed_item f ON f.company_id = "
		  "p.company_id AND f.post_id = p.id"
		  " WHERE (p.state = 'live') <> (f.post_id IS NOT NULL)" },
		{ "the log's numbers have no gap",
		  "SELECT COUNT(*) FROM company_seq s WHERE seq <> (SELECT COUNT(*) FROM "
		  "change_log c"
		  " WHERE c.company_id = s.company_id) OR seq <> (SELECT MAX(seq) FROM change_log c"
		  " WHERE c.company_id = s.company_id)" },
		{ "all days and months are counted",
		  "SELECT (SELECT COUNT(*) FROM report_due) + (SELECT COUNT(*) FROM report_month "
		  "WHERE NOT whole"
		  " AND month < '2026-05-01')" },
		{ "a third or so of the clicks is not human",
		  "SELECT AVG(class = 'human') NOT BETWEEN 0.6 AND 0.8 FROM click" },
	};
	struct unit u;

	(void)state;
	unit_open(&u, NULL, 0);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int64_t n = unit_number(&u, checks[i].sql);

		if (n != 0)
			fail_msg("%s: %lld", checks[i].why, (long long)n);
	}
	unit_close(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_makes_the_same_rows),
		cmocka_unit_test(the_rows_hang_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
