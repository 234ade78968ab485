/* SPDX-License-Identifier: Apache-2.0 */
/* channel_http.c - routes of channel. */
#include "rostra/channel.h"

const struct route_table channel_routes = { "channel", NULL, 0 };
