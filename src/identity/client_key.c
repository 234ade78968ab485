/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_key.c - keys of ours that prove to a provider who we are (private_key_jwt, OpenID Connect
 * Core 1.0 9).  Each provider has its own: an assertion for one is no good at another.
 */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/audit.h"
#include "rostra/buf.h"
#include "rostra/caller.h"

#include "sign_in_http.h"

enum { ASSERTION_S = 60 };

struct client_keys {
	struct client_key keys[CLIENT_KEYS_MAX + 1];
	size_t n;
};

static enum fault
add_key(struct rq *rq, void *row, void *arg)
{
	struct client_keys *k = arg;

	(void)rq;
	if (k->n < sizeof(k->keys) / sizeof(k->keys[0]))
		k->keys[k->n++] = *(const struct client_key *)row;
	return FAULT_NONE;
}

static enum fault
keys_of(struct rq *rq, const struct provider_row *p, struct client_keys *out)
{
	const struct client_key in = { .company_id = p->v.company_id,
		                       .provider_id = p->v.id,
		                       .retires_at = rq->now_us };

	out->n = 0;
	return client_key_sql_each(rq, &in, add_key, out);
}

static struct sealed_place
place_of(const struct client_key *k)
{
	return (struct sealed_place){ k->company_id, k->id, "provider_key", "secret" };
}

static enum fault
make_key(struct rq *rq, const struct provider_row *p)
{
	struct client_key k = { .company_id = p->v.company_id,
		                .provider_id = p->v.id,
		                .id = uuid_v7(rq->now_us),
		                .created_at = rq->now_us };
	unsigned char der[PRIVKEY_DER_MAX];
	unsigned char *modulus = arena_alloc(rq->arena, PRIVKEY_BYTES, 1);
	const struct str plain = { (const char *)der, privkey_make(der) };
	const struct sealed_place at = place_of(&k);

	if (plain.n == 0 || !privkey_modulus(plain, modulus)) {
		problem_internal(&rq->problem, "OpenSSL made no key");
		return rq_fail(rq, FAULT_INTERNAL, "No key could be made.");
	}
	k.secret = identity_seal(rq, &at, plain);
	k.modulus = (struct str){ (const char *)modulus, PRIVKEY_BYTES };
	secret_wipe(der, sizeof(der));
	return client_key_sql_insert(rq, &k);
}

enum fault
client_key_ensure(struct rq *rq, const struct provider_row *p)
{
	struct client_keys keys;
	enum fault e;

	if (p->v.client_auth != CLIENT_KEY)
		return FAULT_NONE;
	e = keys_of(rq, p, &keys);
	return e || keys.n > 0 ? e : make_key(rq, p);
}

/* The newest of those that providers have had time to see. */
static const struct client_key *
signing_key(const struct rq *rq, const struct client_keys *keys)
{
	const struct client_key *found = keys->n == 0 ? NULL : &keys->keys[0];

	for (size_t i = 1; i < keys->n; i++) {
		if (keys->keys[i].created_at + CLIENT_KEY_ANNOUNCED_S * US_PER_S <= rq->now_us)
			found = &keys->keys[i];
	}
	return found;
}

static const char *
encoded(struct arena *a, struct str bytes)
{
	char *text = arena_alloc(a, base64url_size(bytes.n) + 1, 1);

	base64url_encode(bytes.s, bytes.n, text);
	return text;
}

static const char *
claims_of(struct rq *rq, const struct provider_row *p, const char *audience)
{
	const struct str client = str_of(p->v.client_id);
	struct buf b = { 0 };
	const char *text;

	buf_lit(&b, "{\"iss\":");
	buf_json_string(&b, client);
	buf_lit(&b, ",\"sub\":");
	buf_json_string(&b, client);
	buf_lit(&b, ",\"aud\":");
	buf_json_string(&b, str_of(audience));
	buf_printf(&b, ",\"jti\":\"%s\",\"iat\":%lld,\"exp\":%lld}", random_text(rq),
	           (long long)(rq->now_us / US_PER_S),
	           (long long)(rq->now_us / US_PER_S + ASSERTION_S));
	text = encoded(rq->arena, (struct str){ b.s, b.n });
	buf_free(&b);
	return text;
}

static const char *
sign(struct rq *rq, const struct client_key *k, const char *claims)
{
	const struct sealed_place at = place_of(k);
	const char *der = identity_open(rq, &at, k->secret), *text;
	unsigned char signature[PRIVKEY_BYTES];
	char id[UUID_TEXT_SIZE];

	if (der == NULL)
		return NULL;
	uuid_format(k->id, id);
	text = arena_printf(rq->arena, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", id);
	text = arena_printf(rq->arena, "%s.%s", encoded(rq->arena, str_of(text)), claims);
	if (!privkey_sign((struct str){ der, k->secret.n - SEAL_EXTRA }, str_of(text), signature))
		return NULL;
	return arena_printf(rq->arena, "%s.%s", text,
	                    encoded(rq->arena,
	                            (struct str){ (const char *)signature, sizeof(signature) }));
}

enum fault
client_key_assertion(struct rq *rq, const struct provider_row *p, const char *token_endpoint,
                     const char **ret)
{
	const struct client_key *k;
	struct client_keys keys;
	enum fault e = keys_of(rq, p, &keys);

	if (e)
		return e;
	k = signing_key(rq, &keys);
	*ret = k == NULL ? NULL : sign(rq, k, claims_of(rq, p, token_endpoint));
	if (*ret != NULL)
		return FAULT_NONE;
	problem_internal(&rq->problem, "there is no key, or it is sealed with another one");
	return rq_fail(rq, FAULT_INTERNAL, "The provider's key cannot be opened.");
}

/* --- another key -------------------------------------------------------------------------------
 */

static enum fault
rotate_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	const struct audit_deed deed = { .action = "identity_provider.key_rotated",
		                         .kind = AUDIT_PROVIDER,
		                         .object = *id };
	struct client_key old = { .company_id = rq_company(rq),
		                  .provider_id = *id,
		                  .retires_at =
		                      rq->now_us + CLIENT_KEY_ANNOUNCED_S * US_PER_S + US_PER_DAY };
	struct provider_row p;
	struct client_keys keys;
	enum fault e = provider_sql_get(rq, old.company_id, *id, &p);

	if (!e && p.v.client_auth != CLIENT_KEY)
		return rq_fail(rq, FAULT_CONFLICT,
		               "The provider's client_auth is not private_key_jwt.");
	if (!e)
		e = keys_of(rq, &p, &keys);
	if (!e && keys.n >= CLIENT_KEYS_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "%d keys are in use: wait a day.",
		               CLIENT_KEYS_MAX);
	if (!e)
		e = client_key_sql_retire(rq, &old);
	if (!e)
		e = make_key(rq, &p);
	return e ? e : audit_put(rq, &deed);
}

enum fault
provider_rotate_key(struct rq *rq, struct uuid id)
{
	return db_tx(rq, rotate_tx, &id);
}

/* --- for the provider --------------------------------------------------------------------------
 */

enum fault
handle_jwks(struct rq *rq, struct call *call, void *reply)
{
	const struct client_key in = { .provider_id = call->id[0], .retires_at = rq->now_us };
	struct client_keys keys = { .n = 0 };
	struct buf *b;
	enum fault e = client_key_sql_each(rq, &in, add_key, &keys);

	(void)reply;
	if (e)
		return e;
	if (keys.n == 0)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	http_header(call, "Cache-Control", "public, max-age=300");
	b = http_raw(call, 200, "application/jwk-set+json");
	buf_lit(b, "{\"keys\":[");
	for (size_t i = 0; i < keys.n; i++) {
		char id[UUID_TEXT_SIZE];

		uuid_format(keys.keys[i].id, id);
		buf_printf(b,
		           "%s{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"%s\","
		           "\"e\":\"AQAB\",\"n\":\"%s\"}",
		           i > 0 ? "," : "", id, encoded(rq->arena, keys.keys[i].modulus));
	}
	buf_lit(b, "]}");
	return FAULT_NONE;
}
