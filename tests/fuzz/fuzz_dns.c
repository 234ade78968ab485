/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_dns.c - answers of name servers: what is read of one lies in it, or is joined of what does.
 */
#include <stdint.h>
#include <stdlib.h>

#include "rostra/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t bytes, room;
};

static bool
look(struct str text, void *arg)
{
	struct seen *s = arg;
	unsigned sum = 0;

	for (size_t i = 0; i < text.n; i++)
		sum += (unsigned char)text.s[i];
	s->bytes += text.n;
	if (s->bytes > s->room)
		abort();
	return sum != 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen s = { 0, size };

	(void)dns_read_txt((struct str){ (const char *)data, size }, look, &s);
	return 0;
}
