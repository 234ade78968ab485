/* SPDX-License-Identifier: Apache-2.0 */
/* test_measure.c - what is counted of people is what plain SQL counts, and the same each time a
 * connection is asked. */
#include <string.h>

#include "rostra/demo.h"
#include "rostra/measure.h"

#include "dbtest.h"

enum { TIMES = 3, ROWS_MAX = 1024 };

struct answer {
	struct measure_row rows[ROWS_MAX];
	size_t n;
	int64_t sum;
};

static struct unit on; /* one connection for all */

static void
no_progress(void *arg, const char *company, const char *table, int64_t rows)
{
	(void)arg;
	(void)company;
	(void)table;
	(void)rows;
}

/* Demo data, and all of its people in Sales. */
static int
load(void **state)
{
	struct demo_options o = { .seed = 7 };
	struct unit u;

	(void)state;
	assert_true(demo_size("tiny", &o));
	o.leads = 300;
	o.now_us = civil_to_us((struct civil){ .year = 2026, .month = 6, .day = 1 });
	unit_open_demo(&u);
	u.rq.deadline_us = 0;
	assert_fault(demo_load(&u.rq, &o, no_progress, NULL), FAULT_NONE);
	unit_text(&u, "INSERT INTO person_fact (company_id, person_id, kind, value, from_at)"
	              " SELECT company_id, id, 'department', 'Sales', '2020-01-01' FROM person");
	unit_close(&u);
	unit_open(&on, &measure_stmts, 1);
	on.rq.deadline_us = 0;
	assert_true(uuid_parse(str_of(unit_word(&on, "SELECT id FROM company WHERE slug = 'acme'")),
	                       &on.who.company));
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	unit_close(&on);
	return 0;
}

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct answer *a = arg;

	(void)rq;
	assert_true(a->n < ROWS_MAX);
	a->rows[a->n] = *(const struct measure_row *)row;
	a->sum += a->rows[a->n++].n;
	return FAULT_NONE;
}

static int
by_ids(const void *a, const void *b)
{
	const struct measure_row *one = a, *other = b;
	const int order = uuid_cmp(one->person_id, other->person_id);

	return order != 0 ? order : uuid_cmp(one->team_id, other->team_id);
}

static void
ask_once(const struct measure_ask *q, struct answer *out)
{
	memset(out, 0, sizeof(*out));
	assert_fault(measure_each(&on.rq, q, keep, out), FAULT_NONE);
	qsort(out->rows, out->n, sizeof(*out->rows), by_ids);
}

/* As often as a connection is asked: MariaDB may plan the second execution otherwise. */
static void
ask(const struct measure_ask *q, struct answer *out)
{
	static struct answer again;

	ask_once(q, out);
	for (int i = 1; i < TIMES; i++) {
		ask_once(q, &again);
		if (memcmp(&again, out, sizeof(again)) != 0)
			fail_msg("%s: %zu rows of %lld, then %zu of %lld",
			         measure_names[q->measure], out->n, (long long)out->sum, again.n,
			         (long long)again.sum);
	}
}

static struct measure_ask
of_all(enum measure m)
{
	const struct measure_period year = { .window = WINDOW_DATED,
		                             .first_on = 20250601,
		                             .last_on = 20260531 };
	struct measure_ask q = MEASURE_ALL;

	q.measure = m;
	assert_true(measure_span_of("UTC", &year, on.rq.now_us, &q.span));
	return q;
}

static void
a_part_is_the_sum_of_its_rows_each_time_it_is_asked(void **state)
{
	static struct answer all, part;

	(void)state;
	for (int m = 0; m < MEASURE__MAX; m++) {
		struct measure_ask q = of_all((enum measure)m);
		int64_t of_person = 0, of_team = 0;

		ask(&q, &all);
		assert_true(all.n > 0);
		for (size_t i = 0; i < all.n; i++) {
			const struct measure_row *r = &all.rows[i];

			if (uuid_eq(r->person_id, all.rows[0].person_id))
				of_person += r->n;
			if (uuid_eq(r->team_id, all.rows[0].team_id))
				of_team += r->n;
		}
		q.person = all.rows[0].person_id;
		ask(&q, &part);
		assert_int_equal(part.sum, of_person);
		q = of_all((enum measure)m);
		q.team = all.rows[0].team_id;
		ask(&q, &part);
		assert_int_equal(part.sum, of_team);
		q = of_all((enum measure)m);
		q.fact = MEASURE_DEPARTMENT;
		q.fact_value = "Sales";
		ask(&q, &part);
		assert_int_equal(part.sum, all.sum);
		q.fact_value = "Nobody's";
		ask(&q, &part);
		assert_int_equal(part.n, 0);
	}
}

#define THEN(at) at " >= '2025-06-01' AND " at " < '2026-06-01'"
#define OF_ACME(x) " WHERE " x ".company_id = (SELECT id FROM company WHERE slug = 'acme') AND "
#define EVENTS(n, of)                                                                              \
	"SELECT " n " FROM conversion c JOIN company k ON k.id = c.company_id"                     \
	" LEFT JOIN campaign g ON g.company_id = c.company_id AND g.id = c.campaign_id" OF_ACME(   \
	    "c") THEN("c.occurred_at") " AND c.stage = " of " AND EXISTS (SELECT 1 FROM touch t "  \
				       "WHERE t.company_id = c.company_id"                         \
				       " AND t.lead_id = c.lead_id AND t.touched_at <= "           \
				       "c.occurred_at AND t.touched_at >="                         \
				       " c.occurred_at - INTERVAL COALESCE(g.lookback_days, "      \
				       "k.lookback_days) DAY)"

static void
a_sum_is_that_of_plain_sql(void **state)
{
	static const struct {
		enum measure m;
		const char *sql;
	} sums[] = {
		{ MEASURE_SHARES,
		  "SELECT COUNT(*) FROM share s" OF_ACME("s") THEN("s.created_at") },
		{ MEASURE_CLICKS, "SELECT SUM(d.n) FROM click_day d" OF_ACME("d")
		                      THEN("d.day") " AND d.class = 'human'" },
		{ MEASURE_LEADS, EVENTS("COUNT(*)", "'lead'") },
		{ MEASURE_QUALIFIED, EVENTS("COUNT(*)", "'qualified'") },
		{ MEASURE_WON, EVENTS("SUM(c.value_minor)", "'won' AND c.currency = k.currency") },
	};
	static struct answer all;

	(void)state;
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		const struct measure_ask q = of_all(sums[i].m);

		ask(&q, &all);
		assert_int_equal(all.sum, unit_number(&on, sums[i].sql));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_is_the_sum_of_its_rows_each_time_it_is_asked),
		cmocka_unit_test(a_sum_is_that_of_plain_sql),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
