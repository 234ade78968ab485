/* SPDX-License-Identifier: Apache-2.0 */
/* test_spool.c - clicks on disk and the hour of visits: frames, segments, many threads, processes
 * that are killed. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rostra/crypto.h"

#include "src/link/link_int.h"

enum { THREADS = 4, CLICKS_EACH = 500, SPOOL_BYTES_MAX = 4 * 1024 * 1024 };

struct ground {
	char dir[64];
	struct conf conf;
};

static int
ground_up(void **state)
{
	struct ground *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	(void)snprintf(g->dir, sizeof(g->dir), "/tmp/rostra-test.XXXXXX");
	assert_non_null(mkdtemp(g->dir));
	g->conf.state_dir = g->dir;
	g->conf.spool_max_mb = 1;
	g->conf.spool_sync_ms = 10;
	g->conf.spool_segment_kb = 64;
	*state = g;
	return 0;
}

static int
ground_down(void **state)
{
	struct ground *g = *state;
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", g->dir);
	assert_int_equal(system(command), 0);
	free(g);
	return 0;
}

static struct click
click_of(uint32_t n)
{
	struct click c = { .clicked_us = 1000 + n, .cls = CLICK_HUMAN, .rule_version = 1 };

	memcpy(c.id, &n, sizeof(n));
	c.company.b[0] = 1;
	c.has_visitor = true;
	c.visitor[15] = 9;
	c.reason = STR("ok");
	c.user_agent = STR("Mozilla/5.0");
	c.referrer = STR("www.linkedin.com");
	return c;
}

/* --- frames --- */

static void
a_frame_reads_as_it_was_written(void **state)
{
	unsigned char bytes[FRAME_MAX];
	struct click c = click_of(7), back;
	size_t n, size = 0;

	(void)state;
	n = frame_write(&c, bytes);
	assert_int_equal(frame_read(bytes, n, &back, &size), FRAME_WHOLE);
	assert_int_equal(size, n);
	assert_int_equal(back.clicked_us, c.clicked_us);
	assert_memory_equal(back.id, c.id, CLICK_ID_SIZE);
	assert_memory_equal(back.visitor, c.visitor, VISITOR_SIZE);
	assert_true(back.has_visitor && !back.has_ip_hash);
	assert_true(str_is(back.user_agent, "Mozilla/5.0") &&
	            str_is(back.referrer, "www.linkedin.com"));
}

static void
long_and_strange_texts_are_cut_and_cleaned(void **state)
{
	unsigned char bytes[FRAME_MAX];
	struct click c = click_of(1), back;
	char agent[2000];
	size_t size;

	(void)state;
	memset(agent, 0x1b, sizeof(agent));
	c.user_agent = (struct str){ agent, sizeof(agent) };
	assert_true(frame_write(&c, bytes) <= FRAME_MAX);
	assert_int_equal(frame_read(bytes, sizeof(bytes), &back, &size), FRAME_WHOLE);
	assert_int_equal(back.user_agent.n, FRAME_AGENT_MAX);
	assert_int_equal(back.user_agent.s[0], '?');
}

static void
a_torn_frame_is_short_and_a_flipped_bit_is_never_a_click(void **state)
{
	unsigned char bytes[FRAME_MAX];
	struct click c = click_of(7), back;
	size_t n = frame_write(&c, bytes), size;

	(void)state;
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(frame_read(bytes, cut, &back, &size), FRAME_SHORT);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_int_not_equal(frame_read(bytes, n, &back, &size), FRAME_WHOLE);
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
}

/* --- segments --- */

/* Whole clicks of all segments; *ret_rest counts bytes that are none. */
static size_t
count_clicks(const struct ground *g, size_t *ret_rest, size_t *ret_segments)
{
	static unsigned char bytes[SPOOL_BYTES_MAX];
	char path[512];
	struct dirent *entry;
	size_t found = 0;
	DIR *dir;

	*ret_rest = *ret_segments = 0;
	(void)snprintf(path, sizeof(path), "%s/spool", g->dir);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		size_t at = SEGMENT_HEAD, size, n;
		struct click c;
		FILE *f;

		if (!segment_name_valid(entry->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "%s/spool/%s", g->dir, entry->d_name);
		f = fopen(path, "re");
		assert_non_null(f);
		n = fread(bytes, 1, sizeof(bytes), f);
		(void)fclose(f);
		assert_memory_equal(bytes, SEGMENT_MAGIC, SEGMENT_HEAD);
		for (; frame_read(bytes + at, n - at, &c, &size) == FRAME_WHOLE; at += size)
			found++;
		*ret_rest += n - at;
		++*ret_segments;
	}
	closedir(dir);
	return found;
}

struct writer {
	struct spool *spool;
	uint32_t first;
	int refused;
};

static void *
write_clicks(void *arg)
{
	struct writer *w = arg;

	for (uint32_t i = 0; i < CLICKS_EACH; i++) {
		struct click c = click_of(w->first + i);

		w->refused += spool_append(w->spool, &c) != SPOOL_OK;
	}
	return NULL;
}

static void
threads_share_a_segment_and_no_click_is_lost_or_torn(void **state)
{
	const struct ground *g = *state;
	struct writer w[THREADS];
	pthread_t thread[THREADS];
	size_t rest, segments;
	char err[240];
	struct spool *s = spool_open(&g->conf, err, sizeof(err));

	assert_non_null(s);
	for (uint32_t i = 0; i < THREADS; i++) {
		w[i] = (struct writer){ s, i * CLICKS_EACH, 0 };
		assert_int_equal(pthread_create(&thread[i], NULL, write_clicks, &w[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_int_equal(w[i].refused, 0);
	}
	spool_close(&s);
	assert_int_equal(count_clicks(g, &rest, &segments), THREADS * CLICKS_EACH);
	assert_int_equal(rest, 0);
	assert_true(spool_pending_bytes(&g->conf) > 0);
}

static void
a_click_outlives_its_process_and_its_segment_can_be_taken_over(void **state)
{
	const struct ground *g = *state;
	size_t rest, segments;
	int fds[2], status;
	char byte;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char err[240];
		struct spool *s = spool_open(&g->conf, err, sizeof(err));
		struct click c = click_of(1);

		byte = s != NULL && spool_append(s, &c) == SPOOL_OK ? 'k' : 'x';
		(void)!write(fds[1], &byte, 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_int_equal(byte, 'k');
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(count_clicks(g, &rest, &segments), 1);
	assert_int_equal(rest, 0);
}

static void
each_click_is_synced_when_that_is_asked_for(void **state)
{
	struct ground *g = *state;
	size_t rest, segments;
	struct click c = click_of(1);
	char err[240];
	struct spool *s;

	g->conf.spool_sync_ms = 0;
	s = spool_open(&g->conf, err, sizeof(err));
	assert_non_null(s);
	assert_int_equal(spool_append(s, &c), SPOOL_OK);
	spool_close(&s);
	assert_int_equal(count_clicks(g, &rest, &segments), 1);
}

static void
a_full_spool_refuses(void **state)
{
	struct ground *g = *state;
	struct click c = click_of(1);
	enum spool_result r = SPOOL_OK;
	char err[240];
	struct spool *s;

	g->conf.spool_max_mb = 0;
	s = spool_open(&g->conf, err, sizeof(err));
	assert_non_null(s);
	for (int i = 0; i < 400 && r == SPOOL_OK; i++) {
		r = spool_append(s, &c);
		usleep(10000);
	}
	assert_int_equal(r, SPOOL_FULL);
	spool_close(&s);
}

/* --- visits --- */

#define NOON (INT64_C(20000) * US_PER_DAY + INT64_C(43200) * US_PER_S)

static struct visit
visit_at(struct visits *v, const char *address, const char *agent, const char *code, int64_t now_us)
{
	struct address a = address_parse(str_of(address));
	struct visitor_key k = { .address = &a, .user_agent = str_of(agent), .code = str_of(code) };
	struct visit out;

	visits_note(v, &k, now_us, &out);
	return out;
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

static void
a_damaged_file_of_visits_begins_anew(void **state)
{
	const struct ground *g = *state;
	char path[128], err[240];
	struct visits *v;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/visits", g->dir);
	f = fopen(path, "we");
	assert_non_null(f);
	(void)fputs("not an hour of visits", f);
	(void)fclose(f);
	v = visits_map(&g->conf, err, sizeof(err));
	assert_non_null(v);
	assert_false(visit_at(v, "192.0.2.1", "A", "aaaaaaaa", NOON).duplicate);
	visits_unmap(&v);
}

#define ON_GROUND(test) cmocka_unit_test_setup_teardown(test, ground_up, ground_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_reads_as_it_was_written),
		cmocka_unit_test(long_and_strange_texts_are_cut_and_cleaned),
		cmocka_unit_test(a_torn_frame_is_short_and_a_flipped_bit_is_never_a_click),
		ON_GROUND(threads_share_a_segment_and_no_click_is_lost_or_torn),
		ON_GROUND(a_click_outlives_its_process_and_its_segment_can_be_taken_over),
		ON_GROUND(each_click_is_synced_when_that_is_asked_for),
		ON_GROUND(a_full_spool_refuses),
		ON_GROUND(the_same_visitor_within_the_hour_is_a_duplicate_with_the_first_id),
		ON_GROUND(the_hour_goes_on_over_midnight_and_the_key_does_not),
		ON_GROUND(a_cookie_is_known_under_another_address_and_a_client_without_one),
		ON_GROUND(many_links_at_once_from_one_client_are_a_burst),
		ON_GROUND(a_damaged_file_of_visits_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
