/* SPDX-License-Identifier: Apache-2.0 */
/* link.c - codes and click ids: how they are drawn, written and read. */
#include <string.h>

#include "rostra/crypto.h"

#include "link_int.h"

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

enum {
	BASE62 = 62,
	BASE62_FAIR = 248 /* 4 * 62: bytes from here on would favour the first characters */
};

const char *const click_class_names[CLICK__MAX + 1] = {
	[CLICK_HUMAN] = "human",       [CLICK_PREVIEW] = "preview",
	[CLICK_BOT] = "bot",           [CLICK_PREFETCH] = "prefetch",
	[CLICK_SCANNER] = "scanner",   [CLICK_DUPLICATE] = "duplicate",
	[CLICK_INTERNAL] = "internal", NULL,
};

const char *const click_fact_names[FACT__MAX + 1] = {
	[FACT_NONE] = "none",
	[FACT_SHARER] = "sharer",
	[FACT_EMPLOYEE] = "employee",
	[FACT_PREFETCH] = "prefetch",
	[FACT_NO_AGENT] = "no_agent",
	[FACT_HEAD] = "head",
	[FACT_EARLY] = "early",
	[FACT_DUPLICATE] = "duplicate",
	[FACT_BURST] = "burst",
	[FACT_NO_COOKIE] = "no_cookie",
	NULL,
};

void
link_code(char out[LINK_CODE_SIZE])
{
	unsigned char drawn[2 * LINK_CODE_SIZE];
	size_t n = 0;

	while (n < LINK_CODE_SIZE - 1) {
		random_bytes(drawn, sizeof(drawn));
		for (size_t i = 0; i < sizeof(drawn) && n < LINK_CODE_SIZE - 1; i++) {
			if (drawn[i] < BASE62_FAIR)
				out[n++] = base62[drawn[i] % BASE62];
		}
	}
	out[n] = '\0';
}

bool
link_code_valid(struct str code)
{
	if (code.n != LINK_CODE_SIZE - 1)
		return false;
	for (size_t i = 0; i < code.n; i++) {
		char c = code.s[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
			return false;
	}
	return true;
}

const char *
link_url(struct rq *rq, const char *code)
{
	return arena_printf(rq->arena, "%s/r/%s", rq->conf->link_url, code);
}

bool
click_id_parse(struct str text, unsigned char out[CLICK_ID_SIZE])
{
	unsigned char bytes[CLICK_ID_SIZE];
	size_t n;

	if (text.n != CLICK_ID_TEXT || !base64url_decode(text, bytes, sizeof(bytes), &n) ||
	    n != sizeof(bytes))
		return false;
	memcpy(out, bytes, sizeof(bytes));
	return true;
}

void
click_id_format(const unsigned char id[CLICK_ID_SIZE], char out[CLICK_ID_TEXT + 1])
{
	base64url_encode(id, CLICK_ID_SIZE, out);
}
