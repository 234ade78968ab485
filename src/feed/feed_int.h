/* SPDX-License-Identifier: Apache-2.0 */
/* feed_int.h - between the files of feed. */
#ifndef ROSTRA_FEED_INT_H
#define ROSTRA_FEED_INT_H

#include "rostra/combine.h"
#include "rostra/feed.h"

enum { FEED_IMPRESSIONS_MAX = 200 };

/* One of those who ask at the same time whether their feeds have changed. */
struct feed_asker {
	struct combine_item item; /* first */
	struct uuid company_id, person_id;
	int64_t company_version, person_version, audience_version;
	bool asked, found;
	enum fault fault;
};

struct feed_page {
	struct uuid company_id, person_id;
	const char *channels;
	bool after; /* where the last page ended: */
	bool after_pinned;
	int64_t after_at;
	struct uuid after_id;
	bool unseen;
	int64_t limit;
};

struct feed_row {
	int64_t company_version, person_version,
	    audience_version; /* the viewer's, when it was read */
	struct uuid post_id;
	bool pinned;
	int64_t published_at, post_version;
	int64_t seen_at, acknowledged_at;
	uint32_t shared_networks;
};

struct impression {
	struct uuid post_id;
	int64_t seen_at;
};

/* --- rules (feed.c) */
enum fault feed_seen(struct rq *rq, const struct j_list *impressions) MUST_CHECK;

/* --- who looks (feed_viewer.c) */
/* As they are now: two statements after a change of what they see, else one. */
enum fault feed_viewer(struct rq *rq, struct feed_viewer *out) MUST_CHECK;

/* --- pages remembered (feed_pages.c) */
/*
 * The rows of this page as they were read last, when the viewer's counters were what they are now:
 * no statement reads them again.  rows has room for page->limit.
 */
bool feed_page_remembered(struct rq *rq, const struct feed_page *page,
                          const struct feed_viewer *viewer, struct feed_row *rows, size_t *ret_n);
/* Is there one, whether or not it still is true? */
bool feed_page_known(struct rq *rq, const struct feed_page *page);
void feed_page_remember(struct rq *rq, const struct feed_page *page,
                        const struct feed_viewer *viewer, const struct feed_row *rows, size_t n);

/* --- statements (feed_sql.c) */
/* With the company's counter of the same moment; NOT_FOUND: not live. */
enum fault feed_sql_place(struct rq *rq, struct uuid post, struct feed_place *out,
                          int64_t *ret_company_version) MUST_CHECK;
enum fault feed_sql_viewer(struct rq *rq, struct feed_viewer *out) MUST_CHECK;
/* The counters alone, of n who ask: a statement for up to sixteen of a company. */
enum fault feed_sql_counters(struct rq *rq, struct feed_asker *const *askers, size_t n) MUST_CHECK;
enum fault feed_sql_page(struct rq *rq, const struct feed_page *page, db_row_fn *fn,
                         void *arg) MUST_CHECK;
/* How many were seen for the first time. */
enum fault feed_sql_seen(struct rq *rq, const char *impressions, uint64_t *ret_new) MUST_CHECK;

#endif
