/* SPDX-License-Identifier: Apache-2.0 */
/* ground.h - a folder of state for each test of what link workers keep there, and its removal. */
#ifndef TEST_GROUND_H
#define TEST_GROUND_H

#include <stdio.h>
#include <stdlib.h>

#include "rostra/conf.h"

struct ground {
	char dir[64];
	struct conf conf;
};

static int
ground_up(void **state)
{
	struct ground *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	(void)snprintf(g->dir, sizeof(g->dir), "/tmp/rostra-test.XXXXXX");
	assert_non_null(mkdtemp(g->dir));
	g->conf.state_dir = g->dir;
	g->conf.spool_max_mb = 1;
	g->conf.spool_sync_ms = 10;
	g->conf.spool_segment_kb = 64;
	*state = g;
	return 0;
}

static int
ground_down(void **state)
{
	struct ground *g = *state;
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", g->dir);
	assert_int_equal(system(command), 0);
	free(g);
	return 0;
}

#define ON_GROUND(test) cmocka_unit_test_setup_teardown(test, ground_up, ground_down)

#endif
