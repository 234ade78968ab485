/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pixel_http.c - an image of one point on a page that is reached when somebody has ordered or
 * signed up: it tells of the click that led there.  Whoever loads it learns nothing: the same image
 * for what is new, known, unknown or not to be counted.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/uuid.h"

#include "lead_int.h"

struct pixel_query {
	const char *click_id, *external_id, *currency;
	int stage;
	int64_t value_minor;
};

/* clang-format off */
static const struct j_field query_fields[] = {
	J_TEXT(struct pixel_query, click_id, J_REQUIRED, 16, 16, .help = "The rclid of the landing URL"),
	J_WORD(struct pixel_query, stage, 0, lead_stage_names, STAGE_LEAD),
	J_TEXT(struct pixel_query, external_id, J_TRIM, 1, LEAD_EXTERNAL_MAX - CLICK_ID_TEXT - 1,
		.help = "Such as the order's number: counts once.  Without it each stage of a click does"),
	J_INT64(struct pixel_query, value_minor, 0, 0, INT64_C(1000000000000000), J_NO_INT),
	J_TEXT(struct pixel_query, currency, J_CURRENCY, 3, 3, .help = "With value_minor"),
};
static const struct j_schema query_schema = J_SCHEMA("pixel_query", struct pixel_query, query_fields);
/* clang-format on */

/* GIF89a, one transparent point. */
static const unsigned char image[] = {
	'G',  'I',  'F',  '8',  '9',  'a',  0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00,
	0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3b,
};

/* Loaded ahead, or looked at without loading: nobody has done anything yet. */
static bool
is_ahead(const struct call *c)
{
	static const char *const purposes[] = { "HTTP_SEC_PURPOSE", "HTTP_PURPOSE",
		                                "HTTP_X_PURPOSE", "HTTP_X_MOZ" };

	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
		struct str value = http_param(c, purposes[i]);

		if (str_contains_nocase(value, STR("prefetch")) ||
		    str_contains_nocase(value, STR("prerender")) ||
		    str_contains_nocase(value, STR("preview")))
			return true;
	}
	return str_is(http_param(c, "REQUEST_METHOD"), "HEAD");
}

/* A page that says where it is must be one of the key's. */
static bool
from_listed_page(const struct call *c, const struct caller *who)
{
	struct str page = http_param(c, "HTTP_REFERER"), rest = str_of(who->origins), one;

	if (page.n == 0)
		return true;
	while (rest.n > 0 && str_split(&rest, ' ', &one)) {
		if (one.n > 0 && str_starts(page, one) && (page.n == one.n || page.s[one.n] == '/'))
			return true;
	}
	return false;
}

/* The lead that came by this click, or a new one of which nothing else is known. */
static enum fault
lead_of_click(struct rq *rq, const struct pixel_query *q, const struct money *value,
              struct uuid *ret)
{
	const struct lead_origin from = { rq_company(rq), lead_source(rq), LEAD_PIXEL };
	const struct lead_name who = { .click_id = q->click_id };
	const struct lead_new in = {
		.external_id = arena_printf(rq->arena, "click.%s", q->click_id),
		.click_id = q->click_id,
		.created_at = TIME_NONE,
		.value = q->stage == STAGE_LEAD ? value : NULL,
	};
	struct lead made;
	enum fault e = lead_find(rq, &who, ret);

	if (e != FAULT_NOT_FOUND)
		return e;
	problem_reset(&rq->problem);
	e = lead_put(rq, &from, &in, &made);
	*ret = made.id;
	return e;
}

static enum fault
keep(struct rq *rq, const struct pixel_query *q)
{
	const struct money money = { q->value_minor, q->currency };
	const struct money *value = q->value_minor != J_NO_INT ? &money : NULL;
	const struct conversion_new in = {
		.external_id =
		    q->external_id != NULL
			? q->external_id
			: arena_printf(rq->arena, "%s.%s", q->click_id, lead_stage_names[q->stage]),
		.stage = q->stage,
		.occurred_at = TIME_NONE,
		.value = value,
	};
	struct conversion event;
	struct uuid lead;
	enum fault e = lead_of_click(rq, q, value, &lead);

	/* That it is a lead is said already. */
	if (e || q->stage == STAGE_LEAD)
		return e;
	e = conversion_put(rq, lead, &in, &event);
	if (e != FAULT_CONFLICT)
		return e;
	problem_reset(&rq->problem); /* another click's order: the first one has it */
	return FAULT_NONE;
}

static enum fault
wrong(struct rq *rq, const char *parameter, const char *detail)
{
	(void)rq_fail(rq, FAULT_BAD_QUERY, "Some query parameters are not acceptable.");
	return problem_add(&rq->problem, parameter, detail);
}

static enum fault
check(struct rq *rq, const struct pixel_query *q)
{
	unsigned char click[CLICK_ID_SIZE];

	if (!click_id_parse(str_of(q->click_id), click))
		return wrong(rq, "?click_id", "must be 16 characters of A-Z a-z 0-9 - _");
	if ((q->value_minor != J_NO_INT) != (q->currency != NULL))
		return wrong(rq, "?currency", "goes with value_minor, and it with it");
	return FAULT_NONE;
}

static enum fault
handle_pixel(struct rq *rq, struct call *call, void *reply)
{
	const struct pixel_query *q = call->query;
	enum fault e = check(rq, q);

	(void)reply;
	if (!e && !from_listed_page(call, rq->who))
		e = rq_fail(rq, FAULT_FORBIDDEN, "The site key is not for this page.");
	if (!e && !is_ahead(call))
		e = keep(rq, q);
	if (e)
		return e;
	http_header(call, "Cache-Control", "no-store");
	http_header(call, "Cross-Origin-Resource-Policy", "cross-origin");
	buf_put(http_raw(call, 200, "image/gif"), image, sizeof(image));
	return FAULT_NONE;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/t/pixel", .access = ACCESS_SITE_KEY, .rate = RATE_PUBLIC,
	  .query = &query_schema, .kind = REPLY_RAW, .reply_type = "image/gif", .handle = handle_pixel,
	  .name = "pixel_get", .summary = "Tell by an image that a click's visitor has got somewhere" },
};
/* clang-format on */

const struct route_table lead_pixel_routes = ROUTES("lead", rows);
