/* SPDX-License-Identifier: Apache-2.0 */
/* share_intent.c - the URL that opens a network with the text in it. */
#include <string.h>

#include "share_int.h"

struct intent_row {
	const char *with_link;
	const char *without;
};

/* clang-format off */
/* {text} with its link, {words} without, {url}, {title}; percent-encoded.  Facebook takes a URL only. */
static const struct intent_row intents[NETWORK__MAX] = {
	[NETWORK_LINKEDIN] = { "https://www.linkedin.com/feed/?shareActive=true&text={text}",
	                       "https://www.linkedin.com/feed/?shareActive=true&text={text}" },
	[NETWORK_X]        = { "https://x.com/intent/post?text={text}", "https://x.com/intent/post?text={text}" },
	[NETWORK_FACEBOOK] = { "https://www.facebook.com/sharer/sharer.php?u={url}", NULL },
	[NETWORK_WHATSAPP] = { "https://wa.me/?text={text}", "https://wa.me/?text={text}" },
	[NETWORK_TELEGRAM] = { "https://t.me/share/url?url={url}&text={words}", "https://t.me/share/url?url={text}" },
	[NETWORK_THREADS]  = { "https://www.threads.net/intent/post?text={text}",
	                       "https://www.threads.net/intent/post?text={text}" },
	[NETWORK_BLUESKY]  = { "https://bsky.app/intent/compose?text={text}", "https://bsky.app/intent/compose?text={text}" },
	[NETWORK_MASTODON] = { "https://share.joinmastodon.org/#text={text}", "https://share.joinmastodon.org/#text={text}" },
	[NETWORK_EMAIL]    = { "mailto:?subject={title}&body={text}", "mailto:?subject={title}&body={text}" },
	[NETWORK_COPY]     = { NULL, NULL },
};
/* clang-format on */

/* RFC 3986 2.3 */
static bool
unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

/* crlf: line breaks of a mail (RFC 6068 5). */
static void
put_encoded(struct buf *b, struct str s, bool crlf)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.s[i];

		if (unreserved(c))
			buf_char(b, s.s[i]);
		else if (c == '\n' && crlf)
			buf_lit(b, "%0D%0A");
		else
			buf_printf(b, "%%%02X", c);
	}
}

/* The final text without the link behind it. */
static struct str
words_of(const struct share_intent *in)
{
	struct str text = str_of(in->text);
	struct str link = str_of(in->link);

	if (link.n && text.n > link.n + 1)
		text.n -= link.n + 1;
	return text;
}

static struct str
value_of(const struct share_intent *in, struct str name)
{
	if (str_is(name, "text"))
		return str_of(in->text);
	if (str_is(name, "words"))
		return words_of(in);
	if (str_is(name, "url"))
		return str_of(in->link);
	return str_of(in->title);
}

const char *
share_intent_url(struct arena *a, enum network n, const struct share_intent *in)
{
	const char *t = in->link ? intents[n].with_link : intents[n].without;
	struct buf b = { 0 };
	char *out;

	if (!t)
		return NULL;
	while (*t) {
		const char *end = *t == '{' ? strchr(t, '}') : NULL;

		if (!end) {
			buf_char(&b, *t++);
			continue;
		}
		put_encoded(&b, value_of(in, (struct str){ t + 1, (size_t)(end - t - 1) }),
		            n == NETWORK_EMAIL);
		t = end + 1;
	}
	out = arena_copy(a, b.s, b.n);
	buf_free(&b);
	return out;
}
