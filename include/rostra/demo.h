/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo.h - realistic data from a seed: two companies with people, teams, channels, campaigns,
 * posts, shares, clicks, leads and conversions.  The same options make the same rows.
 */
#ifndef ROSTRA_DEMO_H
#define ROSTRA_DEMO_H

#include "rostra/db.h"

/* The statements of this module alone: `rostra demo-data` has its own handle. */
extern const struct db_stmt_table demo_stmts, demo_ties_stmts, demo_deal_stmts;

struct demo_options {
	uint64_t seed;
	int64_t people, months, shares, clicks, leads; /* of both companies together */
	int64_t touches; /* about so many on the leads' paths; 0: as few as there usually are */
	int64_t now_us; /* all data lies before it, but for scheduled posts */
};

/* tiny demo small medium large; false for another word.  Sets the numbers only. */
bool demo_size(const char *word, struct demo_options *out);

/* Told after each batch: rows of this table so far. */
typedef void demo_progress_fn(void *arg, const char *company, const char *table, int64_t rows);

/* CONFLICT (naming it) when one of the companies is there already; nothing is written then. */
enum fault demo_load(struct rq *rq, const struct demo_options *o, demo_progress_fn *progress,
                     void *arg) MUST_CHECK;

#endif
