/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.c - a session begins, goes on by refresh tokens, and ends.  A refresh token is 256 random
 * bits, kept as its digest.  The next one is an HMAC of it and a salt kept here: whoever repeats it
 * within the grace gets the same next one again, and neither the table nor the token alone gives it
 * away.
 */
#include <string.h>

#include "rostra/access.h"
#include "rostra/audit.h"
#include "rostra/conf.h"

#include "session_int.h"

const char *const session_method_names[] = { "operator", "oidc", NULL };
const char *const session_platform_names[PLATFORM__MAX + 1] = { "ios", "android", "web", "other",
	                                                        NULL };
const char *const session_end_names[END__MAX + 1] = {
	[END_PERSON] = "person",
	[END_OTHER_SESSION] = "other_session",
	[END_ADMIN] = "admin",
	[END_REUSE] = "reuse",
	[END_DEACTIVATION] = "deactivation",
	[END_OPERATOR] = "operator",
	[END_PROVIDER] = "provider",
	NULL,
};

bool
refresh_parse(const char *text, struct refresh_token *out)
{
	struct str rest = str_of(text);
	const size_t prefix = sizeof(REFRESH_PREFIX) - 1;
	size_t n;

	if (!str_starts(rest, STR(REFRESH_PREFIX)))
		return false;
	rest = (struct str){ rest.s + prefix, rest.n - prefix };
	return base64url_decode(rest, out->b, sizeof(out->b), &n) && n == sizeof(out->b);
}

static const char *
token_text(struct arena *a, const struct refresh_token *t)
{
	char *text = arena_alloc(a, REFRESH_TEXT_MAX, 1);

	memcpy(text, REFRESH_PREFIX, sizeof(REFRESH_PREFIX));
	base64url_encode(t->b, sizeof(t->b), text + sizeof(REFRESH_PREFIX) - 1);
	return text;
}

static struct refresh_token
next_token(const struct refresh_token *t, const unsigned char salt[REFRESH_SALT])
{
	struct sha256 mac = hmac_sha256(t->b, sizeof(t->b), salt, REFRESH_SALT);
	struct refresh_token next;

	memcpy(next.b, mac.b, sizeof(next.b));
	return next;
}

static struct refresh_row
row_of(const struct rq *rq, const struct session_row *s, const struct refresh_token *t)
{
	struct refresh_row row = {
		.company_id = s->company_id,
		.session_id = s->id,
		.generation = s->generation,
		.created_at = rq->now_us,
	};
	struct sha256 digest = sha256_of(t->b, sizeof(t->b));

	memcpy(row.token_sha256, digest.b, sizeof(row.token_sha256));
	return row;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
hand_out(struct rq *rq, const struct token_keys *keys, const struct session_row *s, enum role role,
         const struct refresh_token *t, struct session_tokens *out)
{
	const int64_t until = sooner(rq->now_us + TOKEN_LIFETIME_S * US_PER_S, s->expires_at);
	const struct token_claims claims = {
		.company = s->company_id,
		.person = s->person_id,
		.session = s->id,
		.role = role,
		.issued_us = rq->now_us,
		.expires_us = until,
		.issuer = rq->conf->public_url,
	};

	*out = (struct session_tokens){
		.session_id = s->id,
		.person_id = s->person_id,
		.access_token = token_mint(keys, &claims, rq->arena),
		.refresh_token = token_text(rq->arena, t),
		.access_s = (until - rq->now_us) / US_PER_S,
		.refresh_expires_at =
		    sooner(rq->now_us + SESSION_IDLE_DAYS * US_PER_DAY, s->expires_at),
	};
}

/* Is the person in?  By the same look as every request, without its session. */
static enum fault
role_of(struct rq *rq, struct uuid company, struct uuid person, enum role *ret_role, bool *ret_in)
{
	struct caller who = { .kind = ACCESS_MEMBER, .company = company, .person = person };
	enum fault e = access_person(rq, &who);

	*ret_in = e == FAULT_NONE;
	*ret_role = who.role;
	if (e != FAULT_UNAUTHENTICATED)
		return e;
	problem_reset(&rq->problem);
	return FAULT_NONE;
}

/* What is known of where the device is, now that it is used. */
static void
set_place(struct session_row *s, const struct place *at)
{
	const bool known = at != NULL;

	s->last_used_country = known && at->country[0] != '\0' ? at->country : NULL;
	s->last_used_city = known && at->city[0] != '\0' ? at->city : NULL;
}

struct opening {
	struct session_row session;
	struct refresh_row refresh;
};

static enum fault
open_tx(struct rq *rq, void *arg)
{
	const struct opening *o = arg;
	const struct audit_change changes[] = { { "method", NULL,
		                                  session_method_names[o->session.method] } };
	const struct audit_deed deed = {
		.action = "session.started",
		.kind = AUDIT_SESSION,
		.object = o->session.id,
		.person = o->session.person_id,
		AUDIT_CHANGES(changes),
	};
	enum fault e = session_sql_insert(rq, &o->session);

	if (!e)
		e = refresh_sql_insert(rq, &o->refresh);
	return e ? e : audit_put(rq, &deed);
}

enum fault
session_open(struct rq *rq, const struct token_keys *keys, const struct session_new *in,
             struct session_tokens *out)
{
	struct opening o = { .session = {
				 .company_id = rq_company(rq),
				 .id = uuid_is_zero(in->id) ? uuid_v7(rq->now_us) : in->id,
				 .person_id = in->person,
				 .method = (int)in->method,
				 .platform = in->platform,
				 .device_name = in->device_name,
				 .app_version = in->app_version,
				 .provider_id = in->provider,
				 .provider_session = in->provider_session,
				 .id_token = in->id_token,
				 .generation = 1,
				 .created_at = rq->now_us,
				 .expires_at = rq->now_us + SESSION_DAYS * US_PER_DAY,
			     } };
	struct refresh_token t;
	enum role role;
	bool person_in;
	enum fault e = role_of(rq, o.session.company_id, in->person, &role, &person_in);

	if (!e && !person_in)
		return rq_fail(rq, FAULT_CONFLICT, "The person or the company is not active.");
	if (e)
		return e;
	set_place(&o.session, in->at);
	o.session.created_country = o.session.last_used_country;
	o.session.created_city = o.session.last_used_city;
	random_bytes(t.b, sizeof(t.b));
	o.refresh = row_of(rq, &o.session, &t);
	e = db_tx(rq, open_tx, &o);
	if (!e)
		hand_out(rq, keys, &o.session, role, &t, out);
	return e;
}

/* --- going on ----------------------------------------------------------------------------------
 */

enum verdict { REFUSED, REUSED, REPEATED, ROTATED };

struct refreshing {
	struct refresh_token token, next;
	const char *app_version;
	const struct place *at;
	struct session_row session;
	enum role role;
	enum verdict verdict;
};

static bool
is_over(const struct rq *rq, const struct session_row *s)
{
	return s->ended_at != TIME_NONE || s->expires_at <= rq->now_us ||
	       s->last_used_at + SESSION_IDLE_DAYS * US_PER_DAY <= rq->now_us;
}

static enum verdict
judge(const struct rq *rq, const struct session_row *s, int64_t generation)
{
	if (is_over(rq, s))
		return REFUSED;
	if (generation == s->generation)
		return ROTATED;
	/* The next one is unused, or the session would have gone further. */
	if (generation + 1 == s->generation &&
	    rq->now_us - s->rotated_at <= SESSION_GRACE_S * US_PER_S)
		return REPEATED;
	return REUSED;
}

static enum fault
rotate(struct rq *rq, struct refreshing *r)
{
	struct session_row *s = &r->session;
	struct refresh_row row;
	enum fault e;

	random_bytes(s->salt, sizeof(s->salt));
	r->next = next_token(&r->token, s->salt);
	s->generation++;
	s->rotated_at = rq->now_us;
	s->app_version = r->app_version;
	set_place(s, r->at);
	row = row_of(rq, s, &r->next);
	e = refresh_sql_insert(rq, &row);
	return e ? e : session_sql_rotate(rq, s);
}

enum fault
session_limit(struct rq *rq, struct uuid company, struct uuid person)
{
	enum fault e = http_limit(rq, "token", person, rq->conf->rate_sign_in_per_min);

	return e ? e : http_limit(rq, "token", company, rq->conf->rate_company_sign_in_per_min);
}

/* The session's row is held first: of several that come at once, one rotates and the others see it.
 */
static enum fault
refresh_tx(struct rq *rq, void *arg)
{
	struct refreshing *r = arg;
	struct refresh_row row = { .generation = 0 };
	bool found, person_in;
	enum fault e =
	    refresh_sql_find(rq, sha256_of(r->token.b, sizeof(r->token.b)), &row, &found);

	r->verdict = REFUSED;
	if (e || !found)
		return e;
	e = session_sql_lock(rq, row.company_id, row.session_id, &r->session);
	if (!e)
		e = session_limit(rq, row.company_id, r->session.person_id);
	if (!e)
		e = role_of(rq, row.company_id, r->session.person_id, &r->role, &person_in);
	if (e || !person_in)
		return e;
	r->verdict = judge(rq, &r->session, row.generation);
	/* Who has waited so long itself (a stopped process) is no sign of a thief: the phone has
	 * gone on. */
	if (r->verdict == REUSED && rq->deadline_us > 0 && clock_monotonic_us() > rq->deadline_us)
		return rq_fail(rq, FAULT_BUSY, "The server was too slow. Try again.");
	if (r->verdict == ROTATED)
		return rotate(rq, r);
	if (r->verdict == REPEATED)
		r->next = next_token(&r->token, r->session.salt);
	return r->verdict == REUSED ? session_end_reused(rq, &r->session) : FAULT_NONE;
}

enum fault
session_refresh(struct rq *rq, const struct token_keys *keys, const char *token,
                const char *app_version, const struct place *at, struct session_tokens *out)
{
	struct refreshing r = { .app_version = app_version, .at = at };
	enum fault e = FAULT_NONE;

	r.verdict = REFUSED;
	if (refresh_parse(token, &r.token))
		e = db_tx(rq, refresh_tx, &r);
	if (!e && r.verdict == REUSED)
		problem_internal(&rq->problem, "a used refresh token came back");
	if (!e && (r.verdict == REFUSED || r.verdict == REUSED))
		return rq_fail(rq, FAULT_GRANT, "The refresh token is not good. Sign in again.");
	if (!e)
		hand_out(rq, keys, &r.session, r.role, &r.next, out);
	secret_wipe(&r, sizeof(r));
	return e;
}

/* --- showing -----------------------------------------------------------------------------------
 */

enum fault
session_each(struct rq *rq, struct uuid person, struct uuid below, int64_t limit, db_row_fn *fn,
             void *arg)
{
	const struct session_page page = {
		.company_id = rq_company(rq),
		.person_id = person,
		.below = below,
		.now = rq->now_us,
		.idle_since = rq->now_us - SESSION_IDLE_DAYS * US_PER_DAY,
		.limit = limit,
	};

	return session_sql_page(rq, &page, fn, arg);
}

/* Kept for a month after the last moment, so that a late token is still known.  Tokens first: none
 * is without its session. */
enum { PRUNE_AFTER_DAYS = 30, PRUNE_BATCH = 500, PRUNE_BATCHES_MAX = 100 };

enum fault
session_prune_run(struct rq *rq)
{
	const struct session_prune p = { rq->now_us - PRUNE_AFTER_DAYS * US_PER_DAY, PRUNE_BATCH };
	uint64_t n = PRUNE_BATCH;
	enum fault e = FAULT_NONE;

	for (int i = 0; !e && n == PRUNE_BATCH && i < PRUNE_BATCHES_MAX; i++) {
		e = session_sql_prune_tokens(rq, &p, NULL);
		if (!e)
			e = session_sql_prune(rq, &p, &n);
	}
	return e;
}
