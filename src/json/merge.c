/* SPDX-License-Identifier: Apache-2.0 */
/* merge.c - lays the members that a PATCH named over what is there. */
#include <string.h>

#include "rostra/json.h"

static size_t
place_size(enum j_type type)
{
	switch (type) {
	case J_BOOL:
		return sizeof(bool);
	case J_ENUM:
		return sizeof(int);
	case J_SET:
		return sizeof(uint32_t);
	case J_STRING:
		return sizeof(const char *);
	case J_UUID:
		return sizeof(struct uuid);
	case J_LIST:
		return sizeof(struct j_list);
	case J_OBJECT:
		return sizeof(const void *);
	case J_RAW:
		return sizeof(struct str);
	case J_INT:
	case J_MICRO:
	case J_TIME:
		return sizeof(int64_t);
	}
	return 0;
}

void
j_merge(const struct j_schema *s, void *into, const void *from)
{
	uint64_t has;

	memcpy(&has, (const char *)from + s->has_off, sizeof(has));
	for (size_t i = 0; i < s->n; i++) {
		const struct j_field *f = &s->fields[i];

		if (has >> i & 1)
			memcpy((char *)into + f->off, (const char *)from + f->off,
			       place_size(f->type));
	}
}
