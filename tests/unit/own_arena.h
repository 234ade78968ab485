/* SPDX-License-Identifier: Apache-2.0 */
/* own_arena.h - an arena for each test, as its state. */
#ifndef TEST_OWN_ARENA_H
#define TEST_OWN_ARENA_H

#include "rostra/arena.h"

enum { OWN_ARENA_BYTES = 4096 };

static int
arena_up(void **state)
{
	*state = arena_create(OWN_ARENA_BYTES);
	return 0;
}

static int
arena_down(void **state)
{
	arena_destroy((struct arena **)state);
	return 0;
}

#endif
