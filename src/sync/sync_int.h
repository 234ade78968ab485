/* SPDX-License-Identifier: Apache-2.0 */
/* sync_int.h - between the files of sync. */
#ifndef ROSTRA_SYNC_INT_H
#define ROSTRA_SYNC_INT_H

#include "rostra/channel.h"
#include "rostra/crypto.h"
#include "rostra/post.h"
#include "rostra/sync.h"

enum { SYNC_LIMIT_DEFAULT = 100, SYNC_LIMIT_MAX = 200, SYNC_SHARE_DAYS = 90, SYNC_KUDOS_DAYS = 30 };
extern const char *const sync_kind_names[];
extern const char *const sync_op_names[];

/*
 * What a phone still lacks.  A phone is brought up to date in two ways: by reading the change log
 * from seq on, and by walking over what is there now (a fill): everything at first; what one person
 * may see when their audience changed; one channel when that changed.
 */
enum sync_stage {
	SYNC_LOG,
	SYNC_FILL_ME,
	SYNC_FILL_CHANNELS,
	SYNC_FILL_POSTS,
	SYNC_FILL_SHARES,
	SYNC_FILL_KUDOS,
	SYNC_STAGE__MAX
};
struct sync_state {
	int64_t seq;        /* changes of the log up to here are done */
	int64_t person_seq; /* changes of own shares up to here, by person.feed_version */
	enum sync_stage stage;
	bool first;          /* the phone has nothing: no deletes, shares too */
	struct uuid channel; /* SYNC_FILL_POSTS: only of this one; zero: all */
	int64_t after_at;    /* where the fill stands */
	struct uuid after_id;
};

/* --- the token (sync_token.c): authenticated, of one person */
char *sync_token_make(const struct rq *rq, const struct sync_state *s);
bool sync_token_read(const struct rq *rq, struct str token, struct sync_state *out);

struct sync_change {
	int kind, op; /* enum sync_kind, sync_op */
	struct uuid id;
	int64_t at;
	struct str data; /* JSON of an upsert */
};
struct sync_run {
	struct sync_state state;
	int64_t newest; /* company's seq when the request began: later changes wait for the next */
	int64_t person_newest; /* the same of the person's counter */
	const char *channels;  /* in this person's feed */
	struct sync_change *changes;
	size_t n, room;
	bool more;
};
/* --- the walk (sync.c) */
/* Fills the changes and moves the state on. */
enum fault sync_step(struct rq *rq, struct sync_run *run) MUST_CHECK;
void sync_add(struct sync_run *run, enum sync_kind kind, struct uuid id, int64_t at,
              struct str data);

/* Ids of kudos that phones keep are greater: SYNC_KUDOS_DAYS by the clocks that made them. */
struct uuid sync_kudos_since(int64_t now_us);

/* The smallest id: fills begin after it. */
extern const struct uuid sync_first_id;

/* --- what goes into a change (sync_data.c): the rows of one list of ids, or of one part of a fill
 */
struct sync_post_row {
	struct uuid id;
	bool visible, pinned;
	int64_t version, acknowledged_at;
};
struct sync_channel_row {
	struct channel_view view;
	bool visible;
};
struct sync_me {
	struct uuid id;
	const char *email, *display_name, *given_name, *family_name, *language, *time_zone;
	int role;
	int64_t version;
};
struct sync_fill {
	struct uuid company_id, person_id, channel_id, after_id;
	const char *channels;
	const char *ids; /* JSON list, instead of a fill */
	bool first;
	int64_t limit;
};
/* Ids of one kind that changed, each once. */
struct sync_ids {
	struct uuid *ids;
	int64_t *at;
	bool *narrowed; /* some may not see it any more */
	size_t n;
};
/* The rest of a part of the fill, as far as there is room; *ret_end: it is complete. */
enum fault sync_fill_channels(struct rq *rq, struct sync_run *run, bool *ret_end) MUST_CHECK;
enum fault sync_fill_posts(struct rq *rq, struct sync_run *run, bool *ret_end) MUST_CHECK;
enum fault sync_fill_shares(struct rq *rq, struct sync_run *run, bool *ret_end) MUST_CHECK;
/* Own shares that changed; moves person_seq on. */
enum fault sync_changed_shares(struct rq *rq, struct sync_run *run, bool *ret_end) MUST_CHECK;
/* One object as it is now: an upsert when this person may have it, else a delete. */
enum fault sync_put_me(struct rq *rq, struct sync_run *run, int64_t at) MUST_CHECK;
enum fault sync_put_channel(struct rq *rq, struct sync_run *run, struct uuid id,
                            int64_t at) MUST_CHECK;
enum fault sync_put_posts(struct rq *rq, struct sync_run *run,
                          const struct sync_ids *want) MUST_CHECK;
/* The ids as a JSON list. */
const char *sync_ids_json(struct rq *rq, const struct sync_ids *want);

/* --- kudos (sync_kudos.c): of all those of a fill and of changes */
enum fault sync_fill_kudos(struct rq *rq, struct sync_run *run, bool *ret_end) MUST_CHECK;
enum fault sync_put_kudos(struct rq *rq, struct sync_run *run,
                          const struct sync_ids *want) MUST_CHECK;

/* --- statements (sync_sql.c) */
struct sync_view {
	int64_t newest, floor, person_newest;
	const char *channels;
};
enum fault sync_sql_me(struct rq *rq, struct sync_me *out) MUST_CHECK;
enum fault sync_sql_newest(struct rq *rq, struct uuid company, int64_t *ret_seq) MUST_CHECK;
enum fault sync_sql_view(struct rq *rq, struct sync_view *out) MUST_CHECK;
struct sync_log_row {
	int64_t seq;
	int kind, op;
	struct uuid id;
	int64_t at;
};
enum fault sync_sql_log(struct rq *rq, int64_t after, int64_t newest, int64_t limit, db_row_fn *fn,
                        void *arg) MUST_CHECK;
enum fault sync_sql_channels(struct rq *rq, const struct sync_fill *in, db_row_fn *fn,
                             void *arg) MUST_CHECK;
enum fault sync_sql_channel(struct rq *rq, struct uuid id, struct sync_channel_row *out,
                            bool *ret_found) MUST_CHECK;
enum fault sync_sql_posts(struct rq *rq, const struct sync_fill *in, db_row_fn *fn,
                          void *arg) MUST_CHECK;

#endif
