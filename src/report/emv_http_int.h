/* SPDX-License-Identifier: Apache-2.0 */
/* emv_http_int.h - what the report of earned media value and its sealed runs show alike. */
#ifndef ROSTRA_EMV_HTTP_INT_H
#define ROSTRA_EMV_HTTP_INT_H

#include "emv_int.h"

struct emv_line_view {
	int network;
	const char *from, *to;
	int64_t thousand_clicks_minor, clicks;
	bool example;
	struct uuid rates_id;
	struct money money;
	const struct money *value;
};
extern const struct j_schema emv_line_schema;
struct j_list emv_line_views(struct rq *rq, const struct emv_line *lines, size_t n,
                             const char *currency);

struct emv_totals {
	int64_t clicks, unrated;
	struct money money;
	const struct money *value;
};
extern const struct j_schema emv_totals_schema;
const struct emv_totals *emv_totals_of(struct rq *rq, int64_t clicks, int64_t unrated,
                                       struct money value);

/* Newest first, from the cursor on. */
struct emv_page emv_page_of(const struct rq *rq, const struct call *call);

handler_fn emv_runs_get, emv_run_get, emv_run_put, emv_run_verify;
extern const struct j_schema emv_run_schema, emv_run_new_schema, emv_verification_schema;

#endif
