/* SPDX-License-Identifier: Apache-2.0 */
/* feed_http.c - routes of feed. */
#include "rostra/feed.h"

const struct route_table feed_routes = { "feed", NULL, 0 };
