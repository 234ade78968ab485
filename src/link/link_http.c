/* SPDX-License-Identifier: Apache-2.0 */
/* link_http.c - routes of link. */
#include "rostra/link.h"

const struct route_table link_routes = { "link", NULL, 0 };
