/* SPDX-License-Identifier: Apache-2.0 */
/* jws.c - the compact form of a signed token (RFC 7515 7.1), strictly. */
#include "auth_int.h"

static bool
decode_part(struct arena *a, struct str text, struct str *out)
{
	char *bytes = arena_alloc(a, text.n + 1, 1);

	out->s = bytes;
	return text.n > 0 && base64url_decode(text, bytes, text.n, &out->n);
}

bool
jws_split(struct arena *a, struct str token, struct jws *out)
{
	struct str rest = token, header, payload;

	if (!str_split(&rest, '.', &header) || !str_split(&rest, '.', &payload) || rest.s == NULL)
		return false;
	out->signed_text = (struct str){ token.s, header.n + 1 + payload.n };
	return decode_part(a, header, &out->header) && decode_part(a, payload, &out->payload) &&
	       decode_part(a, rest, &out->signature);
}
