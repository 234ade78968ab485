/* SPDX-License-Identifier: Apache-2.0 */
/* provider.c - a company's identity providers; their secrets are sealed where they lie. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/conf.h"
#include "rostra/outbound.h"
#include "rostra/shared.h"

#include "identity_int.h"

const char *const client_auth_names[CLIENT_AUTH__MAX + 1] = { "basic", "post", "private_key_jwt",
	                                                      NULL };
const char *const provider_state_names[PROVIDER_STATE__MAX + 1] = { "on", "off", NULL };

/* What binds a sealed value to its place. */
static struct str
place_text(struct rq *rq, const struct sealed_place *p)
{
	char company[UUID_TEXT_SIZE], id[UUID_TEXT_SIZE];

	uuid_format(p->company, company);
	uuid_format(p->row, id);
	return str_of(arena_printf(rq->arena, "%s|%s|%s|%s", company, p->table, id, p->column));
}

struct sealed_place
session_place(struct uuid company, struct uuid session)
{
	return (struct sealed_place){ company, session, "session", "id_token" };
}

struct str
identity_seal(struct rq *rq, const struct sealed_place *at, struct str plain)
{
	unsigned char *sealed = arena_alloc(rq->arena, plain.n + SEAL_EXTRA, 1);

	secret_seal(rq->shared->seal_keys[0], place_text(rq, at), plain, sealed);
	return (struct str){ (const char *)sealed, plain.n + SEAL_EXTRA };
}

const char *
identity_open_with(struct rq *rq, const struct sealed_place *at, struct str sealed, size_t *ret_key)
{
	char *plain;

	if (sealed.n < SEAL_EXTRA)
		return NULL;
	plain = arena_alloc(rq->arena, sealed.n + 1, 1);
	for (size_t i = 0; i < rq->shared->n_seal_keys; i++) {
		if (!secret_open(rq->shared->seal_keys[i], place_text(rq, at), sealed, plain))
			continue;
		plain[sealed.n - SEAL_EXTRA] = '\0';
		*ret_key = i;
		return plain;
	}
	return NULL;
}

const char *
identity_open(struct rq *rq, const struct sealed_place *at, struct str sealed)
{
	size_t key;

	return identity_open_with(rq, at, sealed, &key);
}

static struct sealed_place
place_of(const struct provider_row *p)
{
	return (struct sealed_place){ p->v.company_id, p->v.id, "identity_provider",
		                      "client_secret" };
}

static void
seal_secret(struct rq *rq, struct provider_row *p, const char *secret)
{
	const struct sealed_place at = place_of(p);

	p->client_secret = identity_seal(rq, &at, str_of(secret != NULL ? secret : ""));
}

enum fault
provider_secret(struct rq *rq, const struct provider_row *p, const char **ret)
{
	const struct sealed_place at = place_of(p);

	*ret = identity_open(rq, &at, p->client_secret);
	if (*ret != NULL)
		return FAULT_NONE;
	problem_internal(&rq->problem, "a client secret is sealed with another key");
	return rq_fail(rq, FAULT_INTERNAL, "The provider's secret cannot be opened.");
}

/* RFC 6749 appendices A.1 and A.2: printable ASCII.  NULL: not told. */
static enum fault
check_client(struct rq *rq, const char *id, const char *secret)
{
	enum fault e = FAULT_NONE;

	if (!str_ascii(str_of(id)))
		e = problem_add(&rq->problem, "#/client_id", "must be printable ASCII");
	if (!str_ascii(str_of(secret)))
		e = problem_add(&rq->problem, "#/client_secret", "must be printable ASCII");
	return e;
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
	if (in->client_secret == NULL && in->client_auth != CLIENT_KEY)
		e = problem_add(&rq->problem, "#/client_secret",
		                "is required with this client_auth");
	return check_client(rq, in->client_id, in->client_secret) ? rq->problem.code : e;
}

static bool
same(const struct provider_view *there, const struct provider_new *in)
{
	return cstr_eq(there->name, in->name) && cstr_eq(there->issuer, in->issuer) &&
	       cstr_eq(there->client_id, in->client_id) && there->client_auth == in->client_auth &&
	       there->algorithm == in->algorithm && there->state == in->state &&
	       there->make_accounts == in->make_accounts;
}

struct making {
	struct provider_row p;
	bool duplicate;
};

static enum fault
create_tx(struct rq *rq, void *arg)
{
	struct making *m = arg;
	const struct audit_change changes[] = { { "issuer", NULL, m->p.v.issuer },
		                                { "client_id", NULL, m->p.v.client_id } };
	const struct audit_deed deed = { .action = "identity_provider.added",
		                         .kind = AUDIT_PROVIDER,
		                         .object = m->p.v.id,
		                         AUDIT_CHANGES(changes) };
	enum fault e = provider_sql_insert(rq, &m->p, &m->duplicate);

	if (e || m->duplicate)
		return e;
	e = client_key_ensure(rq, &m->p);
	return e ? e : audit_put(rq, &deed);
}

enum fault
provider_create(struct rq *rq, struct uuid id, const struct provider_new *in, bool *ret_created)
{
	struct provider_row there;
	struct making m = { .duplicate = false };
	enum fault e = check(rq, in);

	m.p.v = (struct provider_view){
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
	};
	if (e)
		return e;
	seal_secret(rq, &m.p, in->client_secret);
	e = db_tx(rq, create_tx, &m);
	*ret_created = !m.duplicate;
	if (e || !m.duplicate)
		return e;
	e = provider_sql_get(rq, m.p.v.company_id, id, &there);
	if (!e && !same(&there.v, in))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another provider.");
	return e;
}

/* With what is not in its row. */
static struct provider_view
shown(struct rq *rq, const struct provider_view *v)
{
	struct provider_view out = *v;
	char id[UUID_TEXT_SIZE];

	uuid_format(v->id, id);
	out.jwks_uri = v->client_auth != CLIENT_KEY ? NULL
	                                            : arena_printf(rq->arena, "%s/v1/oidc/jwks/%s",
	                                                           rq->conf->public_url, id);
	return out;
}

enum fault
provider_get(struct rq *rq, struct uuid id, struct provider_view *out)
{
	struct provider_row p;
	enum fault e = provider_sql_get(rq, rq_company(rq), id, &p);

	if (!e)
		*out = shown(rq, &p.v);
	return e;
}

enum fault
sign_in_offered(struct rq *rq, const char *slug, bool *ret)
{
	struct provider_row p;

	return provider_sql_for(rq, slug, (struct uuid){ { 0 } }, &p, ret);
}

struct changing {
	const struct provider_change *in;
	struct provider_row p;
};

static void
apply(struct rq *rq, const struct provider_change *in, struct provider_row *p)
{
	if (in->name != NULL)
		p->v.name = in->name;
	if (in->client_id != NULL)
		p->v.client_id = in->client_id;
	if (in->client_secret != NULL)
		seal_secret(rq, p, in->client_secret);
	if (in->client_auth >= 0)
		p->v.client_auth = in->client_auth;
	if (in->algorithm >= 0)
		p->v.algorithm = in->algorithm;
	if (in->state >= 0)
		p->v.state = in->state;
	if (in->set_make_accounts)
		p->v.make_accounts = in->make_accounts;
	p->v.updated_at = rq->now_us;
}

static const char *
yes_no(bool value)
{
	return value ? "yes" : "no";
}

static enum fault
tell_change(struct rq *rq, const struct provider_view *before, const struct changing *c)
{
	const struct provider_view *after = &c->p.v;
	const struct audit_change changes[] = {
		{ "name", before->name, after->name },
		{ "client_id", before->client_id, after->client_id },
		{ "client_secret", "(set)", c->in->client_secret != NULL ? "(another)" : "(set)" },
		{ "client_auth", client_auth_names[before->client_auth],
		  client_auth_names[after->client_auth] },
		{ "algorithm", sig_alg_names[before->algorithm], sig_alg_names[after->algorithm] },
		{ "state", provider_state_names[before->state],
		  provider_state_names[after->state] },
		{ "make_accounts", yes_no(before->make_accounts), yes_no(after->make_accounts) },
	};
	const size_t n = sizeof(changes) / sizeof(changes[0]);
	struct audit_change *told = arena_array(rq->arena, n, struct audit_change);
	struct audit_deed deed = { .action = "identity_provider.changed",
		                   .kind = AUDIT_PROVIDER,
		                   .object = after->id,
		                   .changes = told };

	for (size_t i = 0; i < n; i++) {
		if (!cstr_eq(changes[i].before, changes[i].after))
			told[deed.n++] = changes[i];
	}
	return audit_put(rq, &deed);
}

static enum fault
change_tx(struct rq *rq, void *arg)
{
	struct changing *c = arg;
	struct provider_view before;
	uint64_t n;
	enum fault e = provider_sql_get(rq, rq_company(rq), c->in->id, &c->p);

	if (e)
		return e;
	e = check_client(rq, c->in->client_id, c->in->client_secret);
	if (e)
		return e;
	before = c->p.v;
	apply(rq, c->in, &c->p);
	if (c->p.v.client_auth != CLIENT_KEY && c->p.client_secret.n == SEAL_EXTRA)
		return problem_add(&rq->problem, "#/client_secret",
		                   "is required with this client_auth");
	e = provider_sql_update(rq, &c->p, c->in->version, &n);
	if (!e && n == 0)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "The version is %lld now.",
		               (long long)before.version);
	c->p.v.version = c->in->version + 1;
	if (!e)
		e = client_key_ensure(rq, &c->p);
	return e ? e : tell_change(rq, &before, c);
}

enum fault
provider_change(struct rq *rq, const struct provider_change *in, struct provider_view *out)
{
	struct changing c = { .in = in };
	enum fault e = db_tx(rq, change_tx, &c);

	if (!e)
		*out = shown(rq, &c.p.v);
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
	const struct provider_row *p = row;
	struct provider_view v = shown(rq, &p->v);

	return s->fn(rq, &v, s->arg);
}

enum fault
provider_each(struct rq *rq, struct uuid above, int64_t limit, db_row_fn *fn, void *arg)
{
	const struct provider_page page = { rq_company(rq), above, limit };
	struct showing s = { fn, arg };

	return provider_sql_page(rq, &page, show, &s);
}
