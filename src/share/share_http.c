/* SPDX-License-Identifier: Apache-2.0 */
/* share_http.c - routes of share. */
#include "rostra/share.h"

const struct route_table share_routes = { "share", NULL, 0 };
