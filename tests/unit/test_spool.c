/* SPDX-License-Identifier: Apache-2.0 */
/* test_spool.c - clicks on disk: frames, segments, many threads, processes that are killed. */
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

#include "ground.h"
#include "src/link/link_int.h"

enum { THREADS = 4, CLICKS_EACH = 500, SPOOL_BYTES_MAX = 4 * 1024 * 1024 };

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
	for (int f = FACT_NONE; f < FACT__MAX; f++) {
		c.fact = (enum click_fact)f;
		n = frame_write(&c, bytes);
		assert_int_equal(frame_read(bytes, n, &back, &size), FRAME_WHOLE);
		assert_int_equal(back.fact, f);
	}
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
