/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_text.c - the small parsers of base: text, times, ids, escapes.  What is read, written and
 * read again is the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/clock.h"
#include "rostra/network.h"
#include "rostra/text.h"
#include "rostra/uuid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_counts(struct arena *a, struct str s)
{
	size_t graphemes, points;

	if (!utf8_valid(s))
		return;
	graphemes = text_graphemes(s);
	points = text_code_points(s);
	if (graphemes > points || points > s.n || text_utf16_units(s) < points)
		abort();
	if (!utf8_valid(str_of(text_fold(a, s))))
		abort();
	(void)text_simhash(a, s);
	for (int n = 0; n < NETWORK__MAX; n++)
		(void)network_length((enum network)n, s);
}

static void
check_time(struct str s)
{
	char text[RFC3339_SIZE];
	int64_t at, again;

	if (!time_parse(s, &at))
		return;
	if (!time_parse((struct str){ text, time_format(at, text) }, &again) || again != at)
		abort();
}

static void
check_ids(struct arena *a, struct str s)
{
	char text[UUID_TEXT_SIZE];
	unsigned char *bytes = arena_alloc(a, s.n + 1, 1);
	struct uuid u;
	size_t n;

	if (uuid_parse(s, &u)) {
		uuid_format(u, text);
		if (!str_eq_nocase(s, str_of(text)))
			abort();
	}
	if (base64url_decode(s, bytes, s.n, &n)) {
		char *out = arena_alloc(a, base64url_size(n) + 1, 1);

		base64url_encode(bytes, n, out);
		if (!str_eq(s, str_of(out)))
			abort(); /* two texts for the same bytes */
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const offered[] = { "en", "de", "pt-BR" };
	const struct str s = { (const char *)data, size };
	struct arena *a = arena_create(16384);
	int year, month, day;
	char *plain;
	int64_t n;

	check_counts(a, s);
	check_time(s);
	check_ids(a, s);
	(void)date_parse(s, &year, &month, &day);
	(void)str_int64(s, &n);
	(void)lang_tag_valid(s);
	(void)lang_pick(arena_copy(a, s.s, s.n), offered, 3);
	plain = url_decode(a, s, true);
	if (plain != NULL && strlen(plain) > s.n)
		abort();
	arena_destroy(&a);
	return 0;
}
