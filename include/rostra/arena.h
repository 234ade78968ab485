/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - an arena owns every byte a request allocates.  It is reset, never freed, after the reply is
 * sent; no pointer taken from it may outlive the request.  Allocation never returns NULL: on exhaustion
 * the process logs and exits, and its supervisor starts another.  What a client can cause is bounded
 * before it is allocated (body limits, field maxima), so exhaustion is a failure of the host.
 */
#ifndef ROSTRA_ARENA_H
#define ROSTRA_ARENA_H

#include "rostra/fault.h"

#include <stdalign.h>
#include <stddef.h>

struct arena;

/* A new arena whose first block has first_bytes; the caller destroys it. */
struct arena *arena_create(size_t first_bytes);
/* Frees all and sets *a to NULL; takes a pointer to NULL. */
void arena_destroy(struct arena **a);
/* All allocations end; the first block is kept, larger ones go back.  Unused memory is poisoned under ASan. */
void arena_reset(struct arena *a);

/* Zeroed memory.  align: a power of two up to 64. */
void *arena_alloc(struct arena *a, size_t bytes, size_t align);
/* n * bytes with an overflow check. */
void *arena_array_(struct arena *a, size_t n, size_t bytes, size_t align);
/*
 * An array that grows, of n items with room for *room: itself while there is room for one more, else a
 * copy with twice the room, zeroed behind the items.  NULL with a room of 0 is an empty one.  What it
 * was copied from stays until the reset: all copies together are less than twice the last one.
 */
void *arena_grow_(struct arena *a, const void *items, size_t n, size_t *room, size_t bytes);
/* A copy of n bytes with a NUL behind them. */
char *arena_copy(struct arena *a, const void *bytes, size_t n);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

#define arena_new(a, T) ((T *)arena_alloc((a), sizeof(T), alignof(T)))
#define arena_array(a, n, T) ((T *)arena_array_((a), (n), sizeof(T), alignof(T)))
#define arena_grow(a, items, n, room) arena_grow_((a), (items), (n), (room), sizeof(*(items)))

#endif
