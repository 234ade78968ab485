/* SPDX-License-Identifier: Apache-2.0 */
/* link_http.c - GET /r/{code}: the redirect, the click it leaves, the card for fetchers. */
#include <stdatomic.h>
#include <string.h>

#include "rostra/auth.h"
#include "rostra/crypto.h"
#include "rostra/metrics.h"

#include "link_int.h"

/* 13 months: the longest that European data protection authorities accept for an
 * audience-measurement cookie. */
enum { COOKIE_S = 395 * 86400 };

/* Everything of one hit between looking up its link and answering. */
struct visit_state {
	struct target target;
	struct str code;
	struct hit hit;
	enum click_fact fact;
	struct verdict verdict;
	const struct click_rules *rules; /* those in force when the hit came */
	struct address address;
	bool private_wish; /* Global Privacy Control or Do Not Track */
	enum visitor_cookie cookie;
	struct visit seen; /* of a human hit */
	struct click click;
	bool kept; /* the click is in the spool */
	char prefix[IP_PREFIX_SIZE];
};

static bool
param_is(const struct call *c, const char *name, const char *value)
{
	return str_is(http_param(c, name), value);
}

/* Is it an employee's own app?  Only a valid token of the link's company counts; anything else is a
 * stranger. */
static void
read_employee(struct rq *rq, const struct call *c, struct visit_state *v)
{
	struct str header = http_param(c, "HTTP_AUTHORIZATION"), token;
	struct caller who;
	const struct token_keys *keys;
	const char *why;

	if (header.n == 0 || !bearer_token(header, &token))
		return;
	keys = atomic_load(&rq->shared->keys);
	if (keys == NULL ||
	    !token_verify(keys, token, rq->conf->public_url, rq->now_us, rq->arena, &who, &why))
		return;
	v->hit.employee = uuid_eq(who.company, v->target.company);
	v->hit.sharer = v->hit.employee && uuid_eq(who.person, v->target.person);
}

static void
read_hit(struct rq *rq, const struct call *c, struct visit_state *v)
{
	v->hit = (struct hit){
		.head = param_is(c, "REQUEST_METHOD", "HEAD"),
		.has_language = http_param(c, "HTTP_ACCEPT_LANGUAGE").n > 0,
		.age_us = rq->now_us - v->target.created_us,
		.user_agent = http_param(c, "HTTP_USER_AGENT"),
		.sec_purpose = http_param(c, "HTTP_SEC_PURPOSE"),
		.purpose = http_param(c, "HTTP_PURPOSE"),
		.x_moz = http_param(c, "HTTP_X_MOZ"),
		.x_purpose = http_param(c, "HTTP_X_PURPOSE"),
	};
	v->address = address_parse(http_client_address(c));
	v->private_wish = param_is(c, "HTTP_SEC_GPC", "1") || param_is(c, "HTTP_DNT", "1");
	read_employee(rq, c, v);
	v->rules = atomic_load(&rq->shared->rules);
	v->fact = hit_fact(&v->hit);
	v->verdict = classify(v->rules, v->fact, v->hit.user_agent, &v->address);
}

/* The visitor of the company's cookie, where its policy has one and the visitor has not asked to be
 * left alone. */
static void
read_visitor(struct rq *rq, struct call *c, struct visit_state *v)
{
	unsigned char visitor[VISITOR_SIZE];
	char text[VISITOR_COOKIE_TEXT + 1];

	if (!v->target.visitor_cookie || v->private_wish || v->verdict.cls != CLICK_HUMAN)
		return;
	v->cookie = COOKIE_CAME;
	if (!visitor_cookie_read(rq->shared->cursor_key, http_param(c, "HTTP_COOKIE"), visitor)) {
		v->cookie = COOKIE_HANDED;
		visitor_cookie_make(rq->shared->cursor_key, visitor, text);
		http_header(c, "Set-Cookie",
		            "rv=%s; Max-Age=%d; Path=/r/; Secure; HttpOnly; SameSite=Lax", text,
		            COOKIE_S);
	}
	v->click.has_visitor = true;
	visitor_of_company(rq->shared->cursor_key, visitor, v->target.company, v->click.visitor);
}

/* Human as far as the request says: what do the last hour and seconds say? */
static void
judge_by_history(struct rq *rq, struct visit_state *v)
{
	struct visitor_key key = {
		.address = &v->address,
		.user_agent = v->hit.user_agent,
		.visitor = v->click.has_visitor ? v->click.visitor : NULL,
		.cookie = v->cookie,
		.code = v->code,
	};
	struct visit *seen = &v->seen;

	visits_note(rq->shared->visits, &key, rq->now_us, seen);
	memcpy(v->click.ip_hash, seen->ip_hash, sizeof(v->click.ip_hash));
	if (seen->has_first)
		memcpy(v->click.rclid, seen->first_id, CLICK_ID_SIZE);
	if (seen->duplicate) {
		v->fact = FACT_DUPLICATE;
	} else {
		memcpy(v->click.id, seen->first_id, CLICK_ID_SIZE);
		v->click.clicked_us = seen->first_us;
	}
	if (seen->cookieless && !seen->duplicate)
		v->fact = FACT_NO_COOKIE;
	if (seen->burst)
		v->fact = FACT_BURST;
	if (v->fact != FACT_NONE)
		v->verdict = classify(v->rules, v->fact, v->hit.user_agent, &v->address);
}

static void
judge(struct rq *rq, struct call *c, struct visit_state *v)
{
	struct visits *visits = rq->shared->visits;

	read_hit(rq, c, v);
	read_visitor(rq, c, v);
	v->click.clicked_us = rq->now_us;
	random_bytes(v->click.id, CLICK_ID_SIZE);
	memcpy(v->click.rclid, v->click.id, CLICK_ID_SIZE);
	if (visits == NULL)
		return;
	v->click.has_ip_hash = v->address.known;
	if (v->verdict.cls == CLICK_HUMAN)
		judge_by_history(rq, v);
	else if (v->address.known)
		visits_hash(visits, &v->address, rq->now_us, v->click.ip_hash);
}

/*
 * A click that cannot be kept does not keep the visitor from going on: the redirect is worth more
 * than the count.  It is counted as refused and logged by the spool.
 */
static void
keep_click(struct rq *rq, const struct call *c, struct visit_state *v)
{
	address_prefix(&v->address, v->prefix);
	v->click.company = v->target.company;
	v->click.share = v->target.share;
	v->click.cls = v->verdict.cls;
	v->click.fact = v->fact;
	v->click.rule_version = (uint16_t)(v->rules != NULL ? click_rules_version(v->rules) : 0);
	v->click.reason = str_of(v->verdict.reason);
	v->click.ip_prefix = str_of(v->prefix);
	v->click.user_agent = v->hit.user_agent;
	v->click.referrer = referrer_host(http_param(c, "HTTP_REFERER"));
	v->kept =
	    rq->shared->spool != NULL && spool_append(rq->shared->spool, &v->click) == SPOOL_OK;
	if (rq->shared->visits != NULL)
		visits_settle(rq->shared->visits, &v->seen, v->kept);
	metrics_add(rq->shared->metrics, v->kept ? METRIC_CLICKS : METRIC_CLICKS_REFUSED, 1);
}

/* --- answers ------------------------------------------------------------------------------- */

static void
no_store(struct call *c)
{
	http_header(c, "Cache-Control", "no-store");
	/* The destination's own analytics may know where its visitors come from, but not from https
	 * to http. */
	http_header(c, "Referrer-Policy", "no-referrer-when-downgrade");
}

static enum fault
answer_gone(struct call *c)
{
	no_store(c);
	card_gone(http_raw(c, 404, "text/html; charset=utf-8"));
	return FAULT_NONE;
}

static enum fault
answer_card(struct rq *rq, struct call *c, struct visit_state *v)
{
	enum fault e = link_card(rq, v->code, &v->target);

	if (e)
		return e;
	no_store(c);
	card_page(http_raw(c, 200, "text/html; charset=utf-8"), &v->target,
	          link_url(rq, v->code.s));
	return FAULT_NONE;
}

static enum fault
answer_redirect(struct rq *rq, struct call *c, const struct visit_state *v)
{
	char rclid[CLICK_ID_TEXT + 1] = "";
	struct str url;

	/* The id at the destination says that the click counts: one that is not kept has none. */
	if (v->target.track && (v->kept || v->fact == FACT_DUPLICATE))
		click_id_format(v->click.rclid, rclid);
	url = dest_url(rq->arena, &v->target, c->query_text, str_of(rclid));
	no_store(c);
	http_header(c, "Location", "%s", url.s);
	(void)http_raw(c, 302, NULL);
	return FAULT_NONE;
}

static enum fault
link_get(struct rq *rq, struct call *c, void *reply)
{
	struct visit_state v = { .code = str_of(c->text[0]) };
	enum fault e;

	(void)reply;
	if (!link_code_valid(v.code))
		return answer_gone(c);
	e = link_find(rq, v.code, &v.target);
	if (e)
		return e;
	if (!v.target.found || v.target.dead)
		return answer_gone(c);
	judge(rq, c, &v);
	keep_click(rq, c, &v);
	/* A post without a destination has its card to show, to people too. */
	if (v.verdict.cls == CLICK_PREVIEW || v.target.text[TARGET_BASE].n == 0)
		return answer_card(rq, c, &v);
	return answer_redirect(rq, c, &v);
}

#define LINK_ROUTE(meth, word, text)                                                               \
	{                                                                                          \
		.method = (meth), .path = "/r/{code}", .access = ACCESS_PUBLIC, .rate = RATE_NONE, \
		.flags = ROUTE_LINK_HOST | ROUTE_HEAD, .kind = REPLY_RAW,                          \
		.reply_type = "text/html", .handle = link_get, .name = (word), .summary = (text),  \
	}

static const struct route routes[] = {
	LINK_ROUTE(HTTP_GET, "link_get", "Follow a short link"),
	LINK_ROUTE(HTTP_HEAD, "link_head", "Where a short link leads"),
};

const struct route_table link_routes = ROUTES("link", routes);
