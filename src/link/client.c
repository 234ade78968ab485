/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - who came, as far as it is kept: the address as bytes and as a prefix, the host of the
 * referrer. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "link_int.h"

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

static bool
host_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == '.';
}

struct str
referrer_host(struct str referrer)
{
	static const struct str schemes[] = { { "https://", 8 },
		                              { "http://", 7 },
		                              { "android-app://", 14 } };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		struct str host = { NULL, 0 };

		if (!str_starts(referrer, schemes[i]))
			continue;
		host.s = referrer.s + schemes[i].n;
		while (host.n < referrer.n - schemes[i].n && host_byte(host.s[host.n]))
			host.n++;
		return host.n <= FRAME_REFERRER_MAX ? host : (struct str){ NULL, 0 };
	}
	return (struct str){ NULL, 0 };
}
