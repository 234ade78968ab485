/* SPDX-License-Identifier: Apache-2.0 */
/* people_http.c - routes of people. */
#include "rostra/people.h"

const struct route_table people_routes = { "people", NULL, 0 };
