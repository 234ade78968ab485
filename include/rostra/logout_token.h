/* SPDX-License-Identifier: Apache-2.0 */
/* logout_token.h - an identity provider's word that somebody signed out there: OpenID Connect
 * Back-Channel Logout 1.0 2.4 and 2.6. */
#ifndef ROSTRA_LOGOUT_TOKEN_H
#define ROSTRA_LOGOUT_TOKEN_H

#include "rostra/id_token.h"

enum { LOGOUT_TOKEN_BYTES_MAX = 16 * 1024 };

/* One of subject and provider_session is there, or both. */
struct logout_token {
	const char *id;                         /* jti: the same twice is a replay */
	const char *subject, *provider_session; /* NULL: none */
	int64_t issued_us;
};

/*
 * As id_token_verify, by the same rules but for the nonce, which must not be there.  An ID Token is
 * refused, as id_token_verify refuses a logout token.
 */
enum id_token_verdict logout_token_verify(const struct jwks *keys, struct str token,
                                          const struct id_token_rules *rules, struct arena *a,
                                          struct logout_token *out, const char **why);
/* Whom it says it is from and for, unproved: to find whose keys prove it.  False: it does not say.
 */
bool logout_token_addressee(struct arena *a, struct str token, const char **ret_issuer,
                            const char **ret_client);

#endif
