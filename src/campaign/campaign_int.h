/* SPDX-License-Identifier: Apache-2.0 */
/* campaign_int.h - between the files of campaign. */
#ifndef ROSTRA_CAMPAIGN_INT_H
#define ROSTRA_CAMPAIGN_INT_H

#include "rostra/campaign.h"

enum { CAMPAIGN_LOOKBACK_DAYS_MAX = 365, CAMPAIGN_LOOKBACK_DAYS = 30, UTM_BYTES_MAX = 120 };

/* A row, a body and a reply at once. */
struct campaign {
	uint64_t has; /* of a PATCH */
	struct uuid company_id, id;
	const char *name;
	int64_t starts_at, ends_at;
	int64_t lookback_days;
	bool track_conversions;
	const char *utm_source, *utm_medium, *utm_campaign, *utm_content, *utm_term;
	int64_t version, created_at, updated_at;
};
extern const struct j_schema campaign_patch_schema;

/* --- rules (campaign.c) */
/* Are all placeholders of a template of {network} {campaign} {post} {share}, and its braces
 * balanced? */
bool utm_template_valid(struct str text);
enum fault campaign_put(struct rq *rq, const struct campaign *in, bool *ret_created) MUST_CHECK;
enum fault campaign_patch(struct rq *rq, struct uuid id, const struct campaign *in) MUST_CHECK;

/* --- statements (campaign_sql.c) */
enum fault campaign_sql_get(struct rq *rq, struct uuid id, struct campaign *out) MUST_CHECK;
enum fault campaign_sql_insert(struct rq *rq, const struct campaign *c,
                               bool *ret_duplicate) MUST_CHECK;
/* Writes everything where the version still is c->version; false when it is not. */
enum fault campaign_sql_update(struct rq *rq, const struct campaign *c, bool *ret_done) MUST_CHECK;
struct campaign_page {
	struct uuid company_id, before; /* newest first */
	int64_t limit;
};
enum fault campaign_sql_page(struct rq *rq, const struct campaign_page *page, db_row_fn *fn,
                             void *arg) MUST_CHECK;

#endif
