/* SPDX-License-Identifier: Apache-2.0 */
/* post.h - posts and their life from draft to expired. */
#ifndef ROSTRA_POST_H
#define ROSTRA_POST_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/network.h"

extern const struct route_table   post_routes;
extern const struct db_stmt_table post_stmts, post_list_stmts;

enum post_kind { POST_LINK, POST_IMAGE, POST_TEXT, POST_KIND__MAX };
enum post_state {
	POST_DRAFT,
	POST_SUBMITTED,
	POST_SCHEDULED,
	POST_LIVE,
	POST_EXPIRED,
	POST_REJECTED,
	POST_STATE__MAX
};
extern const char *const post_kind_names[POST_KIND__MAX + 1];
extern const char *const post_state_names[POST_STATE__MAX + 1];

/* Where a text fits or a disclosure must stand: index 0 is "any", 1 + n is network n. */
enum { POST_PLACE_ANY = 0 };
extern const char *const post_place_names[];

enum { POST_TEXTS_MAX = 60, POST_TEXT_MAX = 5000, POST_DISCLOSURES_MAX = 11 };

struct post_text {
	int         network; /* a place */
	const char *language;
	const char *text; /* without link and disclosure */
};
struct post_disclosure {
	int         network; /* a place */
	const char *text;
};

/* A post: row, body and reply at once. */
struct post {
	uint64_t      has; /* of a PATCH */
	struct uuid   company_id, id, channel_id, campaign_id;
	int           kind, state;
	const char   *language, *title, *summary, *destination_url, *image_url;
	uint32_t      networks; /* bits of enum network */
	bool          lock_text, must_read;
	int64_t       publish_at, published_at, expire_at, pin_until;
	struct uuid   author_id, suggested_by, decided_by;
	const char   *suggested_by_name, *decision_note;
	unsigned char body_sha256[32];
	int64_t       version, created_at, updated_at;
	int64_t       shares, sharers; /* of post_stat */
	struct j_list texts;       /* of struct post_text */
	struct j_list disclosures; /* of struct post_disclosure */
	/* from statements: packed lists */
	struct str texts_packed, disclosures_packed;
	/* what the reader did with it */
	bool     visible, pinned;
	int64_t  seen_at, acknowledged_at;
	uint32_t shared_networks;
	/* bodies only */
	bool submit;
};
/* The members of struct post that everybody who sees it gets; the rest of a feed item is the reader's. */
extern const struct j_schema post_card_schema;
/* A card with what the reader did with it, as feeds list it: the documentation of what post_item_put writes. */
extern const struct j_schema post_item_schema;

/* clang-format off */
/* Columns texts_packed and disclosures_packed of post `po`: records end with 0x1e, their fields with 0x1f. */
#define POST_TEXTS_SQL                                                                          \
	"(SELECT GROUP_CONCAT(CONCAT_WS('\037', pt.network + 0, pt.language, pt.body)"              \
	" ORDER BY pt.no SEPARATOR '\036') FROM post_text pt"                                       \
	" WHERE pt.company_id = po.company_id AND pt.post_id = po.id)"
#define POST_DISCLOSURES_SQL                                                                    \
	"(SELECT GROUP_CONCAT(CONCAT_WS('\037', pd.network + 0, pd.body)"                           \
	" ORDER BY pd.network SEPARATOR '\036') FROM post_disclosure pd"                            \
	" WHERE pd.company_id = po.company_id AND pd.post_id = po.id)"
/* clang-format on */
/* Their lists. */
struct j_list post_texts_unpack(struct arena *a, struct str packed);
struct j_list post_disclosures_unpack(struct arena *a, struct str packed);
/* The disclosure that must stand on a network: its own, else that of "any"; NULL none. */
const char *post_disclosure_for(const struct j_list *disclosures, enum network n);

/* What a share of a post is judged by; the same for everybody, so it is kept by (post, version). */
struct post_rules {
	struct uuid campaign_id;
	const char *title;
	bool has_link; /* it leads somewhere */
	uint32_t networks;
	bool lock_text;
	struct j_list texts, disclosures;
};
/* From the cache, or by one statement; NOT_FOUND without text. */
enum fault post_rules(struct rq *rq, struct uuid id, int64_t version, struct post_rules *out) MUST_CHECK;

/* One rendered card; json.s is NULL when the post is gone. */
struct post_card {
	struct uuid id;
	int64_t     version; /* wanted: the key in the cache; out: the one rendered */
	struct str  json;    /* an object: post_card_schema */
};
/* Fills the json of each from the cache; what is missing there is fetched by one statement and kept. */
enum fault post_cards(struct rq *rq, struct post_card *cards, size_t n) MUST_CHECK;

/* What the reader did with a post. */
struct post_reader {
	bool     pinned;
	int64_t  seen_at, acknowledged_at;
	uint32_t shared_networks;
};
/* Puts a rendered card with the reader's members: post_item_schema. */
void post_item_put(struct buf *b, struct str card, const struct post_reader *r);

/* Job: scheduled posts go live, live ones expire, pins end; each change is logged and counted. */
enum fault post_clock_run(struct rq *rq);

#endif
