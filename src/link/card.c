/* SPDX-License-Identifier: Apache-2.0 */
/* card.c - the two pages of the link host: the card that networks fetch, and the one for links that
 * lead nowhere. */
#include "link_int.h"

static void
put_html(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		switch (text.s[i]) {
		case '&':
			buf_lit(b, "&amp;");
			break;
		case '<':
			buf_lit(b, "&lt;");
			break;
		case '>':
			buf_lit(b, "&gt;");
			break;
		case '"':
			buf_lit(b, "&quot;");
			break;
		case '\'':
			buf_lit(b, "&#39;");
			break;
		default:
			buf_char(b, text.s[i]);
		}
	}
}

/* attribute: "property" (Open Graph, ogp.me) or "name" (HTML, Twitter cards). */
static void
put_meta(struct buf *b, const char *attribute, const char *name, struct str content)
{
	if (content.n == 0)
		return;
	buf_printf(b, "<meta %s=\"%s\" content=\"", attribute, name);
	put_html(b, content);
	buf_lit(b, "\">\n");
}

void
card_page(struct buf *b, const struct target *t, const char *url)
{
	const struct str *text = t->text;

	buf_lit(b, "<!doctype html>\n<html lang=\"");
	put_html(b, text[TARGET_LANGUAGE]);
	buf_lit(b, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"robots\" "
	           "content=\"noindex\">\n<title>");
	put_html(b, text[TARGET_TITLE]);
	buf_lit(b, "</title>\n");
	put_meta(b, "property", "og:type", STR("article"));
	put_meta(b, "property", "og:url", str_of(url));
	put_meta(b, "property", "og:site_name", text[TARGET_SITE]);
	put_meta(b, "property", "og:title", text[TARGET_TITLE]);
	put_meta(b, "property", "og:description", text[TARGET_SUMMARY]);
	put_meta(b, "property", "og:image", text[TARGET_IMAGE]);
	put_meta(b, "name", "description", text[TARGET_SUMMARY]);
	put_meta(b, "name", "twitter:card",
	         text[TARGET_IMAGE].n > 0 ? STR("summary_large_image") : STR("summary"));
	buf_lit(b, "</head>\n<body>\n<h1>");
	put_html(b, text[TARGET_TITLE]);
	buf_lit(b, "</h1>\n<p>");
	put_html(b, text[TARGET_SUMMARY]);
	buf_lit(b, "</p>\n</body>\n</html>\n");
}

void
card_gone(struct buf *b)
{
	buf_lit(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	           "<meta name=\"robots\" content=\"noindex\">\n<title>Not "
	           "found</title>\n</head>\n<body>\n"
	           "<h1>Not found</h1>\n<p>This link does not exist or is no longer "
	           "valid.</p>\n</body>\n</html>\n");
}
