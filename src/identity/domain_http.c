/* SPDX-License-Identifier: Apache-2.0 */
/* domain_http.c - admins prove e-mail domains: schemas, handlers, routes. */
#include "rostra/caller.h"

#include "domain_int.h"

/* clang-format off */
struct domain_put {
	struct uuid provider_id;
	const char *domain;
};
static const struct j_field put_fields[] = {
	J_ID(struct domain_put, provider_id, J_REQUIRED, .help = "Whose people have addresses there"),
	J_TEXT(struct domain_put, domain, J_REQUIRED | J_TRIM, 3, DOMAIN_CHARS_MAX, .help = "example.com"),
};
static const struct j_schema put_schema = J_SCHEMA("email_domain_put", struct domain_put, put_fields);

static const struct j_field proof_fields[] = {
	J_ID(struct domain_proof, id, J_REQUIRED),
	J_ID(struct domain_proof, provider_id, J_REQUIRED),
	J_TEXT(struct domain_proof, domain, J_REQUIRED, 3, DOMAIN_CHARS_MAX),
	J_TEXT(struct domain_proof, record_name, J_REQUIRED, 1, 253, .help = "Of the TXT record that proves it"),
	J_TEXT(struct domain_proof, record_value, J_REQUIRED, 1, 100, .help = "What is in it"),
	J_WORD(struct domain_proof, result, J_REQUIRED | J_NULLABLE, domain_result_names, -1, .help = "Of the last check; null: there was none"),
	J_AT(struct domain_proof, created_at, J_REQUIRED),
	J_AT(struct domain_proof, checked_at, J_REQUIRED | J_NULLABLE),
	J_AT(struct domain_proof, proved_at, J_REQUIRED | J_NULLABLE, .help = "It is the company's since then, whatever later checks find; null: it is not"),
};
static const struct j_schema proof_schema = J_SCHEMA("email_domain", struct domain_proof, proof_fields);
/* clang-format on */

static enum fault
domain_put(struct rq *rq, struct call *call, void *reply)
{
	const struct domain_put *in = call->body;
	bool created = false;
	enum fault e = domain_want(rq, call->id[0], in->provider_id, in->domain, reply, &created);

	if (!e && created)
		http_created(call);
	return e;
}

static enum fault
domain_get(struct rq *rq, struct call *call, void *reply)
{
	return domain_proof_get(rq, call->id[0], reply);
}

static enum fault
put_proof(struct rq *rq, void *row, void *arg)
{
	const struct domain_proof *p = row;

	(void)page_add(rq, arg, p, (struct page_key){ .id = p->id });
	return FAULT_NONE;
}

static enum fault
domains_get(struct rq *rq, struct call *call, void *reply)
{
	const struct uuid first = { { 1 } }; /* below every id of ours; zero would be NULL */

	(void)reply;
	return domain_proof_each(rq, call->after ? call->key.id : first, call->limit + 1, put_proof,
	                         call);
}

static enum fault
domain_check_post(struct rq *rq, struct call *call, void *reply)
{
	return domain_check(rq, call->id[0], reply);
}

static enum fault
domain_delete(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return domain_drop(rq, call->id[0]);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/email-domains", .access = ACCESS_ADMIN, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &proof_schema, .handle = domains_get, .name = "email_domains_get",
	  .summary = "Domains that are proved by the DNS, or are to be" },
	{ .method = HTTP_GET, .path = "/v1/email-domains/{id}", .access = ACCESS_ADMIN, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &proof_schema, .handle = domain_get, .name = "email_domain_get", .summary = "One of them" },
	{ .method = HTTP_PUT, .path = "/v1/email-domains/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &put_schema, .kind = REPLY_OBJECT, .reply = &proof_schema, .handle = domain_put, .name = "email_domain_put",
	  .summary = "A domain that is to be proved: the answer says by which TXT record" },
	{ .method = HTTP_POST, .path = "/v1/email-domains/{id}/check", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .kind = REPLY_OBJECT, .reply = &proof_schema, .handle = domain_check_post, .name = "email_domain_check",
	  .summary = "Ask the DNS now; with its record there, the domain is the company's" },
	{ .method = HTTP_DELETE, .path = "/v1/email-domains/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .kind = REPLY_NONE,
	  .handle = domain_delete, .name = "email_domain_delete", .summary = "Give a domain up, proved or not" },
};
/* clang-format on */

const struct route_table email_domain_routes = ROUTES("identity", rows);
