/* SPDX-License-Identifier: Apache-2.0 */
/*
 * id_token.h - an identity provider's word on who signed in: all checks of OpenID Connect
 * Core 1.0 3.1.3.7 and RFC 8725, and those that certified clients leave out (a member twice,
 * another algorithm, azp, at_hash, times far off).
 */
#ifndef ROSTRA_ID_TOKEN_H
#define ROSTRA_ID_TOKEN_H

#include "rostra/arena.h"
#include "rostra/clock.h"
#include "rostra/jwks.h"

enum {
	ID_TOKEN_BYTES_MAX = 64 * 1024, /* 300 groups take about 5 KiB */
	ID_TOKEN_SKEW_S = 60,
	ID_TOKEN_AGE_MAX_S = 600,
	ID_TOKEN_DEPTH = 8,    /* of its JSON */
	ID_SUBJECT_MAX = 255,  /* OpenID Connect Core 1.0 2 */
	ID_DIRECTORY_MAX = 64, /* of tid and oid, which are UUIDs at Entra */
};

/* What the company registered, and what this sign-in was begun with. */
struct id_token_rules {
	const char *issuer, *client_id, *nonce;
	enum sig_alg alg;
	const char *access_token; /* NULL: none came, at_hash is not compared */
	int64_t now_us;
};

struct id_token {
	const char *subject;                         /* never NULL */
	const char *email;                           /* lower case; NULL: none */
	const char *name, *given_name, *family_name; /* NULL: none */
	const char *locale, *provider_session;       /* NULL: none */
	/* Tenant and person of the provider's directory, the same for all its applications, as
	 * Entra's tokens say; printable ASCII; NULL: none. */
	const char *tid, *oid;
	bool email_verified;
	int64_t issued_us;
	struct str payload; /* all that it says, as JSON: see claims.c of identity */
};

enum id_token_verdict {
	ID_TOKEN_GOOD,
	ID_TOKEN_BAD,
	ID_TOKEN_UNKNOWN_KEY, /* the header is fine, but no key has its id: fetch the keys and ask
	                         again */
};

/* *why is a literal for the log; the person is told nothing but that it failed. */
enum id_token_verdict id_token_verify(const struct jwks *keys, struct str token,
                                      const struct id_token_rules *rules, struct arena *a,
                                      struct id_token *out, const char **why);

#endif
