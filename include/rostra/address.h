/* SPDX-License-Identifier: Apache-2.0 */
/* address.h - internet addresses, and as much of one as is kept. */
#ifndef ROSTRA_ADDRESS_H
#define ROSTRA_ADDRESS_H

#include <stdbool.h>

#include "rostra/str.h"

enum { IP_PREFIX_SIZE = 25 };

struct address {
	unsigned char b[16]; /* IPv4 as ::ffff:a.b.c.d */
	bool known;
};

struct address address_parse(struct str text);
/* "192.0.2.0/24", "2001:db8:1::/48"; "" when unknown. */
void address_prefix(const struct address *a, char out[IP_PREFIX_SIZE]);

#endif
