/* SPDX-License-Identifier: Apache-2.0 */
/* routes_check.c - a wrong route row stops the start, not a user. */
#include <stdio.h>
#include <string.h>

#include "http_int.h"

enum { WHY_BYTES = 120 };

/* The reason a row alone is wrong; NULL when it is not. */
static const char *
row_access_fault(const struct route *r)
{
	if (r->access == ACCESS_UNSET)
		return "says nobody who may call it";
	if ((r->access & ACCESS_API_KEY) && (!r->scope || !r->scope[0]))
		return "takes API keys but names no scope";
	if ((r->access & ACCESS_LOOPBACK) && r->access != ACCESS_LOOPBACK)
		return "mixes loopback with other callers";
	if ((r->flags & ROUTE_CORS) && !(r->access & ACCESS_SITE_KEY))
		return "has CORS but takes no site key";
	if ((r->flags & ROUTE_IDEMPOTENCY_KEY) && (r->access & (ACCESS_PUBLIC | ACCESS_LOOPBACK)))
		return "keeps answers for callers without a company";
	return NULL;
}

static const char *
row_shape_fault(const struct route *r)
{
	if (r->method >= HTTP__METHODS || r->method == HTTP_OPTIONS)
		return "has no method of ours";
	if (r->method == HTTP_HEAD && !(r->flags & ROUTE_HEAD))
		return "is a HEAD without ROUTE_HEAD";
	if ((r->flags & ROUTE_IDEMPOTENCY_KEY) &&
	    (r->method != HTTP_POST || (r->flags & ROUTE_BODY_STREAM) || r->kind == REPLY_RAW))
		return "keeps the answer of something other than a POST with a body and a reply of "
		       "its own";
	if ((r->flags & ROUTE_PUT_ID) && r->method != HTTP_PUT)
		return "takes the client's id but is no PUT";
	if (r->body && (r->method == HTTP_GET || r->method == HTTP_HEAD))
		return "reads but takes a body";
	if (r->body && (r->flags & ROUTE_BODY_STREAM))
		return "both decodes and streams its body";
	if ((r->kind == REPLY_OBJECT || r->kind == REPLY_LIST) &&
	    (!r->reply || r->reply->size == 0))
		return "has no reply schema";
	if (r->kind == REPLY_LIST && r->method != HTTP_GET)
		return "is a list that is not read";
	if (r->kind == REPLY_RAW && !r->reply_type)
		return "writes its reply itself but names no media type";
	return NULL;
}

static const char *
row_fault(const struct route *r)
{
	const char *why = row_access_fault(r);

	if (why)
		return why;
	if (!r->handle)
		return "has no handler";
	if (!r->name || !r->name[0] || !r->summary || !r->summary[0])
		return "has no name or summary";
	if (r->rate >= RATE__MAX || r->kind > REPLY_RAW)
		return "has an unknown rate class or kind of reply";
	if ((r->query && r->query->size == 0) || (r->body && r->body->size == 0))
		return "has a schema without a size";
	return row_shape_fault(r);
}

/* The same pattern when parameters are blind, since the router cannot tell {id} from {other_id}. */
static bool
patterns_alike(const struct path_row *a, const struct path_row *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->seg[i].param != b->seg[i].param)
			return false;
		if (!a->seg[i].param && !str_eq(a->seg[i].text, b->seg[i].text))
			return false;
	}
	return true;
}

static const char *
pair_fault(const struct route *a, const struct route *b)
{
	struct path_row ra, rb;
	char why[WHY_BYTES];

	if (cstr_eq(a->name, b->name))
		return "has the name of another row";
	if (a->method != b->method || !path_row_compile(a->path, &ra, why, sizeof(why)) ||
	    !path_row_compile(b->path, &rb, why, sizeof(why)))
		return NULL;
	return patterns_alike(&ra, &rb) ? "has the method and path of another row" : NULL;
}

static const char *
earlier_fault(const struct route_table *tables, const struct route *r)
{
	for (const struct route_table *f = tables; f->feature; f++) {
		for (size_t i = 0; i < f->n; i++) {
			const char *why;

			if (&f->rows[i] == r)
				return NULL;
			why = pair_fault(&f->rows[i], r);
			if (why)
				return why;
		}
	}
	return NULL;
}

static bool
row_check(const struct route_table *tables, const struct route *r, char *err, size_t err_n)
{
	const char *name = r->name ? r->name : "(no name)", *path = r->path ? r->path : "(no path)";
	struct path_row compiled;
	char why[WHY_BYTES];
	const char *fault = row_fault(r);

	if (!fault && (!r->path || !path_row_compile(r->path, &compiled, why, sizeof(why))))
		fault = r->path ? why : "has no path";
	if (!fault)
		fault = earlier_fault(tables, r);
	if (!fault)
		return true;
	snprintf(err, err_n, "route %s (%s): %s", name, path, fault);
	return false;
}

bool
routes_check(const struct route_table *tables, char *err, size_t err_n)
{
	size_t n = 0;

	for (const struct route_table *f = tables; f->feature; f++) {
		for (size_t i = 0; i < f->n; i++, n++) {
			if (!row_check(tables, &f->rows[i], err, err_n))
				return false;
		}
	}
	if (n >= METRICS_ROUTES_MAX) {
		snprintf(err, err_n, "there are %zu routes, metrics have room for %d", n,
		         METRICS_ROUTES_MAX - 1);
		return false;
	}
	return true;
}

void
metrics_name_routes(struct metrics *m, const struct route_table *tables)
{
	size_t n = 0;

	for (const struct route_table *f = tables; f->feature; f++) {
		for (size_t i = 0; i < f->n; i++)
			metrics_route_name(m, n++, f->rows[i].name);
	}
	metrics_route_name(m, n, "none");
}
