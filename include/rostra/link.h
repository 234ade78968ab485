/* SPDX-License-Identifier: Apache-2.0 */
/* link.h - short links, the redirect, clicks: classes, the spool, the loader. */
#ifndef ROSTRA_LINK_H
#define ROSTRA_LINK_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/jobs.h"
#include "rostra/shared.h"

extern const struct route_table link_routes;
extern const struct db_stmt_table link_stmts;

enum { LINK_CODE_SIZE = 9, CLICK_ID_SIZE = 12, CLICK_ID_TEXT = 16 };

enum click_class {
	CLICK_HUMAN,
	CLICK_PREVIEW,
	CLICK_BOT,
	CLICK_PREFETCH,
	CLICK_SCANNER,
	CLICK_DUPLICATE,
	CLICK_INTERNAL,
	CLICK__MAX
};
extern const char *const click_class_names[CLICK__MAX + 1];

/* What a hit itself showed, whatever the rules say of its user agent and address: kept with the
 * click, so that other rules can judge it again. */
enum click_fact {
	FACT_NONE,
	FACT_SHARER,
	FACT_EMPLOYEE,
	FACT_PREFETCH,
	FACT_NO_AGENT,
	FACT_HEAD,
	FACT_EARLY,
	FACT_DUPLICATE,
	FACT_BURST,
	FACT_NO_COOKIE, /* one of many in a day from a client that gives no cookie back */
	FACT__MAX
};
extern const char *const click_fact_names[FACT__MAX + 1];

struct verdict {
	enum click_class cls;
	const char *reason; /* a word for the row; never NULL; it lives as long as the rules */
};

/*
 * The rules that judge user agents and addresses, from files (rostra.conf(5), click_rules).  ranges_path "": none.
 * NULL: err says file, line and reason.
 */
struct click_rules;
struct click_rules *click_rules_load(const char *rules_path, const char *ranges_path, char *err, size_t err_n);
void click_rules_free(struct click_rules **r);
/* What is kept with each click: the versions of the files together. */
int click_rules_version(const struct click_rules *rules);
/* Puts other rules in force; false, logged: the files are no good and the old rules stay. */
bool click_rules_reload(struct shared *shared, const struct conf *conf);
/* A click that is kept, judged by these rules.  Its class and reason as they are say what it showed when fact is
 * FACT_NONE, as of clicks from before facts were kept. */
struct click_kept {
	enum click_fact fact;
	const char *reason;
	struct str user_agent, ip_prefix;
};
/* What it showed, taken from its reason where no fact was kept. */
enum click_fact click_kept_fact(const struct click_kept *kept);
struct verdict click_judge(const struct click_rules *rules, const struct click_kept *kept);

/* A random base62 code, NUL-terminated. */
void link_code(char out[LINK_CODE_SIZE]);
/* The short URL: conf.link_url + "/r/" + code. */
const char *link_url(struct rq *rq, const char *code);
/* In the transaction that changes what links of the company lead to or show: a text or the destination of a post, a
 * campaign.  (Company's own changes and revocation count by themselves.)  Workers see it within conf.link_cache_s. */
enum fault link_changed(struct rq *rq) MUST_CHECK;
/* In the transaction that revokes its share: from then on 404. */
enum fault link_revoke(struct rq *rq, const char *code) MUST_CHECK;

/* Of a link worker's process, for as long as it lives: since when nothing has changed of what links lead to. */
struct link_watch *link_watch_create(void);

/* Click ids: 96 bits, 16 URL-safe characters. */
bool click_id_parse(struct str text, unsigned char out[CLICK_ID_SIZE]);
void click_id_format(const unsigned char id[CLICK_ID_SIZE], char out[CLICK_ID_TEXT + 1]);

/* The spool and the hour of visits of a link worker; opened by app before the pool starts serving.
 */
struct spool;
struct visits;
struct spool *spool_open(const struct conf *conf, char *err, size_t err_n);
void spool_close(struct spool **s); /* the segment is finished */
struct visits *visits_map(const struct conf *conf, char *err,
                          size_t err_n); /* file-backed, shared by all link workers */
/* Bytes waiting in the spool directory, finished or not. */
int64_t spool_pending_bytes(const struct conf *conf);

/* Jobs.  Per node, every 300 ms: loads the node's spool, exactly once. */
enum fault click_loader_run(struct rq *rq);
/* Every hour: keeps monthly partitions of click ahead and drops those that conf.click_keep_months is over for; may run
 * twice at once. */
enum fault click_partitions_run(struct rq *rq);
/* Per node, every 30 s: writes the links of the last days to state_dir, for workers that start
 * while the database is away. */
enum fault link_snapshot_run(struct rq *rq);
/* Per node, every minute: destroys the keys of past days in the hour of visits, also when nobody
 * clicks. */
enum fault visits_keys_run(struct rq *rq);

/* So many clicks more, or fewer, of a class in the quarter of an hour from quarter_us on; in the order of the key. */
struct click_quarter {
	struct uuid company_id;
	int cls;
	int64_t quarter_us, slot, n;
};
enum { CLICK_QUARTER_US = 15 * 60 * 1000000 };
/* In the transaction of the change; sets the slots. */
enum fault click_quarters_add(struct rq *rq, struct click_quarter *rows, size_t n) MUST_CHECK;

/* Compares click_day and click_quarter with the clicks, day by day (for `rostra click rollup`), or makes them anew. */
struct rollup_report {
	int64_t rows, wrong; /* of both that should be, and those that differ */
	void (*progress)(int64_t done, int64_t all, void *arg); /* days of companies; NULL: nobody waits */
	void *arg;
};
enum fault click_rollup_check(struct rq *rq, struct rollup_report *out) MUST_CHECK;
enum fault click_rollup_rebuild(struct rq *rq, struct rollup_report *out) MUST_CHECK;

#endif
