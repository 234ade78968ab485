/* SPDX-License-Identifier: Apache-2.0 */
/* team_http.c - teams and their members over HTTP. */
#include "people_int.h"

const struct route_table team_routes = { "team", NULL, 0 };
