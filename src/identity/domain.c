/* SPDX-License-Identifier: Apache-2.0 */
/* domain.c - e-mail domains: which are proved to be a company's, and which provider an address
 * belongs to. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/audit.h"
#include "rostra/caller.h"

#include "identity_int.h"

/* Letters, digits, dots and hyphens, separated by single spaces; lower case. */
static bool
domains_good(const char *text)
{
	struct str rest = str_of(text), word;

	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (word.n == 0 || memchr(word.s, '.', word.n) == NULL || word.s[0] == '.')
			return false;
		for (size_t i = 0; i < word.n; i++) {
			const char c = word.s[i];

			if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-')
				return false;
		}
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

static enum fault
domains_tx(struct rq *rq, void *arg)
{
	const struct provider_row *p = arg;
	const struct audit_change changes[] = { { "email_domains", NULL, p->v.email_domains } };
	const struct audit_deed deed = { .action = "identity_provider.domains_set",
		                         .kind = AUDIT_PROVIDER,
		                         .object = p->v.id,
		                         AUDIT_CHANGES(changes) };
	uint64_t n;
	enum fault e = provider_sql_domains(rq, p, &n);

	if (!e && n == 0)
		return rq_fail(rq, FAULT_NOT_FOUND, "the company has no such provider");
	if (!e)
		e = write_domains(rq, p);
	return e ? e : audit_put(rq, &deed);
}

enum fault
provider_set_domains(struct rq *rq, struct uuid id, const char *domains)
{
	struct provider_row p = { .v = { .company_id = rq_company(rq),
		                         .id = id,
		                         .email_domains = domains,
		                         .updated_at = rq->now_us } };

	if (strlen(domains) > 500 || !domains_good(domains))
		return rq_fail(
		    rq, FAULT_BAD_REQUEST,
		    "domains are lower-case names like example.com, separated by a space");

	return db_tx(rq, domains_tx, &p);
}

const char *
email_domain(struct rq *rq, const char *email)
{
	const char *at = strrchr(email, '@'), *domain;

	if (at == NULL || at == email)
		return NULL;
	domain = str_lower(rq->arena, str_of(at + 1));
	return domain != NULL && domain[0] != '\0' && strchr(domain, ' ') == NULL &&
	               domains_good(domain)
	           ? domain
	           : NULL;
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
