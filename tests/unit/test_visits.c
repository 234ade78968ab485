/* SPDX-License-Identifier: Apache-2.0 */
/* test_visits.c - the hour of visits: who came before, from where too many links are opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "ground.h"
#include "src/link/link_int.h"

#define NOON (INT64_C(20000) * US_PER_DAY + INT64_C(43200) * US_PER_S)

static struct visit
note_at(struct visits *v, const char *address, const char *agent, const char *code, int64_t now_us)
{
	struct address a = address_parse(str_of(address));
	struct visitor_key k = { .address = &a, .user_agent = str_of(agent), .code = str_of(code) };
	struct visit out;

	visits_note(v, &k, now_us, &out);
	return out;
}

/* Its click is kept. */
static struct visit
visit_at(struct visits *v, const char *address, const char *agent, const char *code, int64_t now_us)
{
	const struct visit out = note_at(v, address, agent, code, now_us);

	visits_settle(v, &out, true);
	return out;
}

static void
a_first_click_that_nobody_kept_is_the_next_hits(void **state)
{
	const int64_t midnight = INT64_C(20001) * US_PER_DAY;
	const int64_t moments[] = { NOON, midnight - 1000 };
	const struct ground *g = *state;
	char err[240];
	struct visits *v = visits_map(&g->conf, err, sizeof(err));

	assert_non_null(v);
	for (size_t i = 0; i < 2; i++) {
		const struct visit first = note_at(v, "192.0.2.1", "A", "aaaaaaaa", moments[i] + 7);
		const struct visit next =
		    note_at(v, "192.0.2.1", "A", "aaaaaaaa", moments[i] + US_PER_S);
		const struct visit earlier =
		    note_at(v, "192.0.2.1", "A", "aaaaaaaa", moments[i] - US_PER_S);
		struct visit last;

		assert_false(next.duplicate || earlier.duplicate);
		assert_int_equal(first.first_us, moments[i] + 7);
		assert_int_equal(next.first_us, moments[i] + 7);
		assert_int_equal(earlier.first_us, moments[i] + 7);
		assert_memory_equal(first.first_id, next.first_id, CLICK_ID_SIZE);
		assert_memory_equal(first.first_id, earlier.first_id, CLICK_ID_SIZE);
		visits_settle(v, &next, true);
		visits_settle(v, &earlier, true);
		last = note_at(v, "192.0.2.1", "A", "aaaaaaaa", moments[i] + 2 * US_PER_S);
		assert_true(last.duplicate);
		assert_memory_equal(first.first_id, last.first_id, CLICK_ID_SIZE);
	}
	visits_unmap(&v);
}

static void
a_click_for_which_there_was_no_room_never_was(void **state)
{
	const struct ground *g = *state;
	char err[240];
	struct visits *v = visits_map(&g->conf, err, sizeof(err));
	struct visit first, other, next;

	assert_non_null(v);
	first = note_at(v, "192.0.2.1", "A", "aaaaaaaa", NOON);
	visits_settle(v, &first, false);
	next = visit_at(v, "192.0.2.1", "A", "aaaaaaaa", NOON + US_PER_S);
	assert_false(next.duplicate);
	assert_int_equal(next.first_us, NOON + US_PER_S);
	assert_memory_not_equal(first.first_id, next.first_id, CLICK_ID_SIZE);
	assert_true(visit_at(v, "192.0.2.1", "A", "aaaaaaaa", NOON + 2 * US_PER_S).duplicate);
	/* Of two at once one is kept, in whatever order that is said. */
	first = note_at(v, "192.0.2.2", "A", "aaaaaaaa", NOON);
	other = note_at(v, "192.0.2.2", "A", "aaaaaaaa", NOON);
	visits_settle(v, &first, false);
	visits_settle(v, &other, true);
	assert_true(note_at(v, "192.0.2.2", "A", "aaaaaaaa", NOON).duplicate);
	visits_unmap(&v);
}

static void
the_same_visitor_within_the_hour_is_a_duplicate_with_the_first_id(void **state)
{
	const struct ground *g = *state;
	char err[240];
	struct visits *v = visits_map(&g->conf, err, sizeof(err)), *other;
	struct visit first, again;

	assert_non_null(v);
	first = visit_at(v, "192.0.2.1", "A", "aaaaaaaa", NOON);
	assert_false(first.duplicate);
	assert_true(first.has_first);
	/* Another process sees it, too. */
	other = visits_map(&g->conf, err, sizeof(err));
	assert_non_null(other);
	again = visit_at(other, "192.0.2.1", "A", "aaaaaaaa", NOON + 3599 * US_PER_S);
	assert_true(again.duplicate);
	assert_memory_equal(first.first_id, again.first_id, CLICK_ID_SIZE);
	assert_memory_equal(first.ip_hash, again.ip_hash, 16);
	assert_false(visit_at(v, "192.0.2.2", "A", "aaaaaaaa", NOON).duplicate);
	assert_false(visit_at(v, "192.0.2.1", "B", "aaaaaaaa", NOON).duplicate);
	assert_false(visit_at(v, "192.0.2.1", "A", "bbbbbbbb", NOON).duplicate);
	again = visit_at(v, "192.0.2.1", "A", "aaaaaaaa", NOON + 3600 * US_PER_S);
	assert_false(again.duplicate);
	assert_memory_not_equal(first.first_id, again.first_id, CLICK_ID_SIZE);
	visits_unmap(&other);
	visits_unmap(&v);
}

static void
the_hour_goes_on_over_midnight_and_the_key_does_not(void **state)
{
	const int64_t midnight = INT64_C(20001) * US_PER_DAY;
	const struct ground *g = *state;
	char err[240];
	struct visits *v = visits_map(&g->conf, err, sizeof(err));
	struct visit before, after, late;

	assert_non_null(v);
	before = visit_at(v, "192.0.2.1", "A", "aaaaaaaa", midnight - 60 * US_PER_S);
	after = visit_at(v, "192.0.2.1", "A", "aaaaaaaa", midnight + 60 * US_PER_S);
	assert_true(after.duplicate);
	assert_memory_equal(before.first_id, after.first_id, CLICK_ID_SIZE);
	assert_memory_not_equal(before.ip_hash, after.ip_hash, 16);
	visits_expire(v, midnight + 3600 * US_PER_S);
	late = visit_at(v, "192.0.2.1", "A", "aaaaaaaa", midnight + 300 * US_PER_S);
	assert_false(late.duplicate);
	visits_unmap(&v);
}

static void
a_cookie_is_known_under_another_address_and_a_client_without_one(void **state)
{
	const struct ground *g = *state;
	unsigned char visitor[VISITOR_SIZE] = { 5 };
	char err[240];
	struct visits *v = visits_map(&g->conf, err, sizeof(err));
	struct address home = address_parse(STR("192.0.2.1")),
		       phone = address_parse(STR("198.51.100.1"));
	struct visitor_key k = { .address = &home,
		                 .user_agent = STR("A"),
		                 .visitor = visitor,
		                 .code = STR("aaaaaaaa") };
	struct visit first, away;

	assert_non_null(v);
	visits_note(v, &k, NOON, &first);
	assert_false(first.duplicate);
	visits_settle(v, &first, true);
	k.address = &phone;
	visits_note(v, &k, NOON + US_PER_S, &away);
	assert_true(away.duplicate);
	assert_false(away.has_first);
	assert_true(visit_at(v, "192.0.2.1", "A", "aaaaaaaa", NOON + 2 * US_PER_S).duplicate);
	visits_unmap(&v);
}

static void
many_links_at_once_from_one_client_are_a_burst(void **state)
{
	const struct ground *g = *state;
	char err[240], code[LINK_CODE_SIZE];
	struct visits *v = visits_map(&g->conf, err, sizeof(err));
	bool burst = false;

	assert_non_null(v);
	for (int i = 0; i < 5; i++) {
		link_code(code);
		assert_false(visit_at(v, "192.0.2.1", "A", code, NOON).burst);
	}
	for (int i = 0; i < 100; i++) {
		link_code(code);
		burst = visit_at(v, "192.0.2.1", "A", code, NOON).burst;
	}
	assert_true(burst);
	for (int i = 0; i < 100; i++)
		assert_false(visit_at(v, "192.0.2.3", "A", "aaaaaaaa", NOON).burst);
	link_code(code);
	assert_false(visit_at(v, "192.0.2.1", "A", code, NOON + 10 * US_PER_S).burst);
	visits_unmap(&v);
}

static bool
cookieless_at(struct visits *v, const char *agent, const char *code, enum visitor_cookie cookie,
              int64_t now_us)
{
	const struct address a = address_parse(STR("192.0.2.1"));
	const struct visitor_key k = {
		.address = &a, .user_agent = str_of(agent), .cookie = cookie, .code = str_of(code)
	};
	struct visit out;

	visits_note(v, &k, now_us, &out);
	return out.cookieless;
}

static void
many_links_in_a_day_and_no_cookie_back_are_noted(void **state)
{
	const struct ground *g = *state;
	char err[240], code[LINK_CODE_SIZE];
	struct visits *v = visits_map(&g->conf, err, sizeof(err));
	bool a = false, b = false;
	int64_t at = NOON;

	assert_non_null(v);
	for (int i = 0; i < 100; i++) {
		at = NOON + i * 60 * US_PER_S;
		link_code(code);
		a = cookieless_at(v, "A", code, COOKIE_HANDED, at);
		assert_false(i < 11 && a);
		/* Others: one of whom gave a cookie back, whom none is handed, who opens one link.
		 */
		b |= cookieless_at(v, "B", code, i == 5 ? COOKIE_CAME : COOKIE_HANDED, at) && i > 5;
		b |= cookieless_at(v, "C", code, COOKIE_NONE, at);
		b |= cookieless_at(v, "D", "aaaaaaaa", COOKIE_HANDED, at);
	}
	assert_true(a);
	assert_false(b);
	assert_false(cookieless_at(v, "A", code, COOKIE_CAME, at));
	assert_false(cookieless_at(v, "A", code, COOKIE_HANDED, at));
	visits_unmap(&v);
}

static void
a_damaged_file_of_visits_begins_anew(void **state)
{
	const struct ground *g = *state;
	char path[128], err[240];
	struct visits *v;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/visits.3", g->dir);
	f = fopen(path, "we");
	assert_non_null(f);
	(void)fputs("not an hour of visits", f);
	(void)fclose(f);
	v = visits_map(&g->conf, err, sizeof(err));
	assert_non_null(v);
	assert_false(visit_at(v, "192.0.2.1", "A", "aaaaaaaa", NOON).duplicate);
	visits_unmap(&v);
}

static void
the_files_of_older_releases_go_with_their_keys(void **state)
{
	const char *const names[] = { "visits", "visits.2" };
	const struct ground *g = *state;
	char path[2][128], err[240];
	struct visits *v;
	FILE *f;

	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path[i], sizeof(path[i]), "%s/%s", g->dir, names[i]);
		f = fopen(path[i], "we");
		assert_non_null(f);
		(void)fclose(f);
	}
	v = visits_map(&g->conf, err, sizeof(err));
	assert_non_null(v);
	assert_int_not_equal(access(path[0], F_OK), 0);
	assert_int_not_equal(access(path[1], F_OK), 0);
	visits_unmap(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_GROUND(the_same_visitor_within_the_hour_is_a_duplicate_with_the_first_id),
		ON_GROUND(the_hour_goes_on_over_midnight_and_the_key_does_not),
		ON_GROUND(a_cookie_is_known_under_another_address_and_a_client_without_one),
		ON_GROUND(many_links_at_once_from_one_client_are_a_burst),
		ON_GROUND(many_links_in_a_day_and_no_cookie_back_are_noted),
		ON_GROUND(a_damaged_file_of_visits_begins_anew),
		ON_GROUND(a_first_click_that_nobody_kept_is_the_next_hits),
		ON_GROUND(a_click_for_which_there_was_no_room_never_was),
		ON_GROUND(the_files_of_older_releases_go_with_their_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
