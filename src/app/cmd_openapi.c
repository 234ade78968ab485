/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_openapi.c - `rostra openapi`: prints the document of all routes; needs no database. */
#include <stdio.h>
#include <stdlib.h>

#include "app_int.h"

enum { STATUS_USAGE = 2 };

int
cmd_openapi(struct app *app, int argc, char **argv)
{
	struct buf b = { 0 };
	char err[256];

	(void)app;
	if (argc == 2 && cstr_eq(argv[1], "--help")) {
		puts("Usage: rostra openapi\n\nPrints the OpenAPI 3.1 document of every route.");
		return EXIT_SUCCESS;
	}
	if (argc != 1) {
		(void)fputs("Usage: rostra openapi\n", stderr);
		return STATUS_USAGE;
	}
	if (!routes_check(app_routes, err, sizeof(err))) {
		(void)fprintf(stderr, "rostra openapi: %s\n", err);
		return EXIT_FAILURE;
	}
	openapi_print(&b, app_routes, PACKAGE_VERSION);
	(void)fwrite(b.s, 1, b.n, stdout);
	buf_free(&b);
	return ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
