/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - whether anything has changed of what links lead to, asked for once by a process. */
#include <pthread.h>
#include <stdlib.h>

#include "rostra/log.h"

#include "link_int.h"

/*
 * KEPT: a link is looked up again after so long in any case: on a cluster a look-up may go to a
 * node that lags behind the one that told the number.
 */
enum { KEPT_S = 300 };

struct link_watch {
	pthread_mutex_t lock;
	int64_t version;
	int64_t since_us; /* an answer had come by then that told this number; 0: none */
	int64_t until_us; /* the last question that was answered by it began then */
	int64_t asked_us; /* somebody asks since then */
};

struct link_watch *
link_watch_create(void)
{
	struct link_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		log_die("out_of_memory", "watch of links");
	(void)pthread_mutex_init(&w->lock, NULL);
	return w;
}

/* Is it this thread that asks now? */
static bool
my_turn(struct link_watch *w, int64_t now_us, int64_t pace_us)
{
	bool mine;

	(void)pthread_mutex_lock(&w->lock);
	mine = now_us - w->until_us >= pace_us && now_us - w->asked_us >= pace_us;
	if (mine)
		w->asked_us = now_us;
	(void)pthread_mutex_unlock(&w->lock);
	return mine;
}

static void
note(struct link_watch *w, int64_t version, int64_t began_us, int64_t answered_us)
{
	(void)pthread_mutex_lock(&w->lock);
	if (w->since_us == 0 || w->version != version) {
		w->version = version;
		w->since_us = answered_us;
	}
	w->until_us = began_us;
	(void)pthread_mutex_unlock(&w->lock);
}

enum fault
link_stands(struct rq *rq, int64_t put_us, int64_t now_us, bool *ret)
{
	const int64_t fresh_us = rq->conf->link_cache_s * US_PER_S;
	struct link_watch *w = rq->shared->link_watch;
	int64_t version;
	enum fault e;

	*ret = false;
	if (w == NULL || fresh_us == 0)
		return FAULT_NONE;
	if (my_turn(w, now_us, fresh_us / 2)) {
		e = link_sql_version(rq, &version);
		if (e)
			return e;
		note(w, version, now_us, clock_monotonic_us());
	}
	(void)pthread_mutex_lock(&w->lock);
	*ret = w->since_us != 0 && put_us >= w->since_us && now_us - w->until_us < fresh_us &&
	       now_us - put_us < KEPT_S * US_PER_S;
	(void)pthread_mutex_unlock(&w->lock);
	return FAULT_NONE;
}
