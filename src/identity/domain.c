/* SPDX-License-Identifier: Apache-2.0 */
/* domain.c - e-mail domains: which are proved to be a company's, and which provider an address
 * belongs to. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/audit.h"
#include "rostra/caller.h"

#include "domain_int.h"

static bool
label_good(struct str label)
{
	if (label.n == 0 || label.n > 63 || label.s[0] == '-' || label.s[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++) {
		const char c = label.s[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
			return false;
	}
	return true;
}

static bool
name_good(struct str name)
{
	struct str label;
	size_t dots = 0;

	for (; str_split(&name, '.', &label); dots++) {
		if (!label_good(label))
			return false;
		if (name.s == NULL)
			break;
	}
	return dots > 0;
}

bool
domain_good(const char *domain)
{
	const size_t n = strlen(domain);

	return n > 0 && n <= DOMAIN_CHARS_MAX && domain[n - 1] != '.' && name_good(str_of(domain));
}

/* Names separated by single spaces; none at all are none. */
static bool
domains_good(const char *text)
{
	struct str rest = str_of(text), word;

	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (word.n == 0 || word.s[word.n - 1] == '.' || !name_good(word))
			return false;
	}
	return true;
}

/* One row each, by which an address finds its provider. */
static enum fault
write_domains(struct rq *rq, const struct provider_row *p)
{
	struct domain_row row = { .company_id = p->v.company_id, .provider_id = p->v.id };
	struct str rest = str_of(p->v.email_domains), word;
	bool twice;
	enum fault e = domain_sql_clear(rq, &row);

	while (!e && rest.n > 0 && str_split(&rest, ' ', &word)) {
		row.domain = arena_copy(rq->arena, word.s, word.n);
		e = domain_sql_insert(rq, &row, &twice);
	}
	return e;
}

enum fault
domains_write(struct rq *rq, const struct provider_row *before, const char *domains)
{
	struct provider_row p = *before;
	const struct audit_change changes[] = { { "email_domains", before->v.email_domains,
		                                  domains } };
	const struct audit_deed deed = { .action = "identity_provider.domains_set",
		                         .kind = AUDIT_PROVIDER,
		                         .object = p.v.id,
		                         AUDIT_CHANGES(changes) };
	uint64_t n;
	enum fault e;

	p.v.email_domains = domains;
	p.v.updated_at = rq->now_us;
	e = provider_sql_domains(rq, &p, &n);
	if (!e)
		e = write_domains(rq, &p);
	return e ? e : audit_put(rq, &deed);
}

struct setting {
	struct uuid id;
	const char *domains;
};

static enum fault
set_tx(struct rq *rq, void *arg)
{
	const struct setting *s = arg;
	struct provider_row p;
	enum fault e = provider_sql_lock(rq, s->id);

	if (!e)
		e = provider_sql_get(rq, rq_company(rq), s->id, &p);
	return e ? e : domains_write(rq, &p, s->domains);
}

enum fault
provider_set_domains(struct rq *rq, struct uuid id, const char *domains)
{
	struct setting s = { id, domains };
	enum fault e;

	if (strlen(domains) > 500 || !domains_good(domains))
		return rq_fail(
		    rq, FAULT_BAD_REQUEST,
		    "domains are lower-case names like example.com, separated by a space");
	e = db_tx(rq, set_tx, &s);
	return e == FAULT_NOT_FOUND ? rq_fail(rq, e, "the company has no such provider") : e;
}

const char *
email_domain(struct rq *rq, const char *email)
{
	const char *at = strrchr(email, '@'), *domain;

	if (at == NULL || at == email)
		return NULL;
	domain = str_lower(rq->arena, str_of(at + 1));
	return domain != NULL && domain_good(domain) ? domain : NULL;
}

static enum fault
take_first(struct rq *rq, void *row, void *arg)
{
	(void)rq;
	*(struct provider_hit *)arg = *(const struct provider_hit *)row;
	return FAULT_NONE;
}

enum fault
domain_first(struct rq *rq, const char *email, const char *slug, struct provider_hit *out)
{
	const struct domain_search in = {
		.domain = email_domain(rq, email), .slug = slug, .above = { { 1 } }, .limit = 1
	};

	*out = (struct provider_hit){ .company = NULL };
	return in.domain == NULL ? FAULT_NONE : domain_sql_each(rq, &in, take_first, out);
}
