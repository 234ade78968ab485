/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in_http.c - the two stops of a browser that signs in. */
#include "sign_in_http.h"

#include "rostra/caller.h"
#include "rostra/conf.h"

/* clang-format off */
static const char *const method_names[] = { "S256", NULL };
struct start_query {
	const char *company, *email, *redirect_uri, *state, *code_challenge;
	int         code_challenge_method;
	struct uuid provider;
};
static const struct j_field start_fields[] = {
	J_TEXT(struct start_query, company, 0, 1, 63, .help = "Its slug; required without email"),
	J_TEXT(struct start_query, email, J_PII, 3, 254, .help = "Whose sign-in it is: its domain says which provider, and the provider is told it"),
	J_TEXT(struct start_query, redirect_uri, J_REQUIRED, 1, URI_MAX, .help = "Where the app waits; registered with the operator"),
	J_TEXT(struct start_query, state, J_REQUIRED, 8, APP_STATE_MAX, .help = "Comes back with the answer"),
	J_TEXT(struct start_query, code_challenge, J_REQUIRED, CHALLENGE_CHARS, CHALLENGE_CHARS, .help = "RFC 7636, S256"),
	J_WORD(struct start_query, code_challenge_method, J_REQUIRED, method_names, -1),
	J_ID(struct start_query, provider, 0, .help = "One of several; absent: the company's first"),
};
const struct j_schema sign_in_start_schema = J_SCHEMA("sign_in_start", struct start_query, start_fields);

struct find_query {
	const char *email;
};
static const struct j_field find_fields[] = {
	J_TEXT(struct find_query, email, J_REQUIRED | J_PII, 3, 254, .help = "Its domain alone counts"),
};
const struct j_schema providers_find_query = J_SCHEMA("providers_find", struct find_query, find_fields);

static const struct j_field hit_fields[] = {
	J_TEXT(struct provider_hit, company, J_REQUIRED, 1, 63, .help = "Its slug"),
	J_TEXT(struct provider_hit, company_name, J_REQUIRED, 1, 200),
	J_ID(struct provider_hit, id, J_REQUIRED, .help = "For the start of a sign-in: provider"),
	J_TEXT(struct provider_hit, name, J_REQUIRED, 1, 120),
};
const struct j_schema provider_hit_schema = J_SCHEMA("sign_in_provider", struct provider_hit, hit_fields);
/* clang-format on */

/* Only the API may set it, for its own paths, and only over TLS: RFC 6265bis 4.1.3.2.  A test on
 * loopback has no TLS. */
static const char *
cookie_name(const struct rq *rq)
{
	return str_starts(str_of(rq->conf->public_url), STR("https://")) ? "__Host-rostra_sign_in"
	                                                                 : "rostra_sign_in";
}

void
set_sign_in_cookie(struct rq *rq, struct call *c, const char *value, int seconds)
{
	const bool secure = str_starts(str_of(cookie_name(rq)), STR("__Host-"));

	http_header(c, "Set-Cookie", "%s=%s; Max-Age=%d; Path=/; %sHttpOnly; SameSite=Lax",
	            cookie_name(rq), value, seconds, secure ? "Secure; " : "");
}

static struct str
read_cookie(struct rq *rq, const struct call *c)
{
	struct str rest = http_param(c, "HTTP_COOKIE"), one;
	const struct str name = str_of(cookie_name(rq));

	while (rest.n > 0 && str_split(&rest, ';', &one)) {
		one = str_trim(one);
		if (str_starts(one, name) && one.n > name.n && one.s[name.n] == '=')
			return (struct str){ one.s + name.n + 1, one.n - name.n - 1 };
	}
	return (struct str){ NULL, 0 };
}

enum fault
send_on(struct call *c, const char *location)
{
	http_header(c, "Cache-Control", "no-store");
	http_header(c, "Location", "%s", location);
	(void)http_raw(c, 302, NULL);
	return FAULT_NONE;
}

bool
printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text <= 0x20 || *text >= 0x7f)
			return false;
	}
	return true;
}

static enum fault
bad_query(struct rq *rq, const char *pointer, const char *detail)
{
	(void)problem_add(&rq->problem, pointer, detail);
	rq->problem.code = FAULT_BAD_QUERY;
	return FAULT_BAD_QUERY;
}

/* Whoever cannot be sent back safely is not sent anywhere. */
static enum fault
check_start(struct rq *rq, const struct start_query *q)
{
	unsigned char challenge[32];
	enum fault e = FAULT_NONE;
	size_t n;

	if (!printable(q->redirect_uri) ||
	    !redirect_uri_registered(rq->conf->app_redirect_uris, q->redirect_uri))
		e = bad_query(rq, "?redirect_uri", "is not registered");
	if (!printable(q->state))
		e = bad_query(rq, "?state", "must be printable ASCII");
	if (q->company == NULL && q->email == NULL)
		e = bad_query(rq, "?company", "is required without email");
	if (q->email != NULL && (!printable(q->email) || email_domain(rq, q->email) == NULL))
		e = bad_query(rq, "?email", "must be an e-mail address");
	if (!base64url_decode(str_of(q->code_challenge), challenge, sizeof(challenge), &n) ||
	    n != sizeof(challenge))
		e = bad_query(rq, "?code_challenge", "must be the base64url form of a SHA-256");
	return e;
}

enum fault
handle_auth_start(struct rq *rq, struct call *call, void *reply)
{
	const struct start_query *q = call->query;
	const struct sign_in_start in = {
		.company = q->company,
		.email = q->email,
		.redirect_uri = q->redirect_uri,
		.state = q->state,
		.code_challenge = q->code_challenge,
		.provider = q->provider,
	};
	struct sign_in_step step;
	enum fault e = check_start(rq, q);

	(void)reply;
	if (!e)
		e = sign_in_begin(rq, &in, &step);
	if (e)
		return e;
	if (step.cookie != NULL)
		set_sign_in_cookie(rq, call, step.cookie, SIGN_IN_S);
	return send_on(call, step.location);
}

bool
form_once(struct rq *rq, struct str form, const char *name, struct str *out)
{
	struct str rest = form, one, word;
	size_t seen = 0;

	while (rest.n > 0 && str_split(&rest, '&', &one)) {
		if (str_split(&one, '=', &word) && str_is(word, name))
			seen++;
	}
	*out = (struct str){ NULL, 0 };
	if (seen == 1)
		return query_get(rq->arena, form, name, out);
	return seen == 0;
}

enum fault
page_of(struct call *c, int status, const char *title, const char *text)
{
	struct buf *b;

	http_header(c, "Cache-Control", "no-store");
	b = http_raw(c, status, "text/html; charset=utf-8");
	buf_printf(
	    b,
	    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
	    "content=\"width=device-width\"><title>%s</title><h1>%s</h1><p>%s</p></html>\n",
	    title, title, text);
	return FAULT_NONE;
}

static enum fault
lost(struct call *c)
{
	return page_of(c, 404, "This sign-in is over",
	               "It took too long, was finished before, or was begun in another browser. Go "
	               "back to the app and start again.");
}

enum fault
handle_auth_callback(struct rq *rq, struct call *call, void *reply)
{
	struct sign_in_answer in = { .browser = read_cookie(rq, call) };
	struct sign_in_step step;
	enum fault e;

	(void)reply;
	if (!form_once(rq, call->query_text, "state", &in.state) ||
	    !form_once(rq, call->query_text, "code", &in.code) ||
	    !form_once(rq, call->query_text, "error", &in.error) ||
	    !form_once(rq, call->query_text, "iss", &in.issuer))
		return lost(call);
	e = sign_in_end(rq, &in, &step);
	if (e)
		return e;
	if (step.location == NULL && !step.trial)
		return lost(call);
	set_sign_in_cookie(rq, call, "", 0);
	if (step.location == NULL)
		return page_of(call, 200, "The test is done",
		               "Nobody was signed in by it. Its outcome is where it was begun.");
	return send_on(call, step.location);
}

static enum fault
put_hit(struct rq *rq, void *row, void *arg)
{
	const struct provider_hit *hit = row;

	(void)page_add(rq, arg, hit, (struct page_key){ .id = hit->id });
	return FAULT_NONE;
}

enum fault
handle_providers_find(struct rq *rq, struct call *call, void *reply)
{
	const struct find_query *q = call->query;
	const struct domain_search in = { .domain = email_domain(rq, q->email),
		                          .above =
		                              call->after ? call->key.id : (struct uuid){ { 1 } },
		                          .limit = call->limit + 1 };

	(void)reply;
	if (in.domain == NULL)
		return bad_query(rq, "?email", "must be an e-mail address");
	return domain_sql_each(rq, &in, put_hit, call);
}
