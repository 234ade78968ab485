/* SPDX-License-Identifier: Apache-2.0 */
/* seal_verify.c - rows as they were sealed beside rows as they are: which differ, and why. */
#include <stdlib.h>
#include <string.h>

#include "seal_int.h"

const char *const row_change_names[] = { "added", "removed", "changed", NULL };
const char *const row_cause_names[] = { "reclassified", "late_event", "late_touch", "erased",
	                                "rate_changed", "merged",     "other",      NULL };

static int
row_cmp(const void *pa, const void *pb)
{
	const struct run_row *a = pa, *b = pb;
	int c = memcmp(a->conversion_id.b, b->conversion_id.b, sizeof(a->conversion_id.b));

	return c != 0 ? c : memcmp(a->click_id, b->click_id, sizeof(a->click_id));
}

static void
note(struct differences *d, const struct run_row *before, const struct run_row *after)
{
	d->all++;
	if (d->n == SEAL_CHANGES_MAX)
		return;
	d->list[d->n++] = (struct row_difference){
		.change = before == NULL  ? ROW_ADDED
		          : after == NULL ? ROW_REMOVED
		                          : ROW_CHANGED,
		.why = CAUSE_OTHER,
		.before = before,
		.after = after,
	};
}

void
rows_compare(struct arena *a, struct run_rows *then, struct run_rows *now, struct differences *ret)
{
	size_t i = 0, j = 0;

	*ret =
	    (struct differences){ .list = arena_array(a, SEAL_CHANGES_MAX, struct row_difference) };
	if (then->n > 0)
		qsort(then->list, then->n, sizeof(*then->list), row_cmp);
	if (now->n > 0)
		qsort(now->list, now->n, sizeof(*now->list), row_cmp);
	while (i < then->n || j < now->n) {
		const struct run_row *before = i < then->n ? &then->list[i] : NULL;
		const struct run_row *after = j < now->n ? &now->list[j] : NULL;
		int c = before == NULL ? 1 : after == NULL ? -1 : row_cmp(before, after);

		if (c != 0)
			note(ret, c < 0 ? before : NULL, c > 0 ? after : NULL);
		else if (memcmp(before->digest, after->digest, SEAL_DIGEST) != 0)
			note(ret, before, after);
		i += c <= 0;
		j += c >= 0;
	}
}

/* --- why ----------------------------------------------------------------------------------- */

static const struct run_row *
row_of(const struct row_difference *d)
{
	return d->before != NULL ? d->before : d->after;
}

/* A click of one of the rows that was judged anew: the credit of the others moved with it. */
static enum fault
find_reclassified(struct rq *rq, int64_t as_of, struct row_difference *rows, size_t n,
                  bool *ret_found)
{
	static const unsigned char nobody[CLICK_ID_SIZE] = { 0 };
	const struct run_row *cause = NULL;

	*ret_found = false;
	for (size_t i = 0; i < n && !*ret_found; i++) {
		struct run_facts f = { .company_id = rq_company(rq), .as_of = as_of };
		enum fault e;

		cause = row_of(&rows[i]);
		memcpy(f.click_id, cause->click_id, sizeof(f.click_id));
		if (memcmp(f.click_id, nobody, sizeof(nobody)) == 0)
			continue;
		e = facts_sql_reclassified(rq, &f, ret_found);
		if (e)
			return e;
	}
	for (size_t i = 0; i < n && *ret_found; i++) {
		rows[i].why = CAUSE_RECLASSIFIED;
		rows[i].has_cause_click = true;
		memcpy(rows[i].cause_click, cause->click_id, sizeof(rows[i].cause_click));
	}
	return FAULT_NONE;
}

/* What happened, as far as anything tells. */
struct explaining {
	const struct run *sealed, *now;
};

/* Is the rate of the conversion another than the one that was sealed? */
static enum fault
find_rate_changed(struct rq *rq, const struct explaining *x, struct uuid conversion, bool *ret)
{
	const struct converting *c = x->now->converting;
	struct sealed_rate r = { .company_id = rq_company(rq),
		                 .run_id = x->sealed->id,
		                 .conversion_id = conversion };
	struct exchange_pair today = { 0, 0 };
	enum fault e;

	*ret = false;
	if (c == NULL)
		return FAULT_NONE;
	e = facts_sql_rate(rq, &r, ret);
	if (e || !*ret || cstr_eq(r.currency, x->sealed->currency)) {
		*ret = false;
		return e;
	}
	if (r.currency == NULL ||
	    !exchange_pair_at(c->exchange, r.currency, x->sealed->currency, r.occurred_at, &today))
		today = (struct exchange_pair){ 0, 0 };
	*ret = today.from != r.rate.from || today.to != r.rate.to;
	return FAULT_NONE;
}

/* Rows of one conversion. */
static enum fault
explain(struct rq *rq, const struct explaining *x, struct row_difference *rows, size_t n)
{
	const int64_t as_of = x->sealed->as_of;
	struct run_facts f = { .company_id = rq_company(rq),
		               .conversion_id = row_of(rows)->conversion_id,
		               .lead_id = row_of(rows)->lead_id,
		               .as_of = as_of,
		               .received_at = TIME_NONE,
		               .erased_at = TIME_NONE,
		               .touched_at = TIME_NONE };
	int why = CAUSE_OTHER;
	bool found, rate = false, merged = false;
	enum fault e = find_reclassified(rq, as_of, rows, n, &found);

	if (e || found)
		return e;
	e = facts_sql_get(rq, &f, &found);
	if (!e && found)
		e = find_rate_changed(rq, x, f.conversion_id, &rate);
	if (!e)
		e = facts_sql_merged(rq, &f, &merged);
	if (e)
		return e;
	/* A merge sets an event aside: then it is not found. */
	if (f.received_at > as_of)
		why = CAUSE_LATE_EVENT;
	else if (merged)
		why = CAUSE_MERGED;
	else if (f.touched_at > as_of)
		why = CAUSE_LATE_TOUCH;
	else if (rate)
		why = CAUSE_RATE;
	else if (f.erased_at > as_of)
		why = CAUSE_ERASED;
	for (size_t i = 0; i < n; i++)
		rows[i].why = why;
	return FAULT_NONE;
}

enum fault
differences_explain(struct rq *rq, const struct run *sealed, const struct run *now,
                    struct differences *d)
{
	const struct explaining x = { sealed, now };
	enum fault e = FAULT_NONE;

	for (size_t i = 0, n; !e && i < d->n; i += n) {
		struct uuid conversion = row_of(&d->list[i])->conversion_id;

		for (n = 1; i + n < d->n; n++) {
			if (!uuid_eq(row_of(&d->list[i + n])->conversion_id, conversion))
				break;
		}
		e = explain(rq, &x, &d->list[i], n);
	}
	return e;
}
