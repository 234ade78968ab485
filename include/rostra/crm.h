/* SPDX-License-Identifier: Apache-2.0 */
/* crm.h - a company's CRM tells of the stages its leads have reached: HubSpot, Salesforce, others.
 */
#ifndef ROSTRA_CRM_H
#define ROSTRA_CRM_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table crm_routes, crm_hook_routes;
extern const struct db_stmt_table crm_stmts;

enum crm_kind {
	CRM_HUBSPOT,    /* signature v3 of its app's secret */
	CRM_SALESFORCE, /* outbound messages: the secret address and the organisation's id */
	CRM_FLOW,       /* JSON of any system that can make an HMAC, such as an Apex callout */
	CRM_KIND__MAX
};
extern const char *const crm_kind_names[CRM_KIND__MAX + 1];

/* One of the CRM's stages, and ours. */
struct crm_stage {
	struct uuid company_id, hook_id;
	const char *property, *value;
	int stage;
};

struct crm_hook_new {
	int kind;
	const char *name, *lead_source, *secret, *org_id, *amount_property, *currency;
	struct j_list stages; /* struct crm_stage */
};
/* For the commands.  ret_url: its address, with the secret that is kept nowhere. */
enum fault crm_hook_create(struct rq *rq, struct uuid id, const struct crm_hook_new *in,
                           const char **ret_url) MUST_CHECK;
enum fault crm_hook_remove(struct rq *rq, struct uuid id) MUST_CHECK;
/* Rows: struct crm_hook_view, oldest first, from above `after` ({1}: all). */
struct crm_hook_view {
	struct uuid id;
	int kind;
	const char *name, *lead_source, *org_id, *amount_property, *currency;
	int64_t created_at;
};
enum fault crm_hook_each(struct rq *rq, struct uuid after, int64_t limit, db_row_fn *fn,
                         void *arg) MUST_CHECK;

#endif
