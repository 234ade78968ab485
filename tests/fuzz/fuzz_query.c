/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_query.c - query strings: accepted values are within their bounds, every fault names its
 * parameter. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/json.h"
#include "rostra/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = { "red", "green", "blue", NULL };
static const char *const skip[] = { "limit", "cursor", NULL };

struct query {
	bool yes;
	int64_t number, at;
	const char *text;
	struct uuid id;
	int word;
	uint32_t set;
	struct j_list ids, numbers, strings;
};

/* clang-format off */
static const struct j_field fields[] = {
	J_BOOLEAN(struct query, yes, 0, false),
	J_INT64(struct query, number, 0, 1, 100, 7),
	J_AT(struct query, at, 0),
	J_TEXT(struct query, text, J_TRIM, 2, 10),
	J_ID(struct query, id, 0),
	J_WORD(struct query, word, 0, words, 1),
	J_WORDS(struct query, set, 0, words),
	J_IDS(struct query, ids, 0, 1, 3),
	J_STRINGS(struct query, strings, 0, 1, 3, 5),
};
/* clang-format on */
static const struct j_schema schema = J_SCHEMA("query", struct query, fields);

static void
check_bounds(const struct query *q)
{
	if (q->number < 1 || q->number > 100 || q->word < 0 || q->word > 2 || q->set > 7)
		abort();
	if (q->ids.n > 3 || q->strings.n > 3)
		abort();
	if (q->text != NULL &&
	    (!utf8_valid(str_of(q->text)) || text_code_points(str_of(q->text)) > 10))
		abort();
}

static void
check_faults(const struct problem *p)
{
	if (p->code != FAULT_BAD_QUERY || p->n_viol == 0)
		abort();
	for (size_t i = 0; i < p->n_viol && i < PROBLEM_VIOLATIONS_MAX; i++) {
		const char *pointer = p->viol[i].pointer;

		if (pointer[0] != '?' || p->viol[i].detail == NULL)
			abort();
		for (size_t n = 1; pointer[n] != '\0'; n++) {
			if (pointer[n] <= ' ' || pointer[n] > '~')
				abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = { (const char *)data, size };
	struct arena *a = arena_create(16384);
	struct problem p = { .code = FAULT_NONE };
	struct str value = { NULL, 0 };
	struct query q;

	if (query_decode(a, &p, &schema, text, skip, &q))
		check_faults(&p);
	else
		check_bounds(&q);
	if (query_get(a, text, "cursor", &value) && memchr(value.s, '\0', value.n) != NULL)
		abort();
	arena_destroy(&a);
	return 0;
}
