/* SPDX-License-Identifier: Apache-2.0 */
/* campaign.c - what makes a campaign whole. */
#include "rostra/link.h"
#include "rostra/sums.h"

#include "campaign_int.h"

static bool
placeholder_known(struct str word)
{
	return str_is(word, "network") || str_is(word, "campaign") || str_is(word, "post") ||
	       str_is(word, "share");
}

bool
utm_template_valid(struct str text)
{
	size_t open = 0; /* 1 + where a brace was opened */

	for (size_t i = 0; i < text.n; i++) {
		if (text.s[i] == '{') {
			if (open)
				return false;
			open = i + 1;
		} else if (text.s[i] == '}') {
			if (!open || !placeholder_known((struct str){ text.s + open, i - open }))
				return false;
			open = 0;
		}
	}
	return open == 0;
}

static void
check_utm(struct problem *p, const char *pointer, const char *text)
{
	if (text && !utm_template_valid(str_of(text)))
		problem_add(p, pointer,
		            "has a placeholder other than {network} {campaign} {post} {share}");
}

static enum fault
campaign_check(struct problem *p, const struct campaign *c)
{
	check_utm(p, "#/utm_source", c->utm_source);
	check_utm(p, "#/utm_medium", c->utm_medium);
	check_utm(p, "#/utm_campaign", c->utm_campaign);
	check_utm(p, "#/utm_content", c->utm_content);
	check_utm(p, "#/utm_term", c->utm_term);
	if (c->starts_at != TIME_NONE && c->ends_at != TIME_NONE && c->ends_at <= c->starts_at)
		problem_add(p, "#/ends_at", "must be after starts_at");
	return p->code;
}

/* Would making it again give what is there? */
static bool
campaign_same(const struct campaign *a, const struct campaign *b)
{
	return cstr_eq(a->name, b->name) && a->starts_at == b->starts_at &&
	       a->ends_at == b->ends_at && a->lookback_days == b->lookback_days &&
	       a->track_conversions == b->track_conversions &&
	       cstr_eq(a->utm_source, b->utm_source) && cstr_eq(a->utm_medium, b->utm_medium) &&
	       cstr_eq(a->utm_campaign, b->utm_campaign) &&
	       cstr_eq(a->utm_content, b->utm_content) && cstr_eq(a->utm_term, b->utm_term);
}

/* It exists: the same PUT again, or another one? */
static enum fault
replayed(struct rq *rq, const struct campaign *there, const struct campaign *in)
{
	if (campaign_same(there, in))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_ID_CONFLICT,
	               "The campaign exists and differs; change it with PATCH.");
}

enum fault
campaign_put(struct rq *rq, const struct campaign *in, bool *ret_created)
{
	struct campaign there;
	bool duplicate;
	enum fault e = campaign_check(&rq->problem, in);

	if (e)
		return e;
	e = campaign_sql_get(rq, in->id, &there);
	if (e == FAULT_NONE) {
		*ret_created = false;
		return replayed(rq, &there, in);
	}
	if (e != FAULT_NOT_FOUND)
		return e;
	e = campaign_sql_insert(rq, in, &duplicate);
	if (e)
		return e;
	*ret_created = !duplicate;
	if (!duplicate)
		return FAULT_NONE;

	e = campaign_sql_get(rq, in->id, &there);
	if (e == FAULT_NOT_FOUND)
		return rq_fail(rq, FAULT_CONFLICT, "Another campaign has this name.");
	return e ? e : replayed(rq, &there, in);
}

struct patching {
	const struct campaign *next;
	bool windows; /* the look-back changes */
	bool done;
};

static enum fault
patch_tx(struct rq *rq, void *arg)
{
	struct patching *p = arg;
	enum fault e = campaign_sql_update(rq, p->next, &p->done);

	if (!e && p->done)
		e = link_changed(rq);
	return e || !p->done || !p->windows ? e : sums_mark_windows(rq);
}

enum fault
campaign_patch(struct rq *rq, struct uuid id, const struct campaign *in)
{
	struct campaign next;
	struct patching p = { .next = &next };
	int64_t window;
	enum fault e = campaign_sql_get(rq, id, &next);

	if (e)
		return e;
	if (in->version != next.version)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the campaign again.");
	window = next.lookback_days;
	j_merge(&campaign_patch_schema, &next, in);
	e = campaign_check(&rq->problem, &next);
	if (e)
		return e;

	next.company_id = rq_company(rq);
	next.updated_at = rq->now_us;
	p.windows = next.lookback_days != window;
	e = db_tx(rq, patch_tx, &p);
	if (e == FAULT_CONFLICT)
		return rq_fail(rq, FAULT_CONFLICT, "Another campaign has this name.");
	if (e)
		return e;
	if (!p.done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the campaign again.");
	return FAULT_NONE;
}
