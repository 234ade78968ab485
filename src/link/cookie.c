/* SPDX-License-Identifier: Apache-2.0 */
/* cookie.c - the visitor cookie: 16 random bytes and their MAC; one that we did not sign is as good
 * as none. */
#include <string.h>

#include "rostra/crypto.h"

#include "link_int.h"

enum { MAC_SIZE = 16, COOKIE_BYTES = VISITOR_SIZE + MAC_SIZE };
_Static_assert(VISITOR_COOKIE_TEXT == (COOKIE_BYTES * 4 + 2) / 3, "base64url without padding");

/* Keeps the uses of one key apart. */
static struct sha256
keyed(const unsigned char key[32], char use, const void *bytes, size_t n)
{
	unsigned char text[64] = { (unsigned char)use };

	memcpy(text + 1, bytes, n);
	return hmac_sha256(key, 32, text, n + 1);
}

static bool
cookie_value(struct str cookies, struct str *out)
{
	struct str part;

	while (str_split(&cookies, ';', &part)) {
		part = str_trim(part);
		if (str_starts(part, STR("rv="))) {
			*out = (struct str){ part.s + 3, part.n - 3 };
			return true;
		}
	}
	return false;
}

bool
visitor_cookie_read(const unsigned char key[32], struct str cookies,
                    unsigned char out[VISITOR_SIZE])
{
	unsigned char bytes[COOKIE_BYTES];
	struct sha256 mac;
	struct str text;
	size_t n;

	if (!cookie_value(cookies, &text) || text.n != VISITOR_COOKIE_TEXT)
		return false;
	if (!base64url_decode(text, bytes, sizeof(bytes), &n) || n != sizeof(bytes))
		return false;
	mac = keyed(key, 'v', bytes, VISITOR_SIZE);
	if (!bytes_eq_ct(mac.b, bytes + VISITOR_SIZE, MAC_SIZE))
		return false;
	memcpy(out, bytes, VISITOR_SIZE);
	return true;
}

void
visitor_cookie_make(const unsigned char key[32], unsigned char out[VISITOR_SIZE],
                    char text[VISITOR_COOKIE_TEXT + 1])
{
	unsigned char bytes[COOKIE_BYTES];
	struct sha256 mac;

	random_bytes(bytes, VISITOR_SIZE);
	mac = keyed(key, 'v', bytes, VISITOR_SIZE);
	memcpy(bytes + VISITOR_SIZE, mac.b, MAC_SIZE);
	memcpy(out, bytes, VISITOR_SIZE);
	base64url_encode(bytes, sizeof(bytes), text);
}

void
visitor_of_company(const unsigned char key[32], const unsigned char visitor[VISITOR_SIZE],
                   struct uuid company, unsigned char out[VISITOR_SIZE])
{
	unsigned char both[VISITOR_SIZE + sizeof(company.b)];
	struct sha256 mac;

	memcpy(both, visitor, VISITOR_SIZE);
	memcpy(both + VISITOR_SIZE, company.b, sizeof(company.b));
	mac = keyed(key, 'c', both, sizeof(both));
	memcpy(out, mac.b, VISITOR_SIZE);
}
