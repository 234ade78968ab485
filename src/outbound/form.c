/* SPDX-License-Identifier: Apache-2.0 */
/* form.c - application/x-www-form-urlencoded, as OAuth wants it. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/outbound.h"

static bool
stays(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._*", c) != NULL);
}

char *
form_encode(struct arena *a, const char *value)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, 3 * strlen(value) + 1, 1), *at = out;

	for (; *value != '\0'; value++) {
		const unsigned char c = (unsigned char)*value;

		if (stays(*value)) {
			*at++ = *value;
			continue;
		}
		*at++ = '%';
		*at++ = digits[c >> 4];
		*at++ = digits[c & 15];
	}
	*at = '\0';
	return out;
}

char *
form_add(struct arena *a, const char *form, const char *name, const char *value)
{
	return arena_printf(a, "%s%s%s=%s", form, form[0] == '\0' ? "" : "&", name,
	                    form_encode(a, value));
}
