/* SPDX-License-Identifier: Apache-2.0 */
/* combine.c - queues of waiting callers; the head of one is woken to do the work of all behind it.
 */
#include "rostra/combine.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "rostra/log.h"

enum { COMBINE_MOST = 64, LANES = 32 };
enum turn { TURN_WAITS, TURN_LEADS, TURN_DONE };

struct lane {
	pthread_mutex_t lock;
	struct combine_item *first, **last;
	bool busy;
};

struct combine {
	size_t most;
	struct lane lanes[LANES];
};

struct combine *
combine_create(size_t most)
{
	struct combine *c = calloc(1, sizeof(*c));

	if (!c)
		log_die("out_of_memory", "a queue of callers");
	c->most = most < COMBINE_MOST ? most : COMBINE_MOST;
	for (int i = 0; i < LANES; i++) {
		(void)pthread_mutex_init(&c->lanes[i].lock, NULL);
		c->lanes[i].last = &c->lanes[i].first;
	}
	return c;
}

void
combine_destroy(struct combine **c)
{
	if (!*c)
		return;
	for (int i = 0; i < LANES; i++)
		(void)pthread_mutex_destroy(&(*c)->lanes[i].lock);
	free(*c);
	*c = NULL;
}

/* The semaphore and not the lock wakes: nobody who is woken waits for the one who wakes. */
static void
pass(struct combine_item *item, enum turn turn)
{
	atomic_store_explicit(&item->turn, turn, memory_order_release);
	(void)sem_post(&item->woken); /* from here on the item may be gone */
}

static enum turn
wait_for_turn(struct combine_item *item)
{
	while (sem_wait(&item->woken) != 0 && errno == EINTR)
		;
	return (enum turn)atomic_load_explicit(&item->turn, memory_order_acquire);
}

/* Puts item in the queue; true: nobody is at work, so it is this caller. */
static bool
enter(struct lane *l, struct combine_item *item)
{
	bool leads;

	(void)pthread_mutex_lock(&l->lock);
	leads = !l->busy;
	l->busy = true;
	*l->last = item;
	l->last = &item->next;
	(void)pthread_mutex_unlock(&l->lock);
	return leads;
}

static size_t
take(struct lane *l, size_t most, struct combine_item **items)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&l->lock);
	while (n < most && l->first) {
		items[n++] = l->first;
		l->first = l->first->next;
	}
	if (!l->first)
		l->last = &l->first;
	(void)pthread_mutex_unlock(&l->lock);
	return n;
}

/* The next batch begins with who waits longest, and is led by them. */
static struct combine_item *
leave(struct lane *l)
{
	struct combine_item *next;

	(void)pthread_mutex_lock(&l->lock);
	next = l->first;
	l->busy = next != NULL;
	(void)pthread_mutex_unlock(&l->lock);
	return next;
}

static void
lead(struct lane *l, size_t most, struct combine_item *mine, combine_fn *fn, void *arg)
{
	struct combine_item *items[COMBINE_MOST];
	struct combine_item *next;
	size_t n;

	/* Whoever is about to ask comes first: under load the batch grows by a third for the price
	 * of a system call. */
	(void)sched_yield();
	n = take(l, most, items);
	fn(items, n, arg);
	next = leave(l);
	if (next)
		pass(next, TURN_LEADS);
	for (size_t i = 0; i < n; i++) {
		if (items[i] != mine)
			pass(items[i], TURN_DONE);
	}
}

void
combine_do(struct combine *c, uint32_t lane, struct combine_item *item, combine_fn *fn, void *arg)
{
	struct lane *l = &c->lanes[lane % LANES];

	item->next = NULL;
	atomic_init(&item->turn, TURN_WAITS);
	(void)sem_init(&item->woken, 0, 0);
	if (enter(l, item) || wait_for_turn(item) == TURN_LEADS)
		lead(l, c->most, item, fn, arg);
	(void)sem_destroy(&item->woken);
}
