/* SPDX-License-Identifier: Apache-2.0 */
/* campaign_http.c - routes of campaign. */
#include "rostra/campaign.h"

const struct route_table campaign_routes = { "campaign", NULL, 0 };
