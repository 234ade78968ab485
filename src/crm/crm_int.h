/* SPDX-License-Identifier: Apache-2.0 */
/* crm_int.h - between the files of crm. */
#ifndef ROSTRA_CRM_INT_H
#define ROSTRA_CRM_INT_H

#include "rostra/crm.h"
#include "rostra/crypto.h"
#include "rostra/lead.h"

enum {
	CRM_PROPERTY_MAX = 100,
	CRM_STAGES_MAX = 200,
	CRM_EVENTS_MAX = 1000, /* of one message */
	CRM_OBJECT_MAX = 128,
	CRM_TOLERANCE_S = 300, /* a signature is good so long, either way */
	CRM_MESSAGE_MAX = 256 * 1024,
};

struct crm_hook {
	struct uuid company_id;
	struct crm_hook_view v;
	unsigned char token[32]; /* SHA-256 */
	struct str secret;       /* sealed; none: s NULL */
};

/* A property that has another value, as a CRM tells. */
struct crm_change {
	const char *object_id, *property, *value;
	int64_t at_us;
	unsigned char key[32]; /* the same event, the same key */
	const char *amount;    /* of the same object, told with it; NULL: none */
};
struct crm_changes {
	struct crm_change *list; /* in the arena */
	size_t n, room;
};
/* The next one, zeroed; NULL: there are too many. */
struct crm_change *crm_change_add(struct rq *rq, struct crm_changes *c);
/* The key of what makes it this event. */
void crm_change_key(struct crm_change *c, const struct str *parts, size_t n);

/* --- what is told (hubspot.c, salesforce.c, flow.c): pure but for the arena --- */

/* Base64 of HMAC-SHA256 over method, URL, body and timestamp (v3). */
bool hubspot_signed(const char *secret, struct str url, struct str body, struct str timestamp,
                    struct str signature, int64_t now_us);
/* false: not what HubSpot sends. */
bool hubspot_read(struct rq *rq, struct str body, struct crm_changes *ret) MUST_CHECK;
/* ret_org: the organisation's id.  false: not an outbound message. */
bool salesforce_read(struct rq *rq, struct str body, struct crm_changes *ret,
                     const char **ret_org) MUST_CHECK;
extern const char salesforce_ack[];
/* "t=1700000000,v1=HEX[,v1=HEX]": HMAC-SHA256 over "t.body". */
bool flow_signed(const char *secret, struct str body, struct str signature, int64_t now_us);
enum fault flow_read(struct rq *rq, struct str body, struct crm_changes *ret) MUST_CHECK;

/* --- rules (crm.c, hook.c) --- */

enum crm_outcome {
	CRM_MOVED,
	CRM_VALUED,
	CRM_THERE_ALREADY,
	CRM_NO_LEAD,
	CRM_REFUSED,
	CRM_OUTCOME__MAX
};
extern const char *const crm_outcome_names[CRM_OUTCOME__MAX + 1];

/* Each change in a transaction of its own: a lead's stage or value follows, once.  Runs as the
 * hook's company. */
enum fault crm_take(struct rq *rq, const struct crm_hook *hook,
                    const struct crm_changes *changes) MUST_CHECK;
/* Units such as 1200.50 or 1.0E7, not below 0, as minor units, rounded half up; false: it is none.
 */
bool crm_amount(const char *text, const char *currency, int64_t *ret_minor);
/* NULL: sealed with another key. */
const char *crm_secret(struct rq *rq, const struct crm_hook *hook);
enum fault crm_stages_set(struct rq *rq, struct uuid hook, const struct j_list *stages) MUST_CHECK;

/* --- statements (crm_sql.c) --- */

struct crm_event {
	struct uuid company_id, hook_id, lead_id;
	unsigned char key[32];
	int outcome;
	const char *property, *object_id;
	int64_t occurred_at, received_at;
};
struct crm_page {
	struct uuid company_id, hook_id, after;
	int64_t before_us;
	unsigned char before_key[32];
	int64_t limit;
};
enum fault crm_sql_insert(struct rq *rq, const struct crm_hook *h, bool *ret_duplicate) MUST_CHECK;
enum fault crm_sql_get(struct rq *rq, struct uuid id, struct crm_hook *out,
                       bool *ret_found) MUST_CHECK;
/* By the SHA-256 of its secret, of an active company. */
enum fault crm_sql_by_token(struct rq *rq, struct sha256 token, struct crm_hook *out,
                            bool *ret_found) MUST_CHECK;
enum fault crm_sql_delete(struct rq *rq, struct uuid id, uint64_t *ret_n) MUST_CHECK;
enum fault crm_sql_page(struct rq *rq, const struct crm_page *p, db_row_fn *fn,
                        void *arg) MUST_CHECK;
enum fault crm_sql_stages(struct rq *rq, struct uuid company, struct uuid hook, db_row_fn *fn,
                          void *arg) MUST_CHECK;
enum fault crm_sql_clear_stages(struct rq *rq, struct uuid hook) MUST_CHECK;
enum fault crm_sql_put_stages(struct rq *rq, const struct crm_stage *rows, size_t n) MUST_CHECK;
enum fault crm_sql_event(struct rq *rq, const struct crm_event *e, bool *ret_duplicate) MUST_CHECK;
enum fault crm_sql_outcome(struct rq *rq, const struct crm_event *e) MUST_CHECK;
enum fault crm_sql_events(struct rq *rq, const struct crm_page *p, db_row_fn *fn,
                          void *arg) MUST_CHECK;

#endif
