/* SPDX-License-Identifier: Apache-2.0 */
/* network.c - the tables of the networks. */
#include "rostra/network.h"

#include <stddef.h>

const char *const network_names[NETWORK__MAX + 1] = {
#define X(name, word, limit, unit, link) [NETWORK_##name] = word,
	NETWORKS(X)
#undef X
};

const struct network_row network_rows[NETWORK__MAX] = {
#define X(name, word, limit, unit, link) [NETWORK_##name] = { limit, unit, link },
	NETWORKS(X)
#undef X
};
