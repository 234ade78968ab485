/* SPDX-License-Identifier: Apache-2.0 */
/* company_http.c - the company over HTTP: what an app asks before anybody signs in, and its
 * settings. */
#include "rostra/conf.h"
#include "rostra/identity.h"
#include "rostra/network.h"
#include "rostra/sums.h"
#include "rostra/text.h"
#include "rostra/zones.h"

#include "people_int.h"

/* clang-format off */
struct config_query {
	const char *company;
};
static const struct j_field config_query_fields[] = {
	J_TEXT(struct config_query, company, J_REQUIRED, 1, 32, .help = "The company's slug"),
};
static const struct j_schema config_query_schema = J_SCHEMA("config_query", struct config_query, config_query_fields);

static const char *const feature_words[] = { "feed",   "shares",   "leads",   "reports", "sync",      "kudos",         "points",
	                                    "boards", "contests", "badges",  "rewards", "mentoring", "notifications", NULL };

struct config_view {
	struct company_row c;
	const char        *api_url, *link_url, *sign_in_url;
	uint32_t           features, networks;
};
static const struct j_field config_fields[] = {
	{ .name = "company", .type = J_STRING, .off = J_OFF(struct config_view, c.slug, const char *) },
	{ .name = "name", .type = J_STRING, .off = J_OFF(struct config_view, c.name, const char *) },
	{ .name = "language", .type = J_STRING, .off = J_OFF(struct config_view, c.language, const char *) },
	{ .name = "time_zone", .type = J_STRING, .off = J_OFF(struct config_view, c.time_zone, const char *) },
	{ .name = "currency", .type = J_STRING, .off = J_OFF(struct config_view, c.currency, const char *) },
	{ .name = "brand_color", .type = J_STRING, .off = J_OFF(struct config_view, c.brand_color, const char *) },
	{ .name = "logo_url", .type = J_STRING, .off = J_OFF(struct config_view, c.logo_url, const char *), .flags = J_NULLABLE },
	{ .name = "min_app_version", .type = J_STRING, .off = J_OFF(struct config_view, c.min_app_version, const char *), .flags = J_NULLABLE,
	  .help = "Older apps are answered 403 client_upgrade_required" },
	J_TEXT(struct config_view, api_url, 0, 0, 0),
	J_TEXT(struct config_view, link_url, 0, 0, 0),
	J_TEXT(struct config_view, sign_in_url, J_NULLABLE, 0, 0, .help = "Where sign-in starts: add redirect_uri, state and code_challenge; null: no provider is on"),
	J_WORDS(struct config_view, features, 0, feature_words),
	J_WORDS(struct config_view, networks, 0, network_names),
};
static const struct j_schema config_schema = J_SCHEMA("config", struct config_view, config_fields);

static const struct j_field company_fields[] = {
	J_ID(struct company_row, id, 0),
	J_TEXT(struct company_row, slug, 0, 1, 32),
	J_TEXT(struct company_row, name, 0, 1, 120),
	J_TEXT(struct company_row, time_zone, 0, 1, 64),
	J_TEXT(struct company_row, currency, J_CURRENCY, 3, 3),
	J_TEXT(struct company_row, language, 0, 1, 16),
	J_TEXT(struct company_row, brand_color, 0, 7, 7),
	J_TEXT(struct company_row, logo_url, J_NULLABLE, 0, 500),
	J_TEXT(struct company_row, min_app_version, J_NULLABLE, 0, 16),
	J_INT64(struct company_row, lookback_days, 0, 0, 0, 0, .help = "Days before a conversion in which touches count"),
	J_BOOLEAN(struct company_row, visitor_cookie, 0, false, .help = "Policy: a signed cookie on the link host"),
	J_INT64(struct company_row, version, 0, 0, 0, 0),
};
static const struct j_schema company_schema = J_SCHEMA("company", struct company_row, company_fields);

struct company_patch {
	uint64_t    has;
	int64_t     version, lookback_days;
	const char *name, *time_zone, *currency, *language, *brand_color, *logo_url, *min_app_version;
	bool        visitor_cookie;
};
static const struct j_field company_patch_fields[] = {
	J_INT64(struct company_patch, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_TEXT(struct company_patch, name, J_TRIM, 1, 120),
	J_TEXT(struct company_patch, time_zone, J_ZONE, 1, 64, .help = "Points count its days from the end of the running one on"),
	J_TEXT(struct company_patch, currency, J_CURRENCY, 3, 3),
	J_TEXT(struct company_patch, language, J_LANG, 1, 16),
	J_TEXT(struct company_patch, brand_color, 0, 7, 7, .help = "#rrggbb"),
	J_TEXT(struct company_patch, logo_url, J_NULLABLE | J_URL, 1, 500),
	J_TEXT(struct company_patch, min_app_version, J_NULLABLE, 1, 16, .help = "Numbers and dots, as 2.4.1"),
	J_INT64(struct company_patch, lookback_days, 0, 1, 730, 30),
	J_BOOLEAN(struct company_patch, visitor_cookie, 0, false),
};
static const struct j_schema company_patch_schema = J_SCHEMA_HAS("company_patch", struct company_patch, company_patch_fields);
/* clang-format on */

static enum fault
config_get(struct rq *rq, struct call *call, void *reply)
{
	const struct config_query *q = call->query;
	struct config_view *v = reply;
	enum fault e = company_sql_by_slug(rq, q->company, &v->c);
	bool sign_in = false;

	if (!e && v->c.state != COMPANY_ACTIVE)
		e = FAULT_NOT_FOUND;
	if (e == FAULT_NOT_FOUND)
		return rq_fail(rq, e, "No such company.");
	if (!e)
		e = sign_in_offered(rq, v->c.slug, &sign_in);
	if (sign_in)
		v->sign_in_url = arena_printf(rq->arena, "%s/v1/auth/start?company=%s",
		                              rq->conf->public_url, v->c.slug);
	v->api_url = rq->conf->public_url;
	v->link_url = rq->conf->link_url;
	v->features = (UINT32_C(1) << (sizeof(feature_words) / sizeof(feature_words[0]) - 1)) - 1;
	v->networks = (UINT32_C(1) << NETWORK__MAX) - 1;
	return e;
}

static enum fault
company_get(struct rq *rq, struct call *call, void *reply)
{
	(void)call;
	return company_sql_get(rq, rq_company(rq), reply);
}

static bool
color_valid(struct str s)
{
	unsigned char bytes[3];

	return s.n == 7 && s.s[0] == '#' &&
	       hex_decode((struct str){ s.s + 1, 6 }, bytes, sizeof(bytes));
}

static bool
version_valid(struct str s)
{
	struct str part;
	int64_t n;
	int parts = 0;

	while (str_split(&s, '.', &part)) {
		if (++parts > 4 || !str_int64(part, &n) || n < 0)
			return false;
	}
	return parts > 0;
}

static enum fault
check(struct rq *rq, const struct company_patch *in)
{
	if (in->brand_color != NULL && !color_valid(str_of(in->brand_color)))
		(void)problem_add(&rq->problem, "#/brand_color",
		                  "must be a colour such as #1b3a57");
	if (in->min_app_version != NULL && !version_valid(str_of(in->min_app_version)))
		(void)problem_add(&rq->problem, "#/min_app_version",
		                  "must be numbers and dots, such as 2.4.1");
	return rq->problem.code;
}

static void
merge(struct company_row *row, const struct company_patch *in)
{
	const struct j_schema *s = &company_patch_schema;

	if (in->name != NULL)
		row->name = in->name;
	if (in->time_zone != NULL)
		row->time_zone = in->time_zone;
	if (in->currency != NULL)
		row->currency = in->currency;
	if (in->language != NULL)
		row->language = in->language;
	if (in->brand_color != NULL)
		row->brand_color = in->brand_color;
	if (j_has(s, in, "logo_url"))
		row->logo_url = in->logo_url;
	if (j_has(s, in, "min_app_version"))
		row->min_app_version = in->min_app_version;
	if (j_has(s, in, "lookback_days"))
		row->lookback_days = in->lookback_days;
	if (j_has(s, in, "visitor_cookie"))
		row->visitor_cookie = in->visitor_cookie;
}

struct patching {
	const struct company_patch *in;
	struct company_row *row;
};

static enum fault
patch_tx(struct rq *rq, void *arg)
{
	const struct patching *p = arg;
	struct company_row row;
	const char *zone;
	int64_t window;
	uint64_t n;
	enum fault e = company_sql_get(rq, rq_company(rq), &row);

	if (e)
		return e;
	window = row.lookback_days;
	zone = row.time_zone;
	merge(&row, p->in);
	row.version = p->in->version;
	e = company_sql_update(rq, &row, &n);
	if (e)
		return e;
	if (n == 0)
		return rq_fail(rq, FAULT_VERSION_CONFLICT,
		               "Somebody else changed the company first.");
	row.version++;
	*p->row = row;
	if (!cstr_eq(row.time_zone, zone))
		e = zones_changed(rq, zone, row.time_zone);
	return !e && row.lookback_days != window ? sums_mark_windows(rq) : e;
}

static enum fault
company_patch(struct rq *rq, struct call *call, void *reply)
{
	struct patching p = { call->body, reply };
	enum fault e = check(rq, p.in);

	return e ? e : db_tx(rq, patch_tx, &p);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/config", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC,
	  .query = &config_query_schema, .kind = REPLY_OBJECT, .reply = &config_schema, .handle = config_get,
	  .name = "config_get", .summary = "What an app needs before anybody signs in" },
	{ .method = HTTP_GET, .path = "/v1/company", .access = ACCESS_ADMIN, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &company_schema, .handle = company_get, .name = "company_get", .summary = "The company's settings" },
	{ .method = HTTP_PATCH, .path = "/v1/company", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &company_patch_schema, .kind = REPLY_OBJECT, .reply = &company_schema, .handle = company_patch,
	  .name = "company_patch", .summary = "Change the company's settings" },
};
/* clang-format on */

const struct route_table company_routes = ROUTES("company", rows);
