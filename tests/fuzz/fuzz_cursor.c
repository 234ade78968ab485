/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_cursor.c - no cursor but the one we gave is read; the rest of the query cannot disturb it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/http/http_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[32] = { 1 };
	static const struct route route = { .name = "list" };
	const struct str text = { (const char *)data, size };
	const struct caller who = { .company = { { 1 } } };
	const struct call call = { .route = &route, .query_text = text };
	const struct page_key given = { .k = { 1, -2, 3 } };
	struct arena *a = arena_create(16384);
	struct sha256 context = page_context(a, &call, &who);
	struct page_key out;
	char ours[PAGE_CURSOR_TEXT + 1];

	page_cursor_make(key, context, &given, ours);
	if (!page_cursor_read(key, context, str_of(ours), &out) ||
	    memcmp(&out, &given, sizeof(out)) != 0)
		abort();
	if (!str_is(text, ours) && page_cursor_read(key, context, text, &out))
		abort();
	arena_destroy(&a);
	return 0;
}
