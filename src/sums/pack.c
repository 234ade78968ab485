/* SPDX-License-Identifier: Apache-2.0 */
/* pack.c - counts of keys in memory, and as bytes. */
#include <stdlib.h>
#include <string.h>

#include "rostra/crypto.h"
#include "rostra/sums.h"

enum { SLOTS_FIRST = 64, BITS = 7, MORE = 0x80 };

struct slot {
	struct sum_cell cell;
	bool used;
};
struct sum_map {
	struct arena *arena;
	struct slot *slots; /* open addressing, at most half full */
	size_t n_slots, n;
};

struct sum_map *
sum_map_new(struct arena *a)
{
	struct sum_map *m = arena_new(a, struct sum_map);

	m->arena = a;
	m->n_slots = SLOTS_FIRST;
	m->slots = arena_array(a, m->n_slots, struct slot);
	return m;
}

static struct slot *
slot_of(const struct sum_map *m, struct uuid key, uint32_t sub)
{
	size_t at = hash64(key.b, sizeof(key.b), sub) & (m->n_slots - 1);

	while (m->slots[at].used &&
	       (m->slots[at].cell.sub != sub || !uuid_eq(m->slots[at].cell.key, key)))
		at = (at + 1) & (m->n_slots - 1);
	return &m->slots[at];
}

static void
widen(struct sum_map *m)
{
	const struct slot *old = m->slots;
	size_t n_old = m->n_slots;

	m->n_slots *= 2;
	m->slots = arena_array(m->arena, m->n_slots, struct slot);
	for (size_t i = 0; i < n_old; i++) {
		if (old[i].used)
			*slot_of(m, old[i].cell.key, old[i].cell.sub) = old[i];
	}
}

int64_t *
sum_map_at(struct sum_map *m, struct uuid key, uint32_t sub)
{
	struct slot *s = slot_of(m, key, sub);

	if (!s->used) {
		if (++m->n * 2 > m->n_slots) {
			widen(m);
			s = slot_of(m, key, sub);
		}
		s->used = true;
		s->cell.key = key;
		s->cell.sub = sub;
	}
	return &s->cell.n;
}

void
sum_map_add(struct sum_map *m, struct uuid key, uint32_t sub, int64_t n)
{
	*sum_map_at(m, key, sub) += n;
}

size_t
sum_map_size(const struct sum_map *m)
{
	return m->n;
}

static int
by_key(const void *a, const void *b)
{
	const struct sum_cell *left = a, *right = b;
	int c = uuid_cmp(left->key, right->key);

	return c != 0 ? c : (left->sub > right->sub) - (left->sub < right->sub);
}

const struct sum_cell *
sum_map_cells(const struct sum_map *m, size_t *ret_n)
{
	struct sum_cell *cells = arena_array(m->arena, m->n, struct sum_cell);
	size_t n = 0;

	for (size_t i = 0; i < m->n_slots; i++) {
		if (m->slots[i].used && m->slots[i].cell.n != 0)
			cells[n++] = m->slots[i].cell;
	}
	if (n > 1)
		qsort(cells, n, sizeof(*cells), by_key);
	*ret_n = n;
	return cells;
}

struct uuid
sum_key_small(uint32_t n)
{
	struct uuid key = { { 0 } };

	for (size_t i = 0; i < sizeof(n); i++)
		key.b[sizeof(key.b) - 1 - i] = (unsigned char)(n >> (8 * i));
	return key;
}

uint32_t
sum_key_number(struct uuid key)
{
	uint32_t n = 0;

	for (size_t i = sizeof(key.b) - sizeof(n); i < sizeof(key.b); i++)
		n = n << 8 | key.b[i];
	return n;
}

struct uuid
sum_key_nobody(void)
{
	struct uuid key;

	memset(key.b, 0xff, sizeof(key.b));
	return key;
}

/* --- bytes --------------------------------------------------------------------------------- */

void
sums_put_number(unsigned char **at, uint64_t n)
{
	while (n >= MORE) {
		*(*at)++ = (unsigned char)(n | MORE);
		n >>= BITS;
	}
	*(*at)++ = (unsigned char)n;
}

uint64_t
sums_zigzag(int64_t n)
{
	return (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0);
}

int64_t
sums_of_zigzag(uint64_t n)
{
	return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

/* How many cells from i on have its key. */
static size_t
run_of(const struct sum_cell *cells, size_t i, size_t n)
{
	size_t end = i + 1;

	while (end < n && uuid_eq(cells[end].key, cells[i].key))
		end++;
	return end - i;
}

struct str
sums_pack(struct arena *a, const struct sum_map *m)
{
	size_t n;
	const struct sum_cell *cells = sum_map_cells(m, &n);
	size_t room = n * (sizeof(struct uuid) + 3 * SUM_NUMBER_BYTES);
	unsigned char *bytes = arena_alloc(a, room + 1, 1), *at = bytes;

	for (size_t i = 0, run; i < n; i += run) {
		run = run_of(cells, i, n);
		memcpy(at, cells[i].key.b, sizeof(cells[i].key.b));
		at += sizeof(cells[i].key.b);
		sums_put_number(&at, run);
		for (size_t k = i; k < i + run; k++) {
			sums_put_number(&at, cells[k].sub);
			sums_put_number(&at, sums_zigzag(cells[k].n));
		}
	}
	return (struct str){ (const char *)bytes, (size_t)(at - bytes) };
}

bool
sums_get_number(struct str *rest, uint64_t *ret)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rest->n && i < SUM_NUMBER_BYTES; i++) {
		unsigned char byte = (unsigned char)rest->s[i];

		n |= (uint64_t)(byte & (MORE - 1)) << (BITS * i);
		if (byte >= MORE)
			continue;
		rest->s += i + 1;
		rest->n -= i + 1;
		*ret = n;
		return true;
	}
	return false;
}

static bool
get_cell(struct str *rest, struct sum_cell *ret)
{
	uint64_t sub, zigzag;

	if (!sums_get_number(rest, &sub) || sub > UINT32_MAX || !sums_get_number(rest, &zigzag))
		return false;
	ret->sub = (uint32_t)sub;
	ret->n = sums_of_zigzag(zigzag);
	return true;
}

bool
sums_cells(struct str bytes, sum_cell_fn *fn, void *arg)
{
	struct sum_cell cell;
	uint64_t run;

	while (bytes.n > 0) {
		if (bytes.n < sizeof(cell.key.b))
			return false;
		memcpy(cell.key.b, bytes.s, sizeof(cell.key.b));
		bytes.s += sizeof(cell.key.b);
		bytes.n -= sizeof(cell.key.b);
		if (!sums_get_number(&bytes, &run))
			return false;
		for (; run > 0; run--) {
			if (!get_cell(&bytes, &cell))
				return false;
			fn(&cell, arg);
		}
	}
	return true;
}

struct adding {
	struct sum_map *to;
	int only;
};

static void
add_cell(const struct sum_cell *c, void *arg)
{
	const struct adding *a = arg;

	if (a->only == SUM_EACH)
		sum_map_add(a->to, c->key, c->sub, c->n);
	else if (a->only == SUM_ALL || (uint32_t)a->only == c->sub)
		sum_map_add(a->to, c->key, 0, c->n);
}

bool
sums_unpack(struct str bytes, int only, struct sum_map *to)
{
	struct adding a = { to, only };

	return sums_cells(bytes, add_cell, &a);
}
