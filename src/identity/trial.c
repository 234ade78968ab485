/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial.c - an admin signs in to see what a draft of claims would do, before it counts, at a
 * provider that may still be off.  It is done by the same code as a sign-in, in a transaction that
 * is taken back; nobody gets tokens of it.
 */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/buf.h"
#include "rostra/caller.h"
#include "rostra/conf.h"

#include "identity_int.h"

enum fault
trial_begin(struct rq *rq, struct uuid provider, struct trial_row *out, const char **ret_url)
{
	const char *ticket = random_text(rq);
	struct provider_row p;
	enum fault e = provider_sql_get(rq, rq_company(rq), provider, &p);

	if (!e)
		e = http_limit(rq, "trial", p.v.company_id, TRIALS_PER_MIN);
	*out = (struct trial_row){ .company_id = rq_company(rq),
		                   .id = uuid_v7(rq->now_us),
		                   .provider_id = provider,
		                   .person_id = rq->who->person,
		                   .created_at = rq->now_us,
		                   .expires_at = rq->now_us + TRIAL_S * US_PER_S };
	set_digest(out->ticket_sha256, ticket);
	*ret_url =
	    arena_printf(rq->arena, "%s/v1/auth/test?ticket=%s", rq->conf->public_url, ticket);
	return e ? e : trial_sql_insert(rq, out);
}

enum fault
trial_get(struct rq *rq, struct uuid provider, struct uuid id, struct trial_view *out)
{
	const struct trial_row key = { .company_id = rq_company(rq),
		                       .provider_id = provider,
		                       .id = id };
	struct trial_row t;
	enum fault e = trial_sql_get(rq, &key, &t);

	if (!e && t.expires_at <= rq->now_us)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	if (!e)
		*out = (struct trial_view){ .id = t.id,
			                    .expires_at = t.expires_at,
			                    .outcome = str_of(t.outcome) };
	return e;
}

/* --- the outcome ---------------------------------------------------------------------------------
 */

static enum fault
finish(struct rq *rq, const struct trial_row *t, const struct trial_outcome *o)
{
	struct trial_row row = *t;
	struct buf b = { 0 };
	enum fault e;

	json_encode(&b, &trial_outcome_schema, o);
	row.outcome = arena_copy(rq->arena, b.s, b.n);
	buf_free(&b);
	e = trial_sql_finish(rq, &row);
	return e;
}

enum fault
trial_failed(struct rq *rq, const struct trial_row *t, const char *error, const char *why)
{
	const struct trial_outcome o = {
		.verdict = TRIAL_FAILED, .found_by = -1, .error = error, .reason = why
	};

	return finish(rq, t, &o);
}

struct claims {
	struct rq *rq;
	const struct json_doc *d;
	struct trial_claim *list;
	size_t n;
};

static bool
keep_claim(const char *name, void *arg)
{
	struct claims *c = arg;
	struct buf b = { 0 };

	json_doc_put(&b, c->d, name);
	c->list[c->n++] = (struct trial_claim){ arena_strdup(c->rq->arena, name),
		                                { arena_copy(c->rq->arena, b.s, b.n), b.n } };
	buf_free(&b);
	return true;
}

static struct j_list
all_claims(struct rq *rq, const struct id_token *token)
{
	struct json_doc *d = json_doc_parse(token->payload, ID_TOKEN_DEPTH);
	struct claims c = { .rq = rq, .d = d };

	if (d == NULL)
		return (struct j_list){ NULL, 0 };
	c.list = arena_array(rq->arena, json_doc_size(d) + 1, struct trial_claim);
	json_doc_names(d, keep_claim, &c);
	json_doc_free(&d);
	return (struct j_list){ c.list, c.n };
}

struct judging {
	const struct provider_row *p;
	const struct id_token *token;
	struct account account;
	struct person_view person;
	int role_before;
	bool done;
};

/* Who it is can be known only by doing it: the role of before is read when it is undone. */
static enum fault
judge_tx(struct rq *rq, void *arg)
{
	struct judging *j = arg;
	struct claim_map map;
	enum fault e = claim_map_get(rq, j->p, CLAIMS_DRAFT, &map);

	j->done = false;
	map.is_set = true;
	if (!e)
		e = account_settle(rq, j->p, &map, j->token, &j->account);
	if (!e && j->account.found != FOUND_NOBODY)
		e = person_look(rq, j->account.person, &j->person);
	j->done = e == FAULT_NONE;
	return e ? e : FAULT_CONFLICT; /* so that it is taken back */
}

static enum fault
judge(struct rq *rq, struct judging *j)
{
	struct person_view before;
	enum fault e = db_tx(rq, judge_tx, j);

	if (j->done) {
		problem_reset(&rq->problem);
		e = FAULT_NONE;
	}
	j->role_before = -1;
	if (e || j->account.found == FOUND_NOBODY || j->account.found == FOUND_MADE)
		return e;
	e = person_look(rq, j->account.person, &before);
	j->role_before = before.role;
	return e;
}

static struct trial_outcome
outcome_of(struct rq *rq, const struct judging *j)
{
	static const int verdicts[] = { [ACCOUNT_GOOD] = TRIAL_SIGNS_IN,
		                        [ACCOUNT_UNKNOWN] = TRIAL_UNKNOWN,
		                        [ACCOUNT_INACTIVE] = TRIAL_INACTIVE };
	struct trial_outcome o = { .verdict = verdicts[j->account.verdict],
		                   .found_by = (int)j->account.found - 1,
		                   .groups = { j->account.teams, j->account.n_teams },
		                   .claims = all_claims(rq, j->token) };
	struct trial_person *who;

	if (j->account.found == FOUND_NOBODY)
		return o;
	who = arena_new(rq->arena, struct trial_person);
	*who = (struct trial_person){
		/* One that was made is gone again. */
		.id = j->account.found == FOUND_MADE ? (struct uuid){ { 0 } } : j->account.person,
		.email = j->person.email,
		.display_name = j->person.display_name,
		.given_name = j->person.given_name,
		.family_name = j->person.family_name,
		.department = j->person.department,
		.location = j->person.location,
		.language = j->person.language,
		.role_before = j->role_before,
		.role_after = j->person.role,
	};
	o.person = who;
	return o;
}

enum fault
trial_judge(struct rq *rq, const struct trial_row *t, const struct provider_row *p,
            const struct id_token *token)
{
	/* The provider speaks for the company, as at a sign-in. */
	const struct caller acting = { .kind = ACCESS_ADMIN,
		                       .role = ROLE_ADMIN,
		                       .company = p->v.company_id };
	const struct caller *before = rq->who;
	struct judging j = { .p = p, .token = token };
	struct trial_outcome o;
	enum fault e;

	rq->who = &acting;
	e = judge(rq, &j);
	rq->who = before;
	if (e)
		return e;
	o = outcome_of(rq, &j);
	return finish(rq, t, &o);
}
