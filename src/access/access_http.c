/* SPDX-License-Identifier: Apache-2.0 */
/* access_http.c - routes of access. */
#include "rostra/access.h"

const struct route_table access_routes = { "access", NULL, 0 };
