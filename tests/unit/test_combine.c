/* SPDX-License-Identifier: Apache-2.0 */
/* test_combine.c - everybody is served once, together with others, and by nobody twice at a time.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rostra/combine.h"

enum { THREADS = 8, ROUNDS = 400, MOST = 5, LANES_USED = 2 };

struct question {
	struct combine_item item; /* first */
	int lane, asked, seen_before;
	int answers, answer;
};

static struct combine *c;
static _Atomic int at_work[LANES_USED], batches, largest, overlaps, mixed;
static _Atomic int clock_now; /* moves on with every question */

static void
answer_all(struct combine_item *const *items, size_t n, void *arg)
{
	struct question *const *q = (struct question *const *)items;
	const int lane = *(const int *)arg;
	int most = atomic_load(&largest);

	if (atomic_fetch_add(&at_work[lane], 1) != 0)
		atomic_fetch_add(&overlaps, 1);
	atomic_fetch_add(&batches, 1);
	while ((int)n > most && !atomic_compare_exchange_weak(&largest, &most, (int)n))
		;
	for (int i = 0; i < 3; i++) /* as if a server were asked */
		(void)sched_yield();
	for (size_t i = 0; i < n; i++) {
		if (q[i]->lane != lane)
			atomic_fetch_add(&mixed, 1);
		q[i]->answers++;
		q[i]->answer = 2 * q[i]->asked;
		q[i]->seen_before = atomic_load(&clock_now);
	}
	atomic_fetch_sub(&at_work[lane], 1);
}

static void *
ask_often(void *arg)
{
	const int me = (int)(intptr_t)arg;
	int wrong = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct question q = { .lane = me % LANES_USED, .asked = me * ROUNDS + i };
		const int asked_at = atomic_fetch_add(&clock_now, 1) + 1;

		combine_do(c, (uint32_t)q.lane, &q.item, answer_all, &q.lane);
		if (q.answers != 1 || q.answer != 2 * q.asked || q.seen_before < asked_at)
			wrong++;
	}
	return (void *)(intptr_t)wrong;
}

static void
everybody_is_answered_once_and_by_what_was_there_when_they_asked(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	c = combine_create(MOST);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, (void *)(intptr_t)i),
		                 0);
	for (int i = 0; i < THREADS; i++) {
		void *wrong;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	combine_destroy(&c);
	assert_null(c);
	assert_int_equal(atomic_load(&overlaps), 0);
	assert_int_equal(atomic_load(&mixed), 0);
	assert_true(atomic_load(&largest) <= MOST);
	/* Four threads a lane that ask all the time meet. */
	assert_true(atomic_load(&largest) > 1);
	assert_true(atomic_load(&batches) < THREADS * ROUNDS);
}

static void
alone_nobody_waits(void **state)
{
	struct question q = { .lane = 0, .asked = 21 };

	(void)state;
	c = combine_create(MOST);
	combine_do(c, 0, &q.item, answer_all, &q.lane);
	assert_int_equal(q.answer, 42);
	combine_destroy(&c);
	combine_destroy(&c); /* of none: nothing */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_nobody_waits),
		cmocka_unit_test(everybody_is_answered_once_and_by_what_was_there_when_they_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
