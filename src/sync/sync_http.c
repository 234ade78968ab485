/* SPDX-License-Identifier: Apache-2.0 */
/* sync_http.c - routes of sync. */
#include "rostra/sync.h"

const struct route_table sync_routes = { "sync", NULL, 0 };
