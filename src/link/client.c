/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - who came, as far as it is kept: the host of the referrer. */
#include "link_int.h"

static bool
host_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == '.';
}

/* Half a name would be another one. */
static bool
ends_host(struct str referrer, struct str host)
{
	const char *end = host.s + host.n;

	return end == referrer.s + referrer.n || *end == '/' || *end == ':' || *end == '?' ||
	       *end == '#';
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
		if (host.n > FRAME_REFERRER_MAX || !ends_host(referrer, host))
			host = (struct str){ NULL, 0 };
		return host;
	}
	return (struct str){ NULL, 0 };
}
