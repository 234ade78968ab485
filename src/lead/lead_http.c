/* SPDX-License-Identifier: Apache-2.0 */
/* lead_http.c - routes of lead. */
#include "rostra/lead.h"

const struct route_table lead_routes = { "lead", NULL, 0 };
