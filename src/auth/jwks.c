/* SPDX-License-Identifier: Apache-2.0 */
/* jwks.c - a JWK Set to keys: what cannot be used is left out, and never spoils the rest. */
#include "rostra/jwks.h"

#include <stdlib.h>
#include <string.h>

#include "rostra/json.h"

enum { JWKS_DEPTH = 6, KID_MAX = 255, MEMBER_BYTES_MAX = 1024 };

struct jwk {
	char *kid;        /* NULL: none */
	enum sig_alg alg; /* SIG__MAX: any that fits */
	struct pubkey *key;
};

struct jwks {
	struct jwk keys[JWKS_KEYS_MAX];
	size_t n;
};

/* Room for the decoded bytes of one member. */
struct member {
	unsigned char bytes[MEMBER_BYTES_MAX];
	struct str value;
};

static bool
read_member(const struct json_doc *d, const char *name, struct member *out)
{
	struct str text;

	out->value.s = (const char *)out->bytes;
	return json_doc_string(d, name, &text) && text.n > 0 &&
	       base64url_decode(text, out->bytes, sizeof(out->bytes), &out->value.n);
}

static struct pubkey *
key_of(const struct json_doc *d)
{
	struct member a, b;
	struct str kind, curve = { NULL, 0 };

	if (!json_doc_string(d, "kty", &kind))
		return NULL;
	if (str_is(kind, "RSA"))
		return read_member(d, "n", &a) && read_member(d, "e", &b)
		           ? pubkey_rsa(a.value, b.value)
		           : NULL;
	if (!json_doc_string(d, "crv", &curve) || !read_member(d, "x", &a))
		return NULL;
	if (str_is(kind, "EC"))
		return read_member(d, "y", &b) ? pubkey_ec(curve, a.value, b.value) : NULL;
	return str_is(kind, "OKP") ? pubkey_okp(curve, a.value) : NULL;
}

/* Absent is fine; what is there must be a word of ours. */
static bool
read_alg(const struct json_doc *d, enum sig_alg *out)
{
	struct str text;

	*out = SIG__MAX;
	if (!json_doc_has(d, "alg"))
		return true;
	if (!json_doc_string(d, "alg", &text))
		return false;
	for (int i = 0; i < SIG__MAX; i++) {
		if (str_is(text, sig_alg_names[i]))
			*out = (enum sig_alg)i;
	}
	return *out != SIG__MAX;
}

static bool
for_signatures(const struct json_doc *d)
{
	struct str use;

	return !json_doc_has(d, "use") || (json_doc_string(d, "use", &use) && str_is(use, "sig"));
}

static bool
read_kid(const struct json_doc *d, char **ret)
{
	struct str text;

	*ret = NULL;
	if (!json_doc_has(d, "kid"))
		return true;
	if (!json_doc_string(d, "kid", &text) || text.n == 0 || text.n > KID_MAX ||
	    memchr(text.s, '\0', text.n) != NULL)
		return false;
	*ret = strndup(text.s, text.n);
	return *ret != NULL;
}

static void
add_key(struct jwks *s, const struct json_doc *d)
{
	struct jwk *k = &s->keys[s->n];

	if (!for_signatures(d) || !read_alg(d, &k->alg) || !read_kid(d, &k->kid))
		return;
	k->key = key_of(d);
	if (k->key != NULL && (k->alg == SIG__MAX || pubkey_fits(k->key, k->alg))) {
		s->n++;
		return;
	}
	pubkey_free(&k->key);
	free(k->kid);
}

struct jwks *
jwks_parse(struct str json)
{
	struct json_doc *d = json.n <= JWKS_BYTES_MAX ? json_doc_parse(json, JWKS_DEPTH) : NULL;
	struct jwks *s = NULL;
	size_t n;

	if (d != NULL && json_doc_list(d, "keys", &n))
		s = calloc(1, sizeof(*s));
	for (size_t i = 0; s != NULL && i < n && s->n < JWKS_KEYS_MAX; i++) {
		struct json_doc *key = json_doc_list_object(d, "keys", i);

		if (key != NULL)
			add_key(s, key);
		json_doc_free(&key);
	}
	json_doc_free(&d);
	return s;
}

void
jwks_free(struct jwks **s)
{
	if (*s == NULL)
		return;
	for (size_t i = 0; i < (*s)->n; i++) {
		pubkey_free(&(*s)->keys[i].key);
		free((*s)->keys[i].kid);
	}
	free(*s);
	*s = NULL;
}

size_t
jwks_size(const struct jwks *s)
{
	return s->n;
}

static bool
fits(const struct jwk *k, enum sig_alg alg)
{
	return (k->alg == SIG__MAX || k->alg == alg) && pubkey_fits(k->key, alg);
}

const struct pubkey *
jwks_find(const struct jwks *s, struct str kid, enum sig_alg alg, bool *ret_unknown)
{
	const struct pubkey *found = NULL;
	size_t named = 0, fitting = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct jwk *k = &s->keys[i];

		if (kid.s != NULL && (k->kid == NULL || !str_is(kid, k->kid)))
			continue;
		named++;
		if (fits(k, alg)) {
			fitting++;
			found = k->key;
		}
	}
	*ret_unknown = named == 0;
	return fitting == 1 ? found : NULL;
}
