/* SPDX-License-Identifier: Apache-2.0 */
/* provider_token.h - between the kinds of tokens that providers sign.  Checks answer NULL, or why
 * it is refused. */
#ifndef ROSTRA_PROVIDER_TOKEN_H
#define ROSTRA_PROVIDER_TOKEN_H

#include "rostra/id_token.h"
#include "rostra/json.h"

#include "auth_int.h"

/* type: the header's typ may be so beside "JWT"; NULL: it may not. */
enum id_token_verdict provider_token_signature(const struct jwks *keys, const struct jws *t,
                                               enum sig_alg alg, const char *type,
                                               const char **why);
/* iss, aud and azp. */
const char *provider_token_parties(const struct json_doc *d, const struct id_token_rules *r);
/* exp, iat and nbf. */
const char *provider_token_times(const struct json_doc *d, int64_t now_us, int64_t *ret_issued_us);
const char *provider_token_subject(const struct json_doc *d, struct arena *a, const char **ret);
/* A claim of 1 to max bytes of printable ASCII without spaces; NULL: none. */
const char *provider_token_word(const struct json_doc *d, const char *name, size_t max,
                                struct arena *a);
/* A claim as text that can be kept; NULL: none. */
const char *provider_token_text(const struct json_doc *d, const char *name, struct arena *a);

#endif
