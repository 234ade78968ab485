/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - bump allocation in a chain of blocks; knows nothing of requests. */
#include "rostra/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/log.h"

#if defined(__SANITIZE_ADDRESS__)
#	define ARENA_ASAN 1
#elif defined(__has_feature)
#	if __has_feature(address_sanitizer)
#		define ARENA_ASAN 1
#	endif
#endif
#ifdef ARENA_ASAN
#	include <sanitizer/asan_interface.h>
/* Between two allocations, so that an overrun of one is seen. */
enum { REDZONE = 16 };
#else
#	define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#	define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { REDZONE = 0 };
#endif

enum { BLOCK_ALIGN = 64, BLOCK_MIN = 4096, GROW_FIRST = 16 /* items */ };

struct block {
	struct block *next; /* the older one */
	size_t room;
	unsigned char *bytes;
};

struct arena {
	struct block *top;   /* newest: allocations come from it */
	struct block *first; /* kept by reset */
	size_t at;           /* offset in top->bytes */
	size_t used;
};

static struct block *
block_create(size_t room)
{
	struct block *b = malloc(sizeof(*b));

	if (b == NULL)
		log_die("out_of_memory", "arena block");
	room = (room + BLOCK_ALIGN - 1) & ~(size_t)(BLOCK_ALIGN - 1);
	b->next = NULL;
	b->room = room;
	b->bytes = aligned_alloc(BLOCK_ALIGN, room);
	if (b->bytes == NULL)
		log_die("out_of_memory", "arena block of %zu bytes", room);
	ASAN_POISON_MEMORY_REGION(b->bytes, room);
	return b;
}

static void
block_destroy(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->room);
	free(b->bytes);
	free(b);
}

struct arena *
arena_create(size_t first_bytes)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		log_die("out_of_memory", "arena");
	a->first = block_create(first_bytes < BLOCK_MIN ? BLOCK_MIN : first_bytes);
	a->top = a->first;
	return a;
}

static void
free_all_but_first(struct arena *a)
{
	while (a->top != a->first) {
		struct block *b = a->top;

		a->top = b->next;
		block_destroy(b);
	}
}

void
arena_destroy(struct arena **a)
{
	if (*a == NULL)
		return;
	free_all_but_first(*a);
	block_destroy((*a)->first);
	free(*a);
	*a = NULL;
}

void
arena_reset(struct arena *a)
{
	free_all_but_first(a);
	ASAN_POISON_MEMORY_REGION(a->first->bytes, a->first->room);
	a->at = 0;
	a->used = 0;
}

void *
arena_alloc(struct arena *a, size_t bytes, size_t align)
{
	size_t at = (a->at + align - 1) & ~(align - 1);
	void *p;

	if (bytes > SIZE_MAX / 4)
		log_die("out_of_memory", "%zu bytes asked for", bytes);
	if (at + bytes + REDZONE > a->top->room) {
		size_t room = a->top->room * 2;
		struct block *b = block_create(bytes + REDZONE > room ? bytes + REDZONE : room);

		b->next = a->top;
		a->top = b;
		at = 0;
	}
	p = a->top->bytes + at;
	a->at = at + bytes + REDZONE;
	a->used += bytes;
	ASAN_UNPOISON_MEMORY_REGION(p, bytes);
	return memset(p, 0, bytes);
}

void *
arena_array_(struct arena *a, size_t n, size_t bytes, size_t align)
{
	size_t all;

	if (__builtin_mul_overflow(n, bytes, &all))
		log_die("out_of_memory", "%zu times %zu bytes asked for", n, bytes);
	return arena_alloc(a, all, align);
}

void *
arena_grow_(struct arena *a, const void *items, size_t n, size_t *room, size_t bytes)
{
	const size_t more = *room > 0 ? 2 * *room : GROW_FIRST;
	void *grown;

	if (n < *room)
		return (void *)(uintptr_t)items;
	grown = arena_array_(a, more, bytes, alignof(max_align_t));
	if (n > 0)
		memcpy(grown, items, n * bytes);
	*room = more;
	return grown;
}

char *
arena_copy(struct arena *a, const void *bytes, size_t n)
{
	char *p = arena_alloc(a, n + 1, 1);

	if (n > 0)
		memcpy(p, bytes, n);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_copy(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		log_die("bad_format", "arena_printf");
	p = arena_alloc(a, (size_t)n + 1, 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
