/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain_proof.c - a company proves by a TXT record that a domain of e-mail addresses is its own,
 * without the operator.  What was proved stays until an admin or the operator takes it back.
 */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/dns.h"

#include "domain_int.h"

#define RECORD_NAME "_rostra-challenge."
#define RECORD_VALUE "rostra-domain="

const char *const domain_result_names[DOMAIN_RESULT__MAX + 1] = { "proved", "missing", "another",
	                                                          "unanswered", NULL };

enum { PROOFS_MAX = 50, DOMAINS_TEXT_MAX = 500, CHECKS_PER_MIN = 60 };

static void
finish_view(struct rq *rq, struct domain_proof *p)
{
	p->record_name = arena_printf(rq->arena, RECORD_NAME "%s", p->domain);
	p->record_value = arena_printf(rq->arena, RECORD_VALUE "%s", p->token);
}

/* --- wanted
 * ---------------------------------------------------------------------------------------
 */

struct wanting {
	struct domain_proof *p;
	bool created;
};

static enum fault
insert(struct rq *rq, struct wanting *w)
{
	struct provider_row provider;
	bool duplicate = false;
	int64_t n = 0;
	enum fault e = provider_sql_get(rq, w->p->company_id, w->p->provider_id, &provider);

	if (!e)
		e = proof_sql_count(rq, w->p, &n);
	if (!e && n >= PROOFS_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "A provider has at most %d domains.",
		               PROOFS_MAX);
	if (!e)
		e = proof_sql_insert(rq, w->p, &duplicate);
	if (!e && duplicate)
		return rq_fail(rq, FAULT_CONFLICT, "The provider has this domain already.");
	w->created = !e;
	return e;
}

static enum fault
want_tx(struct rq *rq, void *arg)
{
	struct wanting *w = arg;
	struct domain_proof there;
	enum fault e = proof_sql_get(rq, w->p->id, &there);

	w->created = false;
	if (e == FAULT_NOT_FOUND) {
		problem_reset(&rq->problem);
		return insert(rq, w);
	}
	if (!e && (!cstr_eq(there.domain, w->p->domain) ||
	           !uuid_eq(there.provider_id, w->p->provider_id)))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another domain.");
	return e;
}

enum fault
domain_want(struct rq *rq, struct uuid id, struct uuid provider, const char *domain,
            struct domain_proof *out, bool *ret_created)
{
	struct domain_proof p = { .company_id = rq_company(rq),
		                  .id = id,
		                  .provider_id = provider,
		                  .domain = str_lower(rq->arena, str_of(domain)),
		                  .token = random_text(rq),
		                  .created_at = rq->now_us };
	struct wanting w = { .p = &p };
	enum fault e;

	if (p.domain == NULL || !domain_good(p.domain))
		return problem_add(&rq->problem, "#/domain", "must be a name like example.com");
	e = db_tx(rq, want_tx, &w);
	*ret_created = w.created;
	return e ? e : domain_proof_get(rq, id, out);
}

enum fault
domain_proof_get(struct rq *rq, struct uuid id, struct domain_proof *out)
{
	enum fault e = proof_sql_get(rq, id, out);

	if (!e)
		finish_view(rq, out);
	return e;
}

struct showing {
	db_row_fn *fn;
	void *arg;
};

static enum fault
show(struct rq *rq, void *row, void *arg)
{
	const struct showing *s = arg;

	finish_view(rq, row);
	return s->fn(rq, row, s->arg);
}

enum fault
domain_proof_each(struct rq *rq, struct uuid above, int64_t limit, db_row_fn *fn, void *arg)
{
	struct showing s = { fn, arg };

	return proof_sql_page(rq, above, limit, show, &s);
}

/* --- checked
 * --------------------------------------------------------------------------------------
 */

struct looking {
	const char *wanted;
	bool found, another;
};

static bool
look(struct str text, void *arg)
{
	struct looking *l = arg;

	l->found = str_is(text, l->wanted);
	l->another = l->another || str_starts(text, STR(RECORD_VALUE));
	return !l->found;
}

static int
ask(struct rq *rq, const struct domain_proof *p)
{
	struct looking l = { .wanted = p->record_value };

	if (dns_txt(rq, p->record_name, look, &l) == DNS_SILENT)
		return DOMAIN_UNANSWERED;
	if (l.found)
		return DOMAIN_PROVED;
	return l.another ? DOMAIN_ANOTHER : DOMAIN_MISSING;
}

static bool
is_among(const char *domains, const char *domain)
{
	struct str rest = str_of(domains), word;

	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (str_is(word, domain))
			return true;
	}
	return false;
}

static const char *
without(struct rq *rq, const char *domains, const char *domain)
{
	struct str rest = str_of(domains), word;
	const char *left = "";

	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (!str_is(word, domain))
			left = arena_printf(rq->arena, "%s%s%.*s", left, left[0] != '\0' ? " " : "",
			                    (int)word.n, word.s);
	}
	return left;
}

/* The provider's domains with this one, or without it; on record. */
static enum fault
change_domains(struct rq *rq, const struct domain_proof *p, bool with)
{
	struct provider_row provider;
	enum fault e = provider_sql_lock(rq, p->provider_id);
	const char *domains;

	if (!e)
		e = provider_sql_get(rq, p->company_id, p->provider_id, &provider);
	if (e || is_among(provider.v.email_domains, p->domain) == with)
		return e;
	domains = provider.v.email_domains;
	if (!with)
		domains = without(rq, domains, p->domain);
	else if (domains[0] == '\0')
		domains = p->domain;
	else
		domains = arena_printf(rq->arena, "%s %s", domains, p->domain);
	if (strlen(domains) > DOMAINS_TEXT_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "The provider has as many domains as it may.");
	return domains_write(rq, &provider, domains);
}

static enum fault
checked_tx(struct rq *rq, void *arg)
{
	struct domain_proof *p = arg;
	enum fault e = FAULT_NONE;

	if (p->result == DOMAIN_PROVED)
		e = change_domains(rq, p, true);
	if (!e && p->result == DOMAIN_PROVED && p->proved_at == TIME_NONE)
		p->proved_at = rq->now_us;
	p->checked_at = rq->now_us;
	return e ? e : proof_sql_checked(rq, p);
}

enum fault
domain_check(struct rq *rq, struct uuid id, struct domain_proof *out)
{
	enum fault e = domain_proof_get(rq, id, out);

	if (!e)
		e = http_limit(rq, "dns", out->company_id, CHECKS_PER_MIN);
	if (e)
		return e;
	out->result = ask(rq, out);
	return db_tx(rq, checked_tx, out);
}

static enum fault
drop_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	struct domain_proof p;
	enum fault e = proof_sql_get(rq, *id, &p);

	if (!e && p.proved_at != TIME_NONE)
		e = change_domains(rq, &p, false);
	return e ? e : proof_sql_delete(rq, *id);
}

enum fault
domain_drop(struct rq *rq, struct uuid id)
{
	return db_tx(rq, drop_tx, &id);
}
