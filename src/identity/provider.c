/* SPDX-License-Identifier: Apache-2.0 */
/* provider.c - a company's identity providers; their secrets are sealed where they lie. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/caller.h"
#include "rostra/outbound.h"
#include "rostra/shared.h"

#include "identity_int.h"

const char *const client_auth_names[CLIENT_AUTH__MAX + 1] = { "basic", "post", NULL };
const char *const provider_state_names[PROVIDER_STATE__MAX + 1] = { "on", "off", NULL };

/* What binds a sealed secret to its place. */
static struct str
place_of(struct rq *rq, const struct provider_row *p)
{
	char company[UUID_TEXT_SIZE], id[UUID_TEXT_SIZE];

	uuid_format(p->v.company_id, company);
	uuid_format(p->v.id, id);
	return str_of(
	    arena_printf(rq->arena, "%s|identity_provider|%s|client_secret", company, id));
}

static void
seal_secret(struct rq *rq, struct provider_row *p, const char *secret)
{
	const struct str plain = str_of(secret);
	unsigned char *sealed = arena_alloc(rq->arena, plain.n + SEAL_EXTRA, 1);

	secret_seal(rq->shared->seal_key, place_of(rq, p), plain, sealed);
	p->client_secret = (struct str){ (const char *)sealed, plain.n + SEAL_EXTRA };
}

enum fault
provider_secret(struct rq *rq, const struct provider_row *p, const char **ret)
{
	char *plain = arena_alloc(rq->arena, p->client_secret.n + 1, 1);

	if (!secret_open(rq->shared->seal_key, place_of(rq, p), p->client_secret, plain)) {
		problem_internal(&rq->problem, "a client secret is sealed with another key");
		return rq_fail(rq, FAULT_INTERNAL, "The provider's secret cannot be opened.");
	}
	plain[p->client_secret.n - SEAL_EXTRA] = '\0';
	*ret = plain;
	return FAULT_NONE;
}

static enum fault
check(struct rq *rq, const struct provider_new *in)
{
	const struct str issuer = str_of(in->issuer);
	enum fault e = FAULT_NONE;

	/* OpenID Connect Discovery 1.0 3: https, no query and no fragment. */
	if (!outbound_url_good(rq->conf, in->issuer) || memchr(issuer.s, '?', issuer.n) != NULL)
		e = problem_add(&rq->problem, "#/issuer",
		                "must be an https URL without query and fragment");
	return e;
}

static bool
same(const struct provider_view *there, const struct provider_new *in)
{
	return cstr_eq(there->name, in->name) && cstr_eq(there->issuer, in->issuer) &&
	       cstr_eq(there->client_id, in->client_id) && there->client_auth == in->client_auth &&
	       there->algorithm == in->algorithm && there->state == in->state &&
	       there->make_accounts == in->make_accounts;
}

enum fault
provider_create(struct rq *rq, struct uuid id, const struct provider_new *in, bool *ret_created)
{
	struct provider_row there, p = { .v = {
					     .company_id = rq_company(rq),
					     .id = id,
					     .name = in->name,
					     .issuer = in->issuer,
					     .client_id = in->client_id,
					     .client_auth = in->client_auth,
					     .algorithm = in->algorithm,
					     .state = in->state,
					     .make_accounts = in->make_accounts,
					     .created_at = rq->now_us,
					     .updated_at = rq->now_us,
					 } };
	bool duplicate;
	enum fault e = check(rq, in);

	if (e)
		return e;
	seal_secret(rq, &p, in->client_secret);
	e = provider_sql_insert(rq, &p, &duplicate);
	*ret_created = !duplicate;
	if (e || !duplicate)
		return e;
	e = provider_sql_get(rq, p.v.company_id, id, &there);
	if (!e && !same(&there.v, in))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another provider.");
	return e;
}

enum fault
provider_get(struct rq *rq, struct uuid id, struct provider_view *out)
{
	struct provider_row p;
	enum fault e = provider_sql_get(rq, rq_company(rq), id, &p);

	if (!e)
		*out = p.v;
	return e;
}

enum fault
provider_change(struct rq *rq, const struct provider_change *in, struct provider_view *out)
{
	struct provider_row p;
	uint64_t n;
	enum fault e = provider_sql_get(rq, rq_company(rq), in->id, &p);

	if (e)
		return e;
	if (in->name != NULL)
		p.v.name = in->name;
	if (in->client_id != NULL)
		p.v.client_id = in->client_id;
	if (in->client_secret != NULL)
		seal_secret(rq, &p, in->client_secret);
	if (in->client_auth >= 0)
		p.v.client_auth = in->client_auth;
	if (in->algorithm >= 0)
		p.v.algorithm = in->algorithm;
	if (in->state >= 0)
		p.v.state = in->state;
	if (in->set_make_accounts)
		p.v.make_accounts = in->make_accounts;
	p.v.updated_at = rq->now_us;
	e = provider_sql_update(rq, &p, in->version, &n);
	if (!e && n == 0)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "The version is %lld now.",
		               (long long)p.v.version);
	p.v.version = in->version + 1;
	*out = p.v;
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
	struct provider_row *p = row;

	return s->fn(rq, &p->v, s->arg);
}

enum fault
provider_each(struct rq *rq, struct uuid above, int64_t limit, db_row_fn *fn, void *arg)
{
	const struct provider_page page = { rq_company(rq), above, limit };
	struct showing s = { fn, arg };

	return provider_sql_page(rq, &page, show, &s);
}

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

enum fault
provider_set_domains(struct rq *rq, struct uuid id, const char *domains)
{
	const struct provider_row p = { .v = { .company_id = rq_company(rq),
		                               .id = id,
		                               .email_domains = domains,
		                               .updated_at = rq->now_us } };
	uint64_t n;
	enum fault e;

	if (strlen(domains) > 500 || !domains_good(domains))
		return rq_fail(
		    rq, FAULT_BAD_REQUEST,
		    "domains are lower-case names like example.com, separated by a space");
	e = provider_sql_domains(rq, &p, &n);
	if (!e && n == 0)
		return rq_fail(rq, FAULT_NOT_FOUND, "the company has no such provider");
	return e;
}
