/* SPDX-License-Identifier: Apache-2.0 */
/* list.c - what a request asks for: pages of a list (RFC 7644 3.4.2), and bodies. */
#include <string.h>

#include "scim_int.h"

static enum fault
read_number(struct rq *rq, struct call *call, const char *name, int64_t *out)
{
	struct str text;

	if (!query_get(rq->arena, call->query_text, name, &text))
		return FAULT_NONE;
	if (!str_int64(text, out))
		return scim_fail(rq, "invalidValue", "%s must be a number.", name);
	return FAULT_NONE;
}

void
scim_read_selection(struct rq *rq, struct call *call, struct scim_selection *out)
{
	*out = (struct scim_selection){ .only = { "", 0 }, .without = { "", 0 } };
	(void)query_get(rq->arena, call->query_text, "attributes", &out->only);
	(void)query_get(rq->arena, call->query_text, "excludedAttributes", &out->without);
}

enum fault
scim_read_wanted(struct rq *rq, struct call *call, bool (*known)(const char *),
                 struct scim_wanted *w)
{
	struct str filter;
	enum fault e;

	*w = (struct scim_wanted){ .call = call, .start = 1, .count = 100 };
	scim_read_selection(rq, call, &w->selection);
	e = read_number(rq, call, "startIndex", &w->start);
	if (!e)
		e = read_number(rq, call, "count", &w->count);
	if (e)
		return e;
	/* RFC 7644 3.4.2.4: too low is the lowest; more than there may be is the most. */
	w->start = w->start < 1 ? 1 : w->start;
	w->count = w->count < 0 ? 0 : w->count > SCIM_COUNT_MAX ? SCIM_COUNT_MAX : w->count;
	if (!query_get(rq->arena, call->query_text, "filter", &filter))
		return FAULT_NONE;
	w->filter = scim_filter_parse(rq, filter);
	return w->filter == NULL ? rq->problem.code : scim_filter_check(rq, w->filter, known);
}

bool
scim_on_page(struct scim_wanted *w, scim_get_fn *get, const void *resource)
{
	if (w->filter != NULL && !scim_filter_holds(w->filter, get, resource))
		return false;
	w->total++;
	if (w->total < w->start || w->given >= w->count)
		return false;
	if (w->given++ > 0)
		buf_char(&w->items, ',');
	return true;
}

void
scim_send_list(struct scim_wanted *w)
{
	struct buf *b = http_raw(w->call, 200, SCIM_TYPE);

	buf_printf(
	    b,
	    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],"
	    "\"totalResults\":%lld,\"startIndex\":%lld,\"itemsPerPage\":%lld,\"Resources\":[",
	    (long long)w->total, (long long)w->start, (long long)w->given);
	buf_put(b, w->items.s != NULL ? w->items.s : "", w->items.n);
	buf_lit(b, "]}");
}

struct json_doc *
scim_read_body(struct rq *rq, struct call *call)
{
	char *text = arena_alloc(rq->arena, SCIM_BODY_MAX + 1, 1);
	size_t n = 0;
	struct json_doc *d;
	long got;

	while (n < SCIM_BODY_MAX && (got = http_read(call, text + n, SCIM_BODY_MAX - n)) > 0)
		n += (size_t)got;
	d = json_doc_parse((struct str){ text, n }, SCIM_DEPTH_MAX);
	if (d == NULL)
		(void)scim_fail(
		    rq, "invalidSyntax",
		    "The body is no JSON object without repeated members, or nests too deep.");
	return d;
}
