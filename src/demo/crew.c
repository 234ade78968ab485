/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew.c - connections that insert what the loader has made while it makes the next rows.  Rows are
 * what the dice say, whichever connection inserts them first.
 */
#include <pthread.h>
#include <stdlib.h>

#include "rostra/log.h"

#include "demo_int.h"

enum { CREW = 2, ARENA_BYTES = 1 << 16 };
_Static_assert(BATCHES == CREW + 1, "one batch is filled while the others are inserted");

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t given, done;
	struct batch *first, *last; /* given, and nobody's yet */
	bool over;
	enum fault fault; /* the first one, with its problem */
	struct problem problem;
	const struct rq *model;
	pthread_t threads[CREW];
};

static enum fault
insert(struct rq *rq, void *arg)
{
	struct batch *b = arg;

	if (b->fill)
		return db_exec(rq, b->stmt, b->rows, &b->affected);
	return db_bulk(rq, b->stmt, b->rows, b->stride, b->n, &b->affected);
}

/* The next batch; NULL: there will be none. */
static struct batch *
take(struct crew *c)
{
	struct batch *b;

	(void)pthread_mutex_lock(&c->lock);
	while (c->first == NULL && !c->over)
		(void)pthread_cond_wait(&c->given, &c->lock);
	b = c->first;
	if (b != NULL)
		c->first = b->next;
	(void)pthread_mutex_unlock(&c->lock);
	return b;
}

static void
give_back(struct crew *c, struct batch *b, enum fault e, const struct problem *problem)
{
	(void)pthread_mutex_lock(&c->lock);
	if (e && !c->fault) {
		c->fault = e;
		c->problem = *problem;
	}
	b->away = false;
	(void)pthread_cond_broadcast(&c->done);
	(void)pthread_mutex_unlock(&c->lock);
}

static void *
work(void *arg)
{
	const struct db_stmt_table tables[] = { demo_stmts, demo_ties_stmts, demo_deal_stmts };
	struct crew *c = arg;
	struct rq rq = { .conf = c->model->conf,
		         .shared = c->model->shared,
		         .now_us = c->model->now_us,
		         .language = c->model->language,
		         .deadline_us = c->model->deadline_us };
	struct batch *b;
	enum fault e;

	rq.arena = arena_create(ARENA_BYTES);
	rq.db = db_create(rq.conf, tables, sizeof(tables) / sizeof(tables[0]));
	e = db_run_text(&rq, DEMO_SESSION);
	while ((b = take(c)) != NULL) {
		if (!e)
			e = db_tx(&rq, insert, b);
		give_back(c, b, e, &rq.problem);
	}
	db_destroy(&rq.db);
	arena_destroy(&rq.arena);
	return NULL;
}

struct crew *
crew_create(const struct rq *model)
{
	struct crew *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_die("memory", "no memory for the loader");
	c->model = model;
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->given, NULL);
	(void)pthread_cond_init(&c->done, NULL);
	for (size_t i = 0; i < CREW; i++) {
		if (pthread_create(&c->threads[i], NULL, work, c) != 0)
			log_die("threads", "no thread for the loader");
	}
	return c;
}

void
crew_destroy(struct crew **crew)
{
	struct crew *c = *crew;

	(void)pthread_mutex_lock(&c->lock);
	c->over = true;
	(void)pthread_cond_broadcast(&c->given);
	(void)pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < CREW; i++)
		(void)pthread_join(c->threads[i], NULL);
	(void)pthread_cond_destroy(&c->done);
	(void)pthread_cond_destroy(&c->given);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
	*crew = NULL;
}

void
crew_give(struct crew *c, struct batch *b)
{
	(void)pthread_mutex_lock(&c->lock);
	b->next = NULL;
	b->away = true;
	if (c->first == NULL)
		c->first = b;
	else
		c->last->next = b;
	c->last = b;
	(void)pthread_cond_signal(&c->given);
	(void)pthread_mutex_unlock(&c->lock);
}

enum fault
crew_wait(struct crew *c, struct rq *rq, const struct batch *b)
{
	enum fault e;

	(void)pthread_mutex_lock(&c->lock);
	while (b->away)
		(void)pthread_cond_wait(&c->done, &c->lock);
	e = c->fault;
	if (e)
		rq->problem = c->problem;
	(void)pthread_mutex_unlock(&c->lock);
	return e;
}
