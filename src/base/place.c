/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - files in MaxMind's format: the first address of a prefix stands for all of it. */
#include "rostra/place.h"

#include <maxminddb.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/text.h"

enum { ADDRESS_MAX = 46 };

struct places {
	MMDB_s file;
};

struct places *
places_open(const char *file)
{
	struct places *p = calloc(1, sizeof(*p));

	if (p != NULL && MMDB_open(file, MMDB_MODE_MMAP, &p->file) == MMDB_SUCCESS)
		return p;
	free(p);
	return NULL;
}

void
places_close(struct places **p)
{
	if (*p == NULL)
		return;
	MMDB_close(&(*p)->file);
	free(*p);
	*p = NULL;
}

/* A text of the entry, when it fits and can be stored. */
static void
take_text(MMDB_lookup_result_s *found, const char *const *path, char *out, size_t room, size_t most)
{
	MMDB_entry_data_s data;
	struct str text;

	if (MMDB_aget_value(&found->entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size == 0)
		return;
	text = (struct str){ data.utf8_string, data.data_size };
	if (text.n >= room || !utf8_valid(text) || text_code_points(text) > most)
		return;
	memcpy(out, text.s, text.n);
	out[text.n] = '\0';
}

void
places_find(const struct places *p, struct str prefix, struct place *ret)
{
	static const char *const country[] = { "country", "iso_code", NULL };
	static const char *const city[] = { "city", "names", "en", NULL };
	char address[ADDRESS_MAX];
	struct str rest = prefix, first;
	MMDB_lookup_result_s found;
	int wrong = 0, failed = MMDB_SUCCESS;

	memset(ret, 0, sizeof(*ret));
	if (!str_split(&rest, '/', &first) || first.n == 0 || first.n >= sizeof(address))
		return;
	memcpy(address, first.s, first.n);
	address[first.n] = '\0';
	found = MMDB_lookup_string(&p->file, address, &wrong, &failed);
	if (wrong != 0 || failed != MMDB_SUCCESS || !found.found_entry)
		return;
	take_text(&found, country, ret->country, sizeof(ret->country), sizeof(ret->country) - 1);
	take_text(&found, city, ret->city, sizeof(ret->city), PLACE_CITY_MAX);
	if (strlen(ret->country) != 2)
		ret->country[0] = '\0';
}

void
place_look_up(const char *file, struct str prefix, struct place *ret)
{
	struct places *p = file[0] != '\0' ? places_open(file) : NULL;

	memset(ret, 0, sizeof(*ret));
	if (p != NULL)
		places_find(p, prefix, ret);
	places_close(&p);
}
