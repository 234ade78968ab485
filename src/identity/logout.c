/* SPDX-License-Identifier: Apache-2.0 */
/* logout.c - somebody signed out at the provider: OpenID Connect Back-Channel Logout 1.0. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/caller.h"
#include "rostra/log.h"
#include "rostra/logout_token.h"
#include "rostra/session.h"

#include "identity_int.h"

/* A company may name a provider's client more than once, as with and without accounts being made.
 */
enum { SIGNERS_MAX = 8 };
struct signers {
	struct provider_row rows[SIGNERS_MAX];
	size_t n;
};

static enum fault
add_signer(struct rq *rq, void *row, void *arg)
{
	struct signers *s = arg;

	(void)rq;
	s->rows[s->n++] = *(const struct provider_row *)row;
	return FAULT_NONE;
}

/* *why NULL: it is good. */
static enum fault
verify(struct rq *rq, const struct provider_row *p, struct str text, struct logout_token *out,
       const char **why)
{
	const struct id_token_rules rules = {
		.issuer = p->v.issuer,
		.client_id = p->v.client_id,
		.alg = (enum sig_alg)p->v.algorithm,
		.now_us = rq->now_us,
	};
	enum id_token_verdict v = ID_TOKEN_UNKNOWN_KEY;
	struct discovery d;
	bool good;
	enum fault e = discovery_get(rq, p, &d, &good);

	*why = "no keys are to be had";
	for (int again = 0; !e && good && v == ID_TOKEN_UNKNOWN_KEY && again < 2; again++) {
		struct jwks *keys;

		e = discovery_keys(rq, p, &d, again > 0, &keys);
		if (!e && keys != NULL)
			v = logout_token_verify(keys, text, &rules, rq->arena, out, why);
		jwks_free(&keys);
	}
	if (!e && v == ID_TOKEN_GOOD)
		*why = NULL;
	return e;
}

struct heeding {
	const struct signers *signers;
	const struct provider_row *p; /* the one that signed */
	const struct logout_token *token;
	bool replayed;
};

static enum fault
remember(struct rq *rq, struct heeding *h)
{
	enum { KEPT_S = ID_TOKEN_AGE_MAX_S + 2 * ID_TOKEN_SKEW_S };
	struct logout_token_row row = {
		.company_id = h->p->v.company_id,
		.provider_id = h->p->v.id,
		.expires_at = h->token->issued_us + KEPT_S * US_PER_S,
	};
	const struct sha256 digest = sha256_of(h->token->id, strlen(h->token->id));

	memcpy(row.jti_sha256, digest.b, sizeof(row.jti_sha256));
	return logout_token_sql_insert(rq, &row, &h->replayed);
}

static enum fault
end_sessions(struct rq *rq, const struct provider_row *p, const struct logout_token *t,
             struct uuid person)
{
	const struct code_revoking codes = {
		.company_id = p->v.company_id,
		.provider_id = p->v.id,
		.person_id = person,
		.provider_session = t->provider_session,
		.now = rq->now_us,
	};
	const struct session_of_provider those = { p->v.id, person, t->provider_session };
	enum fault e = code_sql_revoke(rq, &codes);

	return e ? e : session_end_of_provider(rq, &those);
}

static enum fault
heed_tx(struct rq *rq, void *arg)
{
	struct heeding *h = arg;
	struct identity_row who = { .company_id = h->p->v.company_id,
		                    .issuer = h->p->v.issuer,
		                    .subject = h->token->subject };
	bool known = true;
	enum fault e = remember(rq, h);

	if (!e && !h->replayed && h->token->subject != NULL)
		e = identity_sql_find(rq, &who, &known);
	/* Whoever was never here has nothing to end. */
	if (e || h->replayed || !known)
		return e;
	for (size_t i = 0; !e && i < h->signers->n; i++)
		e = end_sessions(rq, &h->signers->rows[i], h->token, who.person_id);
	return e;
}

static enum fault
heed(struct rq *rq, struct heeding *h)
{
	/* The provider speaks for the company. */
	const struct caller acting = { .kind = ACCESS_ADMIN,
		                       .role = ROLE_ADMIN,
		                       .company = h->p->v.company_id };
	const struct caller *before = rq->who;
	enum fault e;

	rq->who = &acting;
	e = db_tx(rq, heed_tx, h);
	rq->who = before;
	return e;
}

enum fault
logout_heed(struct rq *rq, const struct logout_notice *in)
{
	struct provider_signers wanted = { .slug = in->company, .limit = SIGNERS_MAX };
	struct signers *signers = arena_new(rq->arena, struct signers);
	struct logout_token token;
	struct heeding h = { .signers = signers, .token = &token };
	const char *why = "nobody of the company's could have signed it";
	unsigned tried = 0; /* algorithms: all of one issuer and client have the same keys */
	enum fault e = FAULT_NONE;

	signers->n = 0;
	if (logout_token_addressee(rq->arena, in->token, &wanted.issuer, &wanted.client_id))
		e = provider_sql_signers(rq, &wanted, add_signer, signers);
	for (size_t i = 0; !e && why != NULL && i < signers->n; i++) {
		const unsigned alg = 1U << (unsigned)signers->rows[i].v.algorithm;

		if ((tried & alg) != 0)
			continue;
		tried |= alg;
		h.p = &signers->rows[i];
		e = verify(rq, h.p, in->token, &token, &why);
	}
	if (!e && why == NULL)
		e = heed(rq, &h);
	if (!e && h.replayed)
		why = "it came before";
	if (e || why == NULL)
		return e;
	log_line(LOG_WARN, "identity", "a logout token was refused: %s", why);
	return rq_fail(rq, FAULT_BAD_REQUEST, "The logout token is not good.");
}
