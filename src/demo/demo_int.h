/* SPDX-License-Identifier: Apache-2.0 */
/* demo_int.h - the world of one company while it is made, and the loader of rows. */
#ifndef ROSTRA_DEMO_INT_H
#define ROSTRA_DEMO_INT_H

#include "rostra/demo.h"
#include "rostra/lead.h"
#include "rostra/link.h"
#include "rostra/network.h"
#include "rostra/post.h"

#include "dice.h"

#define US_PER_HOUR (INT64_C(3600) * US_PER_S)
#define US_PER_MINUTE (INT64_C(60) * US_PER_S)

enum {
	DEMO_CHANNEL_TEAMS_MAX = 3,
	DEMO_POST_TEXTS_MAX = 4,
	DEMO_TOUCHES_MAX = 16,
	DEMO_STAGES_MAX = 4,
	DEMO_CODE_SIZE = 9,
};

/* What tells the two companies apart. */
struct demo_company {
	const char *slug, *name, *time_zone, *currency, *language, *brand_color, *disclosure, *site;
	int64_t offset_hours; /* of working hours, about */
	bool visitor_cookie;
	double part; /* of all numbers */
};
enum { DEMO_COMPANIES = 2 };
extern const struct demo_company demo_companies[DEMO_COMPANIES];

struct demo_team {
	struct uuid id;
	const char *name;
};
struct demo_person {
	struct uuid id;
	const char *email, *given_name, *family_name, *display_name, *job_title, *language,
	    *location;
	int role;
	size_t team[2];              /* before and after the move */
	int64_t joined_us, moved_us; /* moved TIME_NONE: never */
	bool active;
	double zeal;  /* how readily they share: few share much */
	double reach; /* how many strangers see it */
};
struct demo_channel {
	struct uuid id;
	const char *name, *description;
	bool of_teams, followable;
	size_t teams[DEMO_CHANNEL_TEAMS_MAX];
	size_t n_teams;
};
struct demo_campaign {
	struct uuid id;
	const char *name;
	int64_t starts_us, ends_us;
};
struct demo_text {
	const char *body, *language;
	int place; /* post_place_names */
	unsigned char digest[32];
	uint64_t simhash;
};
struct demo_post {
	struct uuid id;
	size_t channel, author;
	long campaign; /* -1 none */
	int kind, state;
	const char *language, *title, *summary, *url, *image_url;
	uint32_t networks;
	bool must_read, lock_text;
	int64_t created_us, publish_us, published_us, expire_us, pin_us;
	long suggested_by; /* -1 nobody */
	struct demo_text texts[DEMO_POST_TEXTS_MAX];
	size_t n_texts;
	double appeal;
};
struct demo_share {
	struct uuid id;
	int64_t at_us;
	uint32_t person, post;
	int network;
	bool revoked;
	char code[DEMO_CODE_SIZE];
	double pull; /* its part of the clicks */
};
struct demo_click {
	int64_t at_us;
	unsigned char id[CLICK_ID_SIZE], rclid[CLICK_ID_SIZE];
	uint32_t share;
	uint32_t visitor; /* number of a cookie; 0 none */
	uint8_t class;
	uint8_t agent;
	bool used; /* on a lead's path */
};
struct demo_stage {
	int64_t at_us;
	int stage;
};
struct demo_lead {
	struct uuid id;
	int64_t at_us;
	uint32_t clicks[DEMO_TOUCHES_MAX]; /* by time */
	size_t n_clicks;
	int channel, matched_by;
	int64_t value_minor; /* of opportunity and won */
	struct demo_stage stages[DEMO_STAGES_MAX];
	size_t n_stages;
};

struct world {
	struct rq *rq;
	const struct demo_options *o;
	const struct demo_company *company;
	uint64_t stream; /* number of the company, for the dice */
	struct uuid id;
	int64_t begin_us, now_us;
	struct demo_team *teams;
	size_t n_teams;
	struct demo_person *people;
	size_t n_people;
	struct demo_channel *channels;
	size_t n_channels;
	struct demo_campaign *campaigns;
	size_t n_campaigns;
	struct demo_post *posts;
	size_t n_posts;
	struct demo_share *shares;
	size_t n_shares;
	struct demo_click *clicks;
	size_t n_clicks;
	struct demo_lead *leads;
	size_t n_leads;
	struct crew *crew;
	demo_progress_fn *progress;
	void *progress_arg;
};

struct dice world_dice(const struct world *w, uint64_t what);
/* The company's part of a number of both. */
size_t world_part(const struct world *w, int64_t total);
size_t world_team_at(const struct world *w, size_t person, int64_t at_us);
/* The same moment, moved into hours in which people of the company are awake and mostly at work. */
int64_t world_daytime(const struct world *w, struct dice *d, int64_t at_us);

/* Rows come in the order of their keys and are unique by construction. */
#define DEMO_SESSION "SET unique_checks = 0, foreign_key_checks = 0"

/* --- crew.c --- */

/* Some rows of one statement, or one statement over rows already there. */
struct batch {
	struct batch *next;
	const struct db_stmt *stmt;
	size_t stride, n;
	char *rows;
	struct arena *text; /* strings of the rows */
	bool fill, away;    /* away: given, and not inserted yet */
	uint64_t affected;
};
enum { BATCHES = 3 };
/* Connections of their own to the server of model, which outlives them. */
struct crew *crew_create(const struct rq *model);
void crew_destroy(struct crew **c);
/* Inserts it in a transaction of its own, beside others: nobody touches it until crew_wait. */
void crew_give(struct crew *c, struct batch *b);
/* The first fault of any batch so far. */
enum fault crew_wait(struct crew *c, struct rq *rq, const struct batch *b) MUST_CHECK;

/* Rows on their way into one table: kept, then inserted many at once.  Strings come from l->text.
 */
struct load {
	struct world *w;
	struct batch batches[BATCHES];
	struct batch *now;
	struct arena *text;
	bool in_turn; /* a batch after the other: rows that may be there already */
	int64_t total;
};
void load_open(struct load *l, struct world *w, const struct db_stmt *stmt, size_t stride);
enum fault load_row(struct load *l, const void *row) MUST_CHECK;
enum fault load_close(struct load *l,
                      enum fault so_far) MUST_CHECK; /* the rest, unless something failed before */

/* Each makes its part of the world and writes it. */
enum fault demo_people(struct world *w) MUST_CHECK;
enum fault demo_channels(struct world *w) MUST_CHECK;
enum fault demo_posts(struct world *w) MUST_CHECK;
enum fault demo_shares(struct world *w) MUST_CHECK;
void demo_make_clicks(struct world *w);
void demo_make_leads(struct world *w); /* chooses paths among the clicks */
enum fault demo_write_clicks(struct world *w) MUST_CHECK;
enum fault demo_write_leads(struct world *w) MUST_CHECK;
enum fault demo_write_changes(struct world *w) MUST_CHECK;
enum fault
demo_kudos(struct world *w) MUST_CHECK; /* after the shares; the ledger is filled from it */
/* Rates, a CRM's hook and what it told, merges: after the leads, before sums are counted. */
enum fault demo_deals(struct world *w) MUST_CHECK;
enum fault demo_ties(struct world *w) MUST_CHECK; /* after the kudos: both are awarded */
/* After the ledger is filled, which pays for the rewards, and before balances are. */
enum fault demo_gains(struct world *w) MUST_CHECK;

/* --- demo_sql.c --- */
enum demo_statement {
	DEMO_COMPANY,
	DEMO_SEQ,
	DEMO_SEQ_LAST,
	DEMO_PERSON,
	DEMO_ROLE,
	DEMO_TEAM,
	DEMO_MEMBER,
	DEMO_CHANNEL,
	DEMO_CHANNEL_TEAM,
	DEMO_FOLLOW,
	DEMO_CAMPAIGN,
	DEMO_POST,
	DEMO_TEXT,
	DEMO_DISCLOSURE,
	DEMO_SHARE,
	DEMO_CLICK,
	DEMO_LEAD,
	DEMO_CONVERSION,
	DEMO_TOUCH,
	DEMO_CHANGE,
	DEMO_SEEN,
	DEMO_FILL_FEED,
	DEMO_FILL_LINKS,
	DEMO_FILL_PERSON_POSTS,
	DEMO_FILL_POST_STATS,
	DEMO_FILL_CLICK_DAYS,
	DEMO_FILL_CLICK_QUARTERS,
	DEMO_FILL_CREDIT_CHANGES,
	DEMO_VALUE,
	DEMO_KUDOS,
	DEMO_KUDOS_PERSON,
	DEMO_KUDOS_REACTION,
	DEMO_FILL_ENTRIES,
	DEMO_FILL_BALANCES,
	DEMO_FILL_SUMS,
	DEMO_SLUG,
	DEMO__MAX
};
extern const struct db_stmt demo_statements[DEMO__MAX];

struct row_company {
	struct uuid id;
	const char *slug, *name, *time_zone, *currency, *language, *brand_color;
	bool visitor_cookie;
	int64_t created_us;
};
struct row_person {
	struct uuid company_id;
	struct demo_person p;
	const char *department, *state;
	int64_t deactivated_us;
};
struct row_role {
	struct uuid company_id, person_id;
	int64_t from_us, to_us;
	int role;
};
struct row_team {
	struct uuid company_id, id;
	const char *name;
	int64_t created_us;
};
struct row_member {
	struct uuid company_id, person_id, team_id;
	int64_t from_us, to_us;
};
struct row_channel {
	struct uuid company_id, id, other_id; /* other: a team, a person */
	const char *name, *description, *audience, *mode;
	int64_t created_us;
};
struct row_campaign {
	struct uuid company_id, id;
	const char *name, *utm_campaign;
	int64_t starts_us, ends_us, created_us;
};
struct row_post {
	struct uuid company_id, channel_id, campaign_id, author_id, suggested_by, decided_by;
	struct demo_post p;
	const char *decision_note;
	unsigned char body_sha256[32];
	int64_t updated_us;
};
struct row_text {
	struct uuid company_id, post_id;
	int64_t no;
	int place;
	const char *language, *body;
};
struct row_share {
	struct uuid company_id, id, person_id, post_id, channel_id, campaign_id, team_id;
	int network;
	const char *code, *state, *text;
	bool edited;
	unsigned char text_sha256[32], body_sha256[32];
	uint64_t text_simhash;
	int64_t created_us, revoked_us;
};
struct row_click {
	struct uuid company_id, share_id;
	int64_t clicked_us;
	unsigned char id[CLICK_ID_SIZE], rclid[CLICK_ID_SIZE];
	int class;
	const char *reason, *ip_prefix, *user_agent, *referrer;
	struct str visitor, ip_hash;
};
struct row_lead {
	struct uuid company_id, id;
	const char *source, *external_id, *email, *name, *organisation, *message, *currency;
	struct str email_sha256, click_id;
	int channel, matched_by, stage;
	int64_t value_minor, created_us;
};
struct row_conversion {
	struct uuid company_id, id, lead_id, campaign_id;
	int64_t occurred_us, value_minor;
	int stage;
	const char *currency, *source, *external_id;
};
struct row_touch {
	struct uuid company_id, lead_id, share_id, person_id, team_id, post_id, campaign_id,
	    channel_id;
	int64_t touched_us, added_us;
	unsigned char click_id[CLICK_ID_SIZE];
	int network;
};
struct row_change {
	struct uuid company_id, object_id, person_id;
	int64_t seq, at_us;
	int kind, op;
};
struct row_seen {
	struct uuid company_id, person_id, post_id;
	int64_t seen_us, acknowledged_us;
};
struct row_value {
	struct uuid company_id, id;
	const char *name, *description;
	int64_t created_us;
};
struct row_kudos {
	struct uuid company_id, id, giver_id, team_id, value_id;
	const char *message, *visibility;
	int64_t points, period, created_us;
	unsigned char body_sha256[32];
};
/* A recipient, or somebody who reacts. */
struct row_kudos_person {
	struct uuid company_id, kudos_id, person_id, team_id;
	const char *word; /* of a reaction */
	int64_t position, at_us;
};
struct fill {
	struct uuid company_id;
	int64_t from_us, to_us;
};

enum { DEMO_BY_FORM, DEMO_BY_API, DEMO_BY_CSV };
enum {
	DEMO_MATCH_PENDING,
	DEMO_MATCH_CLICK,
	DEMO_MATCH_VISITOR,
	DEMO_MATCH_EMAIL,
	DEMO_MATCH_EXTERNAL,
	DEMO_MATCH_NONE
};

/* --- demo_words.c --- */
struct demo_subject {
	const char *title, *summary; /* each with one %s */
	const char *language;
};
extern const char *const demo_given[], *const demo_family[], *const demo_titles[],
								 *const demo_places[];
extern const char *const demo_team_names[], *const demo_fillers[], *const demo_customers[];
extern const struct demo_subject demo_subjects[];
extern const struct demo_text demo_openers[]; /* body with one %s */
extern const size_t demo_n_given, demo_n_family, demo_n_titles, demo_n_places, demo_n_team_names,
    demo_n_fillers, demo_n_customers, demo_n_subjects, demo_n_openers;

#endif
