/* SPDX-License-Identifier: Apache-2.0 */
/* period.c - the query of a report, resolved: local dates to instants, the company's defaults. */
#include <string.h>

#include "rostra/caller.h"

#include "report_int.h"

const char *const dimension_names[DIMENSION__MAX + 1] = {
	[BY_PERSON] = "person", [BY_TEAM] = "team",         [BY_NETWORK] = "network",
	[BY_POST] = "post",     [BY_CAMPAIGN] = "campaign", [BY_CHANNEL] = "channel",
};

const char *const without_names[WITHOUT__MAX + 1] = {
	[WITHOUT_TEAM] = "team",
	[WITHOUT_CAMPAIGN] = "campaign",
};

enum fault
report_wrong(struct rq *rq, const char *parameter, const char *detail)
{
	(void)problem_set(&rq->problem, FAULT_BAD_QUERY,
	                  "Some query parameters are not acceptable.");
	return problem_add(&rq->problem, parameter, detail);
}

/* A local date, moved by days, as text; false outside of what dates can be. */
static const char *
date_text(struct rq *rq, struct civil day, int days)
{
	struct civil moved = civil_from_us(civil_to_us(
	    (struct civil){ .year = day.year, .month = day.month, .day = day.day + days }));

	return arena_printf(rq->arena, "%04d-%02d-%02d", moved.year, moved.month, moved.day);
}

static int64_t
start_of(const char *zone, const char *date)
{
	int year = 0, month = 0, day = 0;
	int64_t at = 0;

	if (date_parse(str_of(date), &year, &month, &day))
		(void)zone_day_start(zone, year, month, day, &at);
	return at;
}

/* Default: the last 30 local days, today included. */
static enum fault
resolve_period(struct rq *rq, const struct report_query *q, struct report_ask *ret)
{
	struct civil today = { 0 };

	if (!zone_civil(ret->time_zone, rq->now_us, &today))
		return report_wrong(rq, "?time_zone",
		                    "must be an IANA time zone, such as Europe/Berlin");
	ret->to = q->to != NULL ? q->to : date_text(rq, today, 1);
	ret->to_us = start_of(ret->time_zone, ret->to);
	if (q->from != NULL) {
		ret->from = q->from;
	} else {
		struct civil end = { 0 };

		(void)date_parse(str_of(ret->to), &end.year, &end.month, &end.day);
		ret->from = date_text(rq, end, -REPORT_DAYS_DEFAULT);
	}
	ret->from_us = start_of(ret->time_zone, ret->from);
	if (ret->from_us >= ret->to_us)
		return report_wrong(rq, "?from", "must lie before to");
	if ((ret->to_us - ret->from_us) / US_PER_DAY > REPORT_DAYS_MAX)
		return report_wrong(rq, "?from", "must lie at most ten years before to");
	return FAULT_NONE;
}

enum fault
report_resolve(struct rq *rq, const struct report_query *q, struct report_ask *ret)
{
	struct company_defaults company;
	enum fault e = report_sql_company(rq, &company);

	if (e)
		return e;
	*ret = (struct report_ask){
		.company_id = rq_company(rq),
		.by = (enum dimension)q->group,
		.stage = q->stage,
		.network = q->network,
		.without = q->without,
		.time_zone = q->time_zone != NULL ? q->time_zone : company.time_zone,
		.currency = q->currency != NULL ? q->currency : company.currency,
		.convert = q->convert,
		.person = q->person,
		.team = q->team,
		.post = q->post,
		.campaign = q->campaign,
		.channel = q->channel,
		.conversion = q->conversion,
		.unattributed = q->unattributed,
		.now_us = rq->now_us,
	};
	if (rq->who->kind == ACCESS_MANAGER)
		ret->viewer = rq->who->person;
	ret->only_currency = q->convert ? NULL : ret->currency;
	ret->filtered = q->network >= 0 || q->without >= 0 || !uuid_is_zero(q->person) ||
	                !uuid_is_zero(q->team) || !uuid_is_zero(q->post) ||
	                !uuid_is_zero(q->campaign) || !uuid_is_zero(q->channel);
	if (ret->filtered && ret->unattributed)
		return report_wrong(rq, "?unattributed",
		                    "does not go with a filter: nobody touched it");
	if (!uuid_is_zero(ret->viewer) && ret->unattributed)
		return report_wrong(rq, "?unattributed",
		                    "is the company's, which a manager does not see");
	return resolve_period(rq, q, ret);
}

void
report_bound_ids(struct report_ask *ask)
{
	uuid_client_bounds(ask->from_us, ask->to_us, &ask->after_id, &ask->before_id);
}
