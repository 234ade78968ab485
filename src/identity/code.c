/* SPDX-License-Identifier: Apache-2.0 */
/* code.c - our one-time codes: made when the provider has answered, used up by the app. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/session.h"

#include "identity_int.h"

/* A code has no id: the digest's first half stands for it. */
static struct sealed_place
code_place(const struct code_row *c)
{
	struct sealed_place at = { .company = c->company_id,
		                   .table = "sign_in_code",
		                   .column = "id_token" };

	memcpy(at.row.b, c->code_sha256, sizeof(at.row.b));
	return at;
}

enum fault
make_code(struct rq *rq, const struct sign_in_row *s, struct uuid person, const struct said *said,
          const char **ret_code)
{
	struct code_row c = {
		.company_id = s->company_id,
		.person_id = person,
		.provider_id = s->provider_id,
		.provider_session = said->token.provider_session,
		.redirect_uri = s->redirect_uri,
		.code_challenge = s->code_challenge,
		.expires_at = rq->now_us + SIGN_IN_CODE_S * US_PER_S,
	};

	*ret_code = random_text(rq);
	set_digest(c.code_sha256, *ret_code);
	if (said->text.n <= ID_TOKEN_KEPT_MAX) {
		const struct sealed_place at = code_place(&c);

		c.id_token = identity_seal(rq, &at, said->text);
	}
	return code_sql_insert(rq, &c);
}

struct redeeming {
	const struct sign_in_grant *in;
	struct code_row code;
	bool good;
};

static bool
fits(struct rq *rq, const struct sign_in_grant *in, const struct code_row *c)
{
	const char *challenge = challenge_of(rq, in->code_verifier);

	return c->expires_at > rq->now_us && cstr_eq(c->redirect_uri, in->redirect_uri) &&
	       strlen(c->code_challenge) == CHALLENGE_CHARS &&
	       bytes_eq_ct(challenge, c->code_challenge, CHALLENGE_CHARS);
}

/* A code that comes twice was read by somebody else: RFC 6749 4.1.2. */
static enum fault
end_session(struct rq *rq, const struct code_row *c)
{
	const struct caller acting = { .kind = ACCESS_ADMIN,
		                       .role = ROLE_ADMIN,
		                       .company = c->company_id };
	const struct caller *before = rq->who;
	enum fault e;

	rq->who = &acting;
	e = session_end(rq, c->person_id, c->session_id, END_REUSE);
	rq->who = before;
	if (e != FAULT_NOT_FOUND)
		return e;
	problem_reset(&rq->problem); /* the session never began */
	return FAULT_NONE;
}

static enum fault
redeem_tx(struct rq *rq, void *arg)
{
	struct redeeming *r = arg;
	bool found;
	enum fault e =
	    code_sql_lock(rq, sha256_of(r->in->code, strlen(r->in->code)), &r->code, &found);

	r->good = false;
	if (e || !found)
		return e;
	if (!uuid_is_zero(r->code.session_id))
		return end_session(rq, &r->code);
	r->good = fits(rq, r->in, &r->code);
	/* Used up by a wrong verifier as well: whoever holds the code without it is not the app. */
	r->code.session_id = r->in->session;
	return code_sql_used(rq, &r->code);
}

/* From the code's row to the session's: what does not open is left behind. */
static struct str
move_id_token(struct rq *rq, const struct code_row *c, struct uuid session)
{
	const struct sealed_place from = code_place(c), to = session_place(c->company_id, session);
	const char *plain = identity_open(rq, &from, c->id_token);

	return plain == NULL ? (struct str){ NULL, 0 } : identity_seal(rq, &to, str_of(plain));
}

enum fault
sign_in_redeem(struct rq *rq, const struct sign_in_grant *in, struct sign_in_outcome *out)
{
	struct redeeming r = { .in = in };
	enum fault e = db_tx(rq, redeem_tx, &r);

	if (e)
		return e;
	if (!r.good)
		return rq_fail(rq, FAULT_GRANT, "The code is not good. Sign in again.");
	*out = (struct sign_in_outcome){
		.company = r.code.company_id,
		.person = r.code.person_id,
		.provider = r.code.provider_id,
		.provider_session = r.code.provider_session,
		.id_token = move_id_token(rq, &r.code, in->session),
	};
	return FAULT_NONE;
}

enum fault
sign_in_prune_run(struct rq *rq)
{
	enum { ROWS = 10000 };
	/* A day, so that a code that comes late is still known as used. */
	const struct identity_prune p = { rq->now_us - US_PER_DAY, ROWS };
	const struct identity_prune over = { rq->now_us, ROWS };
	enum fault e = sign_in_sql_prune(rq, &p);

	if (!e)
		e = logout_token_sql_prune(rq, &over);
	if (!e)
		e = sign_out_sql_prune(rq, &over);
	if (!e)
		e = client_key_sql_prune(rq, &over);
	if (!e)
		e = trial_sql_prune(rq, &over);
	return e ? e : code_sql_prune(rq, &p);
}
