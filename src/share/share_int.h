/* SPDX-License-Identifier: Apache-2.0 */
/* share_int.h - between the files of share. */
#ifndef ROSTRA_SHARE_INT_H
#define ROSTRA_SHARE_INT_H

#include "rostra/feed.h"
#include "rostra/link.h"
#include "rostra/post.h"
#include "rostra/share.h"

/*
 * A share warns when at least this many colleagues among the last SHARE_RECENT of the post used the
 * same or nearly the same words (SimHash distance up to SHARE_NEAR_BITS): identical posts expose
 * the programme.
 */
enum { SHARE_RECENT = 20, SHARE_NEAR_BITS = 3, SHARE_NEAR_MIN = 3, SHARE_TEXT_MAX = 5000 };

struct share_new {
	struct uuid post_id;
	int network;
	const char *text;      /* NULL: the first suggested one that fits */
	const char *language;  /* of the suggested one; NULL: the reader's */
	struct uuid review_id; /* whose text a mentor approved; zero: none */
};

/* All that a share is judged by. */
struct share_context {
	struct feed_viewer viewer;
	bool visible; /* live, and in the person's feed */
	struct uuid channel_id;
	int64_t post_version;
	struct post_rules rules;
	int64_t same, similar; /* of colleagues, lately */
};

/* The last shares of a post, by their words. */
struct share_words {
	struct uuid person_id;
	uint64_t simhash;
	int state;
};
struct share_recent {
	struct share_words words[SHARE_RECENT];
	size_t n;
};
/* Counts the colleagues who used (nearly) the same words for the post lately (share_near.c). */
enum fault share_near(struct rq *rq, const struct share *s, struct share_context *c) MUST_CHECK;

/* --- rules of the text (share_text.c) */
/* Does the text have the disclosure as words of its own?  ASCII case does not matter. */
bool share_has_disclosure(struct str text, struct str disclosure);
/* Is it a suggested text for the network, word for word but for the disclosure beside it? */
bool share_is_suggested(const struct share_context *c, enum network n, struct str text);
/* The suggested text of one tap, with its disclosure: for the network, else any; in the language,
 * else the first. */
const char *share_default_words(struct arena *a, const struct share_context *c, enum network n,
                                const char *language);
/* What is posted: words, and the link behind them when there is one. */
char *share_compose(struct arena *a, const char *words, const char *link);
/* All faults of network and text; link: NULL when the post leads nowhere. */
enum fault share_check(struct arena *a, struct problem *p, const struct share_context *c,
                       const struct share_new *in, const char *link) MUST_CHECK;

/* --- opening the network (share_intent.c) */
struct share_intent {
	const char *text;  /* final */
	const char *link;  /* NULL none */
	const char *title; /* subject of a mail */
};
/* NULL when the network has no such URL. */
const char *share_intent_url(struct arena *a, enum network n, const struct share_intent *in);

enum share_warning_code { SHARE_NEAR_DUPLICATE };
struct share_warning {
	int code; /* enum share_warning_code */
	const char *detail;
	int64_t same, similar;
};

/* --- units of work (share.c) */
/* id, the caller's company and person, and the digest of the body are in *s; the rest is filled. */
enum fault share_create(struct rq *rq, const struct share_new *in, struct share *s,
                        bool *ret_created) MUST_CHECK;
enum fault share_read(struct rq *rq, struct uuid id, struct share *out) MUST_CHECK;
enum fault share_revoke(struct rq *rq, struct uuid id) MUST_CHECK;

/* --- many at once (share_together.c) */
/*
 * Writes the share, with others that are made at the same moment, if the counters still are the
 * viewer's.  false: it was not written, or nobody knows whether it
 * was (the answer was lost): whoever asked looks the id up and goes on alone.
 */
bool share_write_together(struct rq *rq, struct share *s, const struct feed_viewer *viewer);

/* --- statements (share_sql.c) */
/* The words of the last shares of the post that still stand. */
enum fault share_sql_recent(struct rq *rq, const struct share *s,
                            struct share_recent *out) MUST_CHECK;
enum fault share_sql_get(struct rq *rq, struct uuid id, struct share *out) MUST_CHECK;
/* The whole transaction of a share: the share, its link, its mark on the post, its event.  A taken
 * id or code is an answer. */
enum fault share_sql_write(struct rq *rq, const struct share *s, bool *ret_duplicate) MUST_CHECK;
/*
 * Shares of one company by different people, in a transaction of the caller's.  lock: the counters
 * of those nobody else has locked, a struct share_counters each.  put: all of them, each with its
 * feed_seq, which is one more than the counter that was locked.
 */
enum { SHARES_AT_ONCE = 16 };
struct share_counters {
	struct uuid person_id;
	int64_t company_version, audience_version, person_version;
};
enum fault share_sql_lock(struct rq *rq, struct share *const *shares, size_t n, db_row_fn *fn,
                          void *arg) MUST_CHECK;
enum fault share_sql_put(struct rq *rq, struct share *const *shares, size_t n) MUST_CHECK;
/* Counts the person's networks of the post again. */
enum fault share_sql_unmark(struct rq *rq, const struct share *s) MUST_CHECK;
/* Takes the person's counter first: it orders the changes of a person. */
enum fault share_sql_revoke(struct rq *rq, const struct share *s, bool *ret_done) MUST_CHECK;
struct share_page {
	struct uuid company_id, person_id, before_id;
	int64_t before_at, limit;
};
enum fault share_sql_page(struct rq *rq, const struct share_page *page, db_row_fn *fn,
                          void *arg) MUST_CHECK;

#endif
