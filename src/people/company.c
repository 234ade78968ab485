/* SPDX-License-Identifier: Apache-2.0 */
/* company.c - tenants. */
#include "people_int.h"

const char *const company_state_names[COMPANY_STATE__MAX + 1] = {
	[COMPANY_ACTIVE] = "active",
	[COMPANY_SUSPENDED] = "suspended",
};

static enum fault
create_tx(struct rq *rq, void *arg)
{
	const struct company_row *row = arg;
	bool duplicate;
	enum fault e = company_sql_insert(rq, row, &duplicate);

	if (e)
		return e;
	if (duplicate)
		return rq_fail(rq, FAULT_CONFLICT, "A company has that slug.");
	return company_sql_seq(rq, row->id);
}

enum fault
company_create(struct rq *rq, const struct company_new *in, struct uuid *ret_id)
{
	struct company_row row = {
		.id = uuid_v7(rq->now_us),
		.slug = in->slug,
		.name = in->name,
		.time_zone = in->time_zone,
		.currency = in->currency,
		.language = in->language,
		.created_at = rq->now_us,
	};
	enum fault e = db_tx(rq, create_tx, &row);

	if (!e)
		*ret_id = row.id;
	return e;
}

enum fault
company_by_slug(struct rq *rq, const char *slug, struct uuid *ret_id)
{
	struct company_row row;
	enum fault e = company_sql_by_slug(rq, slug, &row);

	if (!e)
		*ret_id = row.id;
	return e;
}

enum fault
company_feed_changed(struct rq *rq)
{
	return db_tx_last(rq, company_sql_feed_changed, rq_company(rq));
}

enum fault
company_people_changed(struct rq *rq)
{
	return db_tx_last(rq, company_sql_people_changed, rq_company(rq));
}

enum fault
company_people_version(struct rq *rq, int64_t *ret)
{
	return company_sql_people_version(rq, rq_company(rq), ret);
}
