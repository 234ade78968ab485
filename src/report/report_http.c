/* SPDX-License-Identifier: Apache-2.0 */
/* report_http.c - routes of report. */
#include "rostra/report.h"

const struct route_table report_routes = { "report", NULL, 0 };
