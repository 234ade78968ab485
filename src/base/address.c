/* SPDX-License-Identifier: Apache-2.0 */
/* address.c - addresses as 16 bytes, and their first 24 or 48 bits as text. */
#include "rostra/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const unsigned char mapped[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
}; /* ::ffff:0:0/96, RFC 4291 2.5.5.2 */

struct address
address_parse(struct str text)
{
	struct address a = { .known = false };
	char z[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof(z))
		return a;
	memcpy(z, text.s, text.n);
	z[text.n] = '\0';
	if (inet_pton(AF_INET, z, a.b + 12) == 1) {
		memcpy(a.b, mapped, sizeof(mapped));
		a.known = true;
	} else {
		a.known = inet_pton(AF_INET6, z, a.b) == 1;
	}
	return a;
}

void
address_prefix(const struct address *a, char out[IP_PREFIX_SIZE])
{
	const unsigned char *b = a->b;

	out[0] = '\0';
	if (!a->known)
		return;
	if (memcmp(b, mapped, sizeof(mapped)) == 0)
		snprintf(out, IP_PREFIX_SIZE, "%u.%u.%u.0/24", b[12], b[13], b[14]);
	else
		snprintf(out, IP_PREFIX_SIZE, "%x:%x:%x::/48", b[0] << 8 | b[1], b[2] << 8 | b[3],
		         b[4] << 8 | b[5]);
}
