/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.c - whose account a provider's subject is.  The key is (company, issuer, subject).  The
 * first time, the account is the one that the company's directory made of the same person, where a
 * rule of the company says by which claim; or the one of the address.  An address alone joins
 * nothing: the provider must have verified it, and its domain must be proved to be the company's.
 */
#include <string.h>

#include "rostra/caller.h"

#include "identity_int.h"

struct finding {
	const struct provider_row *p;
	const struct claim_map *map;
	const struct id_token *token;
	struct identity_row row;
	struct account *out;
};

static bool
domain_proved(const char *domains, const char *email)
{
	const char *at = email == NULL ? NULL : strrchr(email, '@');
	struct str rest = str_of(domains), word;

	while (at != NULL && rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (str_is(word, at + 1))
			return true;
	}
	return false;
}

/* --- who was not here before ---------------------------------------------------------------------
 */

struct hits {
	struct directory_hit first;
	size_t n;
};

static enum fault
keep_hit(struct rq *rq, void *row, void *arg)
{
	struct hits *h = arg;

	(void)rq;
	if (h->n++ == 0)
		h->first = *(const struct directory_hit *)row;
	return FAULT_NONE;
}

/* Whom the directory knows by the claim; two of them are nobody. */
static enum fault
find_in_directory(struct rq *rq, struct finding *f)
{
	enum { VALUE_MAX = 254 };
	static const enum account_found found[] = { [JOIN_BY_EXTERNAL_ID] = FOUND_BY_EXTERNAL_ID,
		                                    [JOIN_BY_USER_NAME] = FOUND_BY_USER_NAME };
	struct directory_search in = { .company_id = f->row.company_id };
	struct json_doc *d;
	struct hits hits = { .n = 0 };
	enum fault e;

	if (f->map->join_by == JOIN_BY_EMAIL)
		return FAULT_NONE;
	d = json_doc_parse(f->token->payload, ID_TOKEN_DEPTH);
	if (d != NULL)
		in.value = claim_text(rq, d, f->map->join_claim, VALUE_MAX);
	json_doc_free(&d);
	if (in.value == NULL)
		return FAULT_NONE;
	e = directory_sql_find(rq, (enum join_by)f->map->join_by, &in, keep_hit, &hits);
	if (e || hits.n != 1)
		return e;
	f->row.person_id = hits.first.person_id;
	f->row.active = hits.first.active;
	f->row.managed = true;
	f->out->found = found[f->map->join_by];
	return FAULT_NONE;
}

static enum fault
make_account(struct rq *rq, struct finding *f)
{
	struct person_new person;
	enum fault e;

	claims_read(rq, f->map, f->token, &person);
	if (person.display_name == NULL) /* some provider says an address and nothing else */
		person.display_name =
		    arena_copy(rq->arena, person.email, strcspn(person.email, "@"));
	f->out->found = FOUND_MADE;
	f->row.active = true;
	e = person_create(rq, &person, &f->row.person_id);
	if (!e && person.department != NULL)
		e = person_set_fact(rq, f->row.person_id, PERSON_DEPARTMENT, person.department);
	if (!e && person.location != NULL)
		e = person_set_fact(rq, f->row.person_id, PERSON_LOCATION, person.location);
	return e;
}

static enum fault
find_by_address(struct rq *rq, struct finding *f)
{
	bool found;
	enum fault e;

	f->row.email = f->token->email;
	if (!f->token->email_verified || !domain_proved(f->p->v.email_domains, f->token->email) ||
	    !str_ascii(str_of(f->token->email)))
		return FAULT_NONE;
	e = identity_sql_by_email(rq, &f->row, &found);
	if (!e && found)
		f->out->found = FOUND_BY_EMAIL;
	else if (!e && f->p->v.make_accounts)
		e = make_account(rq, f);
	return e;
}

static enum fault
join_or_make(struct rq *rq, struct finding *f)
{
	bool duplicate, found;
	enum fault e = find_in_directory(rq, f);

	if (!e && f->out->found == FOUND_NOBODY)
		e = find_by_address(rq, f);
	if (e || f->out->found == FOUND_NOBODY || !f->row.active)
		return e;
	e = identity_sql_insert(rq, &f->row, &duplicate);
	if (!e && duplicate) /* the same person, twice at once */
		e = identity_sql_find(rq, &f->row, &found);
	return e;
}

/* --- what the provider says of them
 * ---------------------------------------------------------------
 */

/* Where an admin has set what claims mean, each sign-in brings them; what the directory says of a
 * person is not overruled. */
static enum fault
apply_claims(struct rq *rq, struct finding *f)
{
	struct json_doc *d = json_doc_parse(f->token->payload, ID_TOKEN_DEPTH);
	struct person_new person;
	struct said_groups groups = { .known = false };
	enum fault e = FAULT_NONE;

	if (d != NULL)
		claims_read_groups(rq, f->map, d, &groups);
	json_doc_free(&d);
	if (groups.known)
		e = account_teams(rq, f->p, &groups, f->out);
	if (e || f->row.managed || f->out->found == FOUND_MADE)
		return e;
	claims_read(rq, f->map, f->token, &person);
	return person_merge_profile(rq, f->row.person_id, &person);
}

enum fault
account_settle(struct rq *rq, const struct provider_row *p, const struct claim_map *map,
               const struct id_token *t, struct account *out)
{
	struct finding f = {
		.p = p,
		.map = map,
		.token = t,
		.row = { .company_id = p->v.company_id,
		         .issuer = p->v.issuer,
		         .subject = t->subject,
		         .tid = t->tid,
		         .oid = t->oid,
		         .now = rq->now_us },
		.out = out,
	};
	bool found;
	enum fault e = identity_sql_find(rq, &f.row, &found);

	*out = (struct account){ .verdict = ACCOUNT_UNKNOWN,
		                 .found = !e && found ? FOUND_BY_SUBJECT : FOUND_NOBODY };
	if (e)
		return e;
	e = found ? identity_sql_used(rq, &f.row) : join_or_make(rq, &f);
	if (e || out->found == FOUND_NOBODY)
		return e;
	out->person = f.row.person_id;
	out->verdict = f.row.active ? ACCOUNT_GOOD : ACCOUNT_INACTIVE;
	return map->is_set && f.row.active ? apply_claims(rq, &f) : FAULT_NONE;
}

struct settling {
	const struct provider_row *p;
	const struct id_token *token;
	struct account *out;
};

static enum fault
settle_tx(struct rq *rq, void *arg)
{
	const struct settling *s = arg;
	struct claim_map map;
	enum fault e = claim_map_get(rq, s->p, CLAIMS_IN_FORCE, &map);

	return e ? e : account_settle(rq, s->p, &map, s->token, s->out);
}

enum fault
account_of(struct rq *rq, const struct provider_row *p, const struct id_token *t,
           struct account *out)
{
	/* The provider speaks for the company: what it makes is the company's. */
	const struct caller acting = { .kind = ACCESS_ADMIN,
		                       .role = ROLE_ADMIN,
		                       .company = p->v.company_id };
	const struct caller *before = rq->who;
	struct settling s = { p, t, out };
	enum fault e;

	rq->who = &acting;
	e = db_tx(rq, settle_tx, &s);
	rq->who = before;
	return e;
}
