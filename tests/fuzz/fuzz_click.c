/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_click.c - what a stranger's hit and a torn spool can hold: destinations stay one line and
 * one host, a frame is read as it was written or not at all.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/link/link_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_frame(const uint8_t *data, size_t size)
{
	unsigned char bytes[FRAME_MAX];
	struct click c, again;
	size_t n = 0, m;

	if (frame_read(data, size, &c, &n) != FRAME_WHOLE)
		return;
	if (n > size)
		abort();
	m = frame_write(&c, bytes);
	if (frame_read(bytes, m, &again, &n) != FRAME_WHOLE || n != m ||
	    !uuid_eq(c.share, again.share) || c.clicked_us != again.clicked_us)
		abort();
}

/* A click whose texts come from the input. */
static void
check_written(struct str s)
{
	unsigned char bytes[FRAME_MAX];
	struct click c = { .clicked_us = 1, .reason = s, .user_agent = s, .referrer = s }, out;
	size_t n, read_n = 0;

	n = frame_write(&c, bytes);
	if (frame_read(bytes, n, &out, &read_n) != FRAME_WHOLE || read_n != n)
		abort();
	if (frame_read(bytes, n - 1, &out, &read_n) != FRAME_SHORT)
		abort();
	bytes[FRAME_HEAD] ^= 1;
	if (frame_read(bytes, n, &out, &read_n) != FRAME_BROKEN)
		abort();
}

static void
check_destination(struct arena *a, struct str s)
{
	static const char base[] = "https://www.example.org/a?b=c";
	struct target t = { .found = true };
	struct str url;

	t.text[TARGET_BASE] = str_of(base);
	url = dest_url(a, &t, s, STR("AAAAAAAAAAAAAAAA"));
	if (!dest_url_valid(url) || !str_starts(url, str_of(base)))
		abort();
	if (!dest_url_valid(s))
		return;
	t.text[TARGET_BASE] = s;
	(void)dest_url(a, &t, STR("gclid=1&utm_source=x"), STR(""));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[32] = { 3 };
	const struct str s = { (const char *)data, size };
	struct arena *a = arena_create(16384);
	unsigned char visitor[VISITOR_SIZE];
	struct target target;
	struct address address = address_parse(s);
	char prefix[IP_PREFIX_SIZE];

	check_frame(data, size);
	check_written(s);
	check_destination(a, s);
	(void)target_unpack(s, &target);
	if (visitor_cookie_read(key, s, visitor))
		abort(); /* nobody guesses its signature */
	address_prefix(&address, prefix);
	if (referrer_host(s).n > s.n)
		abort();
	arena_destroy(&a);
	return 0;
}
