/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_json.c - bodies: what is accepted is within its bounds, and written and read again is the
 * same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/json.h"
#include "rostra/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = { "red", "green", "blue", NULL };

struct inner {
	int64_t n;
	const char *s;
};

struct body {
	bool yes;
	int64_t number, at;
	const char *text, *lines, *url, *email, *zone, *lang, *currency, *date;
	struct uuid id;
	int word;
	uint32_t set;
	const struct inner *one;
	struct j_list many, strings, ids;
};

/* clang-format off */
static const struct j_field inner_fields[] = {
	J_INT64(struct inner, n, J_REQUIRED, -5, 5, 0), J_TEXT(struct inner, s, J_NULLABLE, 0, 5),
};
static const struct j_schema inner_schema = J_SCHEMA("inner", struct inner, inner_fields);

static const struct j_field body_fields[] = {
	J_BOOLEAN(struct body, yes, 0, false),
	J_INT64(struct body, number, J_NULLABLE, -1000, 1000, J_NO_INT),
	J_AT(struct body, at, J_NULLABLE),
	J_TEXT(struct body, text, J_NULLABLE | J_TRIM, 1, 20),
	J_TEXT(struct body, lines, J_NULLABLE | J_MULTILINE, 0, 40),
	J_TEXT(struct body, url, J_NULLABLE | J_URL, 1, 200),
	J_TEXT(struct body, email, J_NULLABLE | J_EMAIL, 3, 254),
	J_TEXT(struct body, zone, J_NULLABLE | J_ZONE, 1, 64),
	J_TEXT(struct body, lang, J_NULLABLE | J_LANG, 2, 16),
	J_TEXT(struct body, currency, J_NULLABLE | J_CURRENCY, 3, 3),
	J_TEXT(struct body, date, J_NULLABLE | J_DATE, 10, 10),
	J_ID(struct body, id, J_NULLABLE),
	J_WORD(struct body, word, J_NULLABLE, words, -1),
	J_WORDS(struct body, set, 0, words),
	J_SUB(struct body, one, J_NULLABLE, &inner_schema),
	J_OBJECTS(struct body, many, 0, 0, 3, &inner_schema),
	J_STRINGS(struct body, strings, 0, 0, 4, 8),
	J_IDS(struct body, ids, 0, 0, 4),
};
static const struct j_schema body_schema = J_SCHEMA("body", struct body, body_fields);
/* clang-format on */

static void
check_bounds(const struct body *b)
{
	if (b->number != J_NO_INT && (b->number < -1000 || b->number > 1000))
		abort();
	if (b->text != NULL && (!utf8_valid(str_of(b->text)) || text_blank(str_of(b->text)) ||
	                        text_code_points(str_of(b->text)) > 20))
		abort();
	if (b->word < -1 || b->word > 2 || b->set > 7 || b->many.n > 3 || b->strings.n > 4)
		abort();
	if (b->one != NULL && (b->one->n < -5 || b->one->n > 5))
		abort();
}

/* What was taken, written out, is taken again and written the same. */
static void
check_again(struct arena *a, const struct body *b)
{
	struct buf first = { .s = NULL }, second = { .s = NULL };
	struct problem p = { .code = FAULT_NONE };
	struct body again;

	json_encode(&first, &body_schema, b);
	if (json_decode(a, &p, &body_schema, (struct str){ first.s, first.n }, &again))
		abort();
	json_encode(&second, &body_schema, &again);
	if (first.n != second.n || memcmp(first.s, second.s, first.n) != 0)
		abort();
	buf_free(&first);
	buf_free(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_create(16384);
	struct problem p = { .code = FAULT_NONE };
	struct body b;
	enum fault e =
	    json_decode(a, &p, &body_schema, (struct str){ (const char *)data, size }, &b);

	if (e != p.code || (e && e != FAULT_BAD_JSON && e != FAULT_INVALID))
		abort();
	if (!e) {
		check_bounds(&b);
		check_again(a, &b);
	}
	arena_destroy(&a);
	return 0;
}
