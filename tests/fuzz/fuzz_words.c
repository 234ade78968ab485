/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_words.c - what somebody looks for experts by, on its way to MariaDB's full text: whatever is
 * typed, nothing but words that must all be begun reaches it, and no operator of theirs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/text.h"

#include "src/profile/profile_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "+word*", of letters, digits and what is not ASCII. */
static void
check_word(struct str s, bool is_text)
{
	struct str word = { s.s + 1, s.n - 2 };

	if (s.n < 3 || s.s[0] != '+' || s.s[s.n - 1] != '*')
		abort();
	for (size_t i = 0; i < word.n; i++) {
		const unsigned char c = (unsigned char)word.s[i];

		if (c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			abort();
	}
	if (is_text && text_code_points(word) < 3)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str q = { (const char *)data, size };
	struct arena *a = arena_create(16384);
	const char *words = expertise_words(a, q);
	struct str rest = str_of(words), word;
	size_t n = 0;

	while (words != NULL && str_split(&rest, ' ', &word)) {
		check_word(word, utf8_valid(q));
		n++;
	}
	if (n > EXPERTISE_WORDS_MAX || (words != NULL && n == 0))
		abort();
	arena_destroy(&a);
	return 0;
}
