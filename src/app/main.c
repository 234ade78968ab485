/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the subcommands of rostra. */
#include "app_int.h"

int
main(void)
{
	app_tables_init();
	return 0;
}
