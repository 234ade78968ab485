/* SPDX-License-Identifier: Apache-2.0 */
/* link_int.h - between the files of link: what a code leads to, how a hit is judged, how a click is
 * kept. */
#ifndef ROSTRA_LINK_INT_H
#define ROSTRA_LINK_INT_H

#include "rostra/address.h"
#include "rostra/conf.h"
#include "rostra/link.h"
#include "rostra/shared.h"

/* --- what a code leads to (target.c, find.c, snapshot.c) ----------------------------------- */

enum target_text {
	TARGET_BASE,     /* destination with the campaign's UTM parameters, without fragment; empty:
	                    none */
	TARGET_FRAGMENT, /* with its '#'; empty: none */
	TARGET_TITLE,
	TARGET_SUMMARY,
	TARGET_IMAGE,
	TARGET_SITE, /* the company's name */
	TARGET_LANGUAGE,
	TARGET__TEXTS
};

struct target {
	bool found;
	bool dead;           /* revoked, or its company is suspended */
	bool visitor_cookie; /* the company's policy */
	bool track;          /* the destination gets ?rclid= */
	struct uuid company, share, person;
	int64_t created_us; /* of the link: when it was published */
	struct str text[TARGET__TEXTS];
};

/* A target as bytes, for the cache and the snapshot; false when the bytes are not whole or of
 * another version. */
struct str target_pack(struct arena *a, const struct target *t);
bool target_unpack(struct str bytes, struct target *out);

/* The target of a code in this node's snapshot; false when there is none.  For when the database
 * does not answer. */
bool snapshot_find(struct rq *rq, struct str code, struct target *out);

/* A row of the look-up, as the tables have it. */
struct link_row {
	const char *code;
	int state; /* 0 active, 1 revoked */
	struct uuid company_id, share_id, person_id, post_id;
	int64_t created_us;
	bool company_active, visitor_cookie, track;
	int network;
	const char *company_name, *language, *title, *summary, *destination_url, *image_url,
	    *campaign_name;
	const char *utm[5]; /* templates, in the order of utm_names */
};
void target_of_row(struct arena *a, const struct link_row *r, struct target *out);

/* 8 base62 characters: anything else is no code, and no statement is spent on it. */
bool link_code_valid(struct str code);
/*
 * The target of a code, from the cache while it stands, then from the database; when that does not
 * answer, from the cache again, however old.  BUSY when neither knows.  The texts of its card are
 * only there when it has no destination.
 *
 * What was looked up stands for conf.link_cache_s, and on while nothing has changed of what any
 * link leads to: all companies have one number for that, which one thread of a process asks for
 * every half of that time.  The number counts in the transaction of each change, so when it was the
 * same before a look-up began and after, nothing that the look-up read has changed since.
 */
enum fault link_find(struct rq *rq, struct str code, struct target *out) MUST_CHECK;
/* Fills the texts of the card, from where link_find takes the rest. */
enum fault link_card(struct rq *rq, struct str code, struct target *t) MUST_CHECK;
/* The number of changes of what links lead to. */
enum fault link_sql_version(struct rq *rq, int64_t *ret) MUST_CHECK;
/* Does what a look-up that began at put_us, more than conf.link_cache_s ago, found still stand?  0:
 * nothing was found.  Asks for the number when it is this thread's turn: a fault is the database's.
 */
enum fault link_stands(struct rq *rq, int64_t put_us, int64_t now_us, bool *ret) MUST_CHECK;

/* --- where the visitor goes (dest.c) ------------------------------------------------------- */

enum { DEST_INCOMING_BYTES = 2048, DEST_INCOMING_PARAMS = 50 };

/* What a template may name. */
struct dest_words {
	struct str network, campaign, post, share;
};

/* http or https, a host, no user, no control character, space or backslash: safe in a Location
 * header. */
bool dest_url_valid(struct str url);
/* Splits at '#'; the UTM templates are added to the query unless the destination has the parameter
 * itself. */
void dest_prepare(struct arena *a, struct str url, const char *const utm[5],
                  const struct dest_words *w, struct str *ret_base, struct str *ret_fragment);
/* The whole URL for one hit: base, what may be passed on of the incoming query, rclid (empty:
 * none), fragment. */
struct str dest_url(struct arena *a, const struct target *t, struct str incoming, struct str rclid);

/* --- who came (client.c, cookie.c) --------------------------------------------------------- */

enum { VISITOR_SIZE = 16, VISITOR_COOKIE_TEXT = 43 };

/* The host of a Referer; the empty view when there is none we would keep. */
struct str referrer_host(struct str referrer);

/* The random part of a cookie header's rv cookie; false when it is absent or not signed by us. */
bool visitor_cookie_read(const unsigned char key[32], struct str cookies,
                         unsigned char out[VISITOR_SIZE]);
/* Draws a visitor and its cookie value. */
void visitor_cookie_make(const unsigned char key[32], unsigned char out[VISITOR_SIZE],
                         char text[VISITOR_COOKIE_TEXT + 1]);
/* What one company is told of a visitor: two companies cannot join theirs. */
void visitor_of_company(const unsigned char key[32], const unsigned char visitor[VISITOR_SIZE],
                        struct uuid company, unsigned char out[VISITOR_SIZE]);

/* --- what kind of hit it is (classify.c) --------------------------------------------------- */

/* What the request alone says. */
struct hit {
	bool head;
	bool employee, sharer; /* a valid token of the company came with it */
	bool has_language;     /* Accept-Language was sent, as every browser does */
	int64_t age_us;        /* since the link was made */
	struct str user_agent, sec_purpose, purpose, x_moz, x_purpose;
};

/* The fact that the request alone shows. */
enum click_fact hit_fact(const struct hit *h);
/* The class of a hit that showed this.  rules NULL: by our own table of agents alone. */
struct verdict classify(const struct click_rules *rules, enum click_fact fact,
                        struct str user_agent, const struct address *address);

struct agent_rule;
struct range_rule;
/* The rule of the files that fits best; NULL: none. */
const struct agent_rule *rules_agent(const struct click_rules *rules, struct str agent);
const struct range_rule *rules_range(const struct click_rules *rules, const struct address *a);
void click_rules_swap(struct shared *shared, struct click_rules *fresh);

/* One row of the table of user agents; for the test that it is in order. */
struct agent_row {
	const char *word;
	bool first;           /* only as the first word */
	enum click_class cls; /* CLICK_HUMAN: looks like a bot and is none */
	const char *reason;
};
extern const struct agent_row agent_rows[];
extern const size_t agent_rows_n;

/* --- an hour of visits (visits.c) ---------------------------------------------------------- */

/* The entry of a first click. */
struct visit_claim {
	_Atomic uint64_t *slot; /* NULL: nothing is to be kept */
	uint64_t entry;
};
struct visit {
	unsigned char ip_hash[16];
	bool
	    duplicate; /* the same visitor opened the same link within the hour, and that is kept */
	bool burst;    /* too many links in a few seconds */
	bool cookieless; /* many links in a day, and no cookie ever came back */
	bool has_first;  /* first_id is known; else the visitor came under another address */
	unsigned char first_id[CLICK_ID_SIZE]; /* of the first click of the hour: this one's own
	                                          unless duplicate */
	int64_t first_us;                      /* when that was */
	struct visit_claim claim;              /* for visits_settle, as what follows */
	uint64_t cookie;
};

enum visitor_cookie {
	COOKIE_NONE,   /* none is wanted, or the visitor wishes none */
	COOKIE_CAME,   /* the visitor's own, signed by us */
	COOKIE_HANDED, /* none came, or none of ours: a new one goes out with the answer */
};
struct visitor_key {
	const struct address *address;
	struct str user_agent;
	const unsigned char *visitor; /* VISITOR_SIZE bytes of a signed cookie beside address and
	                                 user agent; may be NULL */
	enum visitor_cookie cookie;
	struct str code;
};

/* Only the hash of the address, for hits that are not looked at further. */
void visits_hash(struct visits *v, const struct address *a, int64_t now_us, unsigned char out[16]);
/*
 * Notes the hit and says what is known of its visitor.  A first click that was noted and not
 * settled (its worker was killed) is given to the next hit of that visitor, with its id and time: a
 * click that turns out to be kept twice is one row.
 */
void visits_note(struct visits *v, const struct visitor_key *k, int64_t now_us, struct visit *out);
/* What became of the hit's click: from here on later ones are its duplicates, or it never was. */
void visits_settle(struct visits *v, const struct visit *visit, bool kept);
/* Destroys keys whose time is over; also done by every hit. */
void visits_expire(struct visits *v, int64_t now_us);
void visits_unmap(struct visits **v);

/* --- a click on disk (frame.c, spool.c, segment.c) ----------------------------------------- */

struct click {
	struct uuid company, share;
	int64_t clicked_us;
	unsigned char id[CLICK_ID_SIZE], rclid[CLICK_ID_SIZE];
	enum click_class cls;
	enum click_fact fact;
	uint16_t rule_version;
	bool has_visitor, has_ip_hash;
	unsigned char visitor[VISITOR_SIZE], ip_hash[16];
	struct str reason, ip_prefix, user_agent, referrer; /* printable ASCII */
};

enum {
	FRAME_REASON_MAX = 40,
	FRAME_PREFIX_MAX = 24,
	FRAME_AGENT_MAX = 255,
	FRAME_REFERRER_MAX = 120,
	FRAME_HEAD = 8, /* length and CRC-32C of what follows, little endian */
	FRAME_FIXED = 112,
	FRAME_MAX = FRAME_HEAD + FRAME_FIXED + FRAME_REASON_MAX + FRAME_PREFIX_MAX +
	            FRAME_AGENT_MAX + FRAME_REFERRER_MAX,
};

enum frame_state {
	FRAME_WHOLE,
	FRAME_SHORT,  /* the bytes end inside it: torn, or still being written */
	FRAME_BROKEN, /* its length is possible, its checksum is not */
	FRAME_LOST,   /* not even its length is possible: nothing behind it can be found */
};

/* Writes the frame; answers its size.  Longer texts are cut, bytes that are not printable ASCII
 * become '?'. */
size_t frame_write(const struct click *c, unsigned char out[FRAME_MAX]);
/* Reads one; *ret_size is set for WHOLE and BROKEN; texts point into bytes. */
enum frame_state frame_read(const unsigned char *bytes, size_t n, struct click *out,
                            size_t *ret_size);

#define SEGMENT_MAGIC "rostra1\n"
enum { SEGMENT_HEAD = 8, SEGMENT_NAME_SIZE = 64 };

/* The folder of segments, in the arena. */
const char *spool_dir(struct arena *a, const struct conf *conf);
/* The name of this host in spool_mark. */
void spool_node(char out[64]);
/* A finished name of a segment ("clicks.…"); others in the folder are left alone. */
bool segment_name_valid(const char *name);

enum spool_result { SPOOL_OK, SPOOL_FULL, SPOOL_FAILED };
/* Thread-safe.  OK: the click outlives this process (and, by spool_sync_ms, this machine). */
enum spool_result spool_append(struct spool *s, const struct click *c);

/* --- into the tables (loader.c, rollup.c, link_sql.c) -------------------------------------- */

/* Clicks a transaction: enough that many of them are of one share and day, few enough for a cluster
 * (at most 1000 rows a table). */
enum { LOADER_CHUNK = 1000 };

/* A row of click, as bound. */
struct click_row {
	struct uuid company_id, share_id;
	int64_t clicked_us;
	unsigned char id[CLICK_ID_SIZE], rclid[CLICK_ID_SIZE];
	int cls, fact;
	int64_t rule_version;
	struct str visitor, ip_hash, reason, ip_prefix, user_agent, referrer;
	struct str country, city;
};

/* Clicks of one day, share and class. */
struct day_row {
	struct uuid company_id, share_id;
	const char *day; /* "2026-11-23" */
	int cls;
	int64_t n;
};

struct mark {
	const char *node, *segment;
	int64_t bytes;
	int64_t updated_us;
};

enum fault link_sql_find(struct rq *rq, const char *code, struct link_row *out,
                         bool *ret_found) MUST_CHECK;
/* Links made since the least share id, and those clicked since the day: at most 10,000 each, rows
 * are gone after fn. */
enum fault link_sql_made(struct rq *rq, struct uuid least_share, struct link_row *out,
                         db_row_fn *fn, void *arg) MUST_CHECK;
enum fault link_sql_clicked(struct rq *rq, const char *day, struct link_row *out, db_row_fn *fn,
                            void *arg) MUST_CHECK;
enum fault mark_sql_list(struct rq *rq, const char *node, struct mark *out, db_row_fn *fn,
                         void *arg) MUST_CHECK;
enum fault mark_sql_open(struct rq *rq,
                         struct mark *m) MUST_CHECK; /* makes it and locks it; bytes is set */
enum fault mark_sql_set(struct rq *rq, const struct mark *m) MUST_CHECK;
enum fault mark_sql_delete(struct rq *rq, const struct mark *m) MUST_CHECK;
enum fault mark_sql_prune(struct rq *rq, int64_t before_us) MUST_CHECK;
enum fault click_sql_insert(struct rq *rq, const struct click_row *rows, size_t n,
                            uint64_t *ret_affected) MUST_CHECK;
enum fault day_sql_add(struct rq *rq, const struct day_row *rows, size_t n) MUST_CHECK;

/* Counts of the rows by day, share and class; answers how many of out were used (room: n). */
/* The first day whose clicks are kept, as "2026-05-01". */
const char *clicks_kept_from(struct rq *rq);
size_t rollup_quarters(const struct click_row *rows, size_t n, struct click_quarter *out);
size_t rollup_group(struct arena *a, const struct click_row *rows, size_t n, struct day_row *out);

/* What the check reads of a day of a company: clicks, and what sums of them there are. */
struct rollup_day {
	struct uuid company_id;
	int64_t from_us, to_us;
};
struct rollup_row {
	struct uuid share_id; /* not of quarters */
	int cls;
	int64_t at_us, n; /* n: of sums; at_us: not of days */
};
enum fault rollup_sql_clicks(struct rq *rq, const struct rollup_day *d, db_row_fn *fn,
                             void *arg) MUST_CHECK;
enum fault rollup_sql_days(struct rq *rq, const struct rollup_day *d, db_row_fn *fn,
                           void *arg) MUST_CHECK;
enum fault rollup_sql_quarters(struct rq *rq, const struct rollup_day *d, db_row_fn *fn,
                               void *arg) MUST_CHECK;

/* --- pages people and fetchers get (card.c) ------------------------------------------------ */

void card_page(struct buf *b, const struct target *t, const char *url);
void card_gone(struct buf *b);

#endif
