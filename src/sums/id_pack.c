/* SPDX-License-Identifier: Apache-2.0 */
/* id_pack.c - records of numbers and ids, packed: each id is there once, and named by its place. */
#include <string.h>

#include "rostra/sums.h"

enum { ROOM_FIRST = 4096 };

struct id_pack {
	struct arena *arena;
	struct sum_map *places; /* of ids: from 1 */
	struct uuid *ids;
	size_t n_ids, ids_room;
	unsigned char *bytes;
	size_t n, room;
};

struct id_pack *
id_pack_begin(struct arena *a)
{
	struct id_pack *k = arena_new(a, struct id_pack);

	k->arena = a;
	k->places = sum_map_new(a);
	return k;
}

uint64_t
id_pack_place(struct id_pack *k, struct uuid id)
{
	int64_t *place = sum_map_at(k->places, id, 0);

	if (*place == 0) {
		k->ids = arena_grow(k->arena, k->ids, k->n_ids, &k->ids_room);
		k->ids[k->n_ids++] = id;
		*place = (int64_t)k->n_ids;
	}
	return (uint64_t)*place - 1;
}

/* n is far below ROOM_FIRST. */
static unsigned char *
room_for(struct id_pack *k, size_t n)
{
	if (k->room - k->n < n) {
		const unsigned char *old = k->bytes;

		k->room = k->room == 0 ? ROOM_FIRST : k->room * 2;
		k->bytes = arena_alloc(k->arena, k->room, 1);
		if (k->n > 0)
			memcpy(k->bytes, old, k->n);
	}
	return k->bytes + k->n;
}

void
id_pack_put(struct id_pack *k, const uint64_t *numbers, size_t n)
{
	unsigned char *at = room_for(k, n * SUM_NUMBER_BYTES);

	for (size_t i = 0; i < n; i++)
		sums_put_number(&at, numbers[i]);
	k->n = (size_t)(at - k->bytes);
}

void
id_pack_put_bytes(struct id_pack *k, const void *bytes, size_t n)
{
	memcpy(room_for(k, n), bytes, n);
	k->n += n;
}

bool
id_pack_is_full(const struct id_pack *k)
{
	return k->n + k->n_ids * sizeof(struct uuid) > ID_PACK_BYTES_MAX;
}

struct str
id_pack_end(const struct id_pack *k, uint64_t format)
{
	const size_t ids_bytes = k->n_ids * sizeof(struct uuid);
	unsigned char *bytes =
	    arena_alloc(k->arena, 2 * (size_t)SUM_NUMBER_BYTES + ids_bytes + k->n, 1);
	unsigned char *at = bytes;

	sums_put_number(&at, format);
	if (format == ID_PACK_NONE)
		return (struct str){ (const char *)bytes, (size_t)(at - bytes) };
	sums_put_number(&at, k->n_ids);
	if (ids_bytes > 0)
		memcpy(at, k->ids, ids_bytes);
	at += ids_bytes;
	if (k->n > 0)
		memcpy(at, k->bytes, k->n);
	at += k->n;
	return (struct str){ (const char *)bytes, (size_t)(at - bytes) };
}

/* --- back ------------------------------------------------------------------------------------ */

bool
id_packed_open(struct str bytes, uint64_t format, struct id_packed *ret, bool *ret_packed)
{
	uint64_t found, n;

	*ret = (struct id_packed){ .n_ids = 0 };
	if (!sums_get_number(&bytes, &found))
		return false;
	*ret_packed = found == format;
	if (found != format)
		return true;
	if (!sums_get_number(&bytes, &n) || n > bytes.n / sizeof(struct uuid))
		return false;
	ret->ids = bytes.s;
	ret->n_ids = (size_t)n;
	ret->rest = (struct str){ bytes.s + n * sizeof(struct uuid),
		                  bytes.n - (size_t)n * sizeof(struct uuid) };
	return true;
}

struct uuid
id_packed_id(const struct id_packed *p, uint64_t place)
{
	struct uuid id;

	memcpy(&id, p->ids + place * sizeof(id), sizeof(id));
	return id;
}

bool
id_packed_get(struct id_packed *p, uint64_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!sums_get_number(&p->rest, &numbers[i]))
			return false;
	}
	return true;
}

bool
id_packed_get_bytes(struct id_packed *p, void *ret, size_t n)
{
	if (p->rest.n < n)
		return false;
	memcpy(ret, p->rest.s, n);
	p->rest.s += n;
	p->rest.n -= n;
	return true;
}
