/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.c - whose account a provider's subject is.  The key is (company, issuer, subject).  An
 * address alone joins nothing: the provider must have verified it, and its domain must be proved to
 * be the company's.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/people.h"

#include "identity_int.h"

struct finding {
	const struct provider_row *p;
	const struct id_token *token;
	struct identity_row row;
	enum account_verdict verdict;
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

static const char *
name_of(struct rq *rq, const struct id_token *t)
{
	if (t->name != NULL)
		return t->name;
	if (t->given_name != NULL && t->family_name != NULL)
		return arena_printf(rq->arena, "%s %s", t->given_name, t->family_name);
	return t->given_name != NULL ? t->given_name : t->email;
}

static enum fault
make_account(struct rq *rq, struct finding *f)
{
	enum { NAME_MAX_BYTES = 120 };
	const struct person_new person = {
		.email = f->token->email,
		.display_name = name_of(rq, f->token),
		.given_name = f->token->given_name,
		.family_name = f->token->family_name,
		.role = ROLE_MEMBER,
	};

	if (strlen(person.display_name) > NAME_MAX_BYTES)
		return FAULT_NONE;
	f->verdict = ACCOUNT_GOOD;
	return person_create(rq, &person, &f->row.person_id);
}

/* First time here: by a verified address of a proved domain, or not at all. */
static enum fault
join_or_make(struct rq *rq, struct finding *f)
{
	bool found, duplicate;
	enum fault e;

	f->row.email = f->token->email;
	if (!f->token->email_verified || !domain_proved(f->p->v.email_domains, f->token->email))
		return FAULT_NONE;
	e = identity_sql_by_email(rq, &f->row, &found);
	if (e)
		return e;
	if (found)
		f->verdict = f->row.active ? ACCOUNT_GOOD : ACCOUNT_INACTIVE;
	else if (f->p->v.make_accounts)
		e = make_account(rq, f);
	if (e || f->verdict != ACCOUNT_GOOD)
		return e;
	e = identity_sql_insert(rq, &f->row, &duplicate);
	if (!e && duplicate) /* the same person, twice at once */
		e = identity_sql_find(rq, &f->row, &found);
	return e;
}

static enum fault
find_tx(struct rq *rq, void *arg)
{
	struct finding *f = arg;
	bool found;
	enum fault e;

	f->verdict = ACCOUNT_UNKNOWN;
	e = identity_sql_find(rq, &f->row, &found);
	if (e)
		return e;
	if (!found)
		return join_or_make(rq, f);
	f->verdict = f->row.active ? ACCOUNT_GOOD : ACCOUNT_INACTIVE;
	return identity_sql_used(rq, &f->row);
}

enum fault
account_of(struct rq *rq, const struct provider_row *p, const struct id_token *t,
           struct uuid *ret_person, enum account_verdict *ret)
{
	/* The provider speaks for the company: what it makes is the company's. */
	const struct caller acting = { .kind = ACCESS_ADMIN,
		                       .role = ROLE_ADMIN,
		                       .company = p->v.company_id };
	const struct caller *before = rq->who;
	struct finding f = {
		.p = p,
		.token = t,
		.row = { .company_id = p->v.company_id,
		         .issuer = p->v.issuer,
		         .subject = t->subject,
		         .now = rq->now_us },
	};
	enum fault e;

	rq->who = &acting;
	e = db_tx(rq, find_tx, &f);
	rq->who = before;
	*ret = f.verdict;
	*ret_person = f.row.person_id;
	return e;
}
