/* SPDX-License-Identifier: Apache-2.0 */
/* dest.c - the URL a visitor is sent to.  Pure: knows no request and no table. */
#include <string.h>

#include "link_int.h"

static const char *const utm_names[5 + 1] = {
	"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", NULL,
};

/*
 * Names by which sites take a URL to go on to.  They are never passed on from a short link's query:
 * a link that we vouch for must not work as the first half of an open redirect at its destination.
 */
static const char *const target_names[] = {
	"checkout_url", "continue", "dest",      "destination", "forward",
	"go",           "goto",     "image_url", "link",        "next",
	"out",          "redir",    "redirect",  "redirect_to", "redirect_uri",
	"redirect_url", "return",   "return_to", "return_url",  "returnurl",
	"target",       "u",        "uri",       "url",
};

static bool
byte_in_url(unsigned char c)
{
	return c > 0x20 && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>';
}

static struct str
view_after(struct str s, size_t n)
{
	return (struct str){ s.s + n, s.n - n };
}

static bool
host_valid(struct str host)
{
	/* A user part would show one host and lead to another. */
	return host.n > 0 && host.s[0] != ':' && memchr(host.s, '@', host.n) == NULL;
}

bool
dest_url_valid(struct str url)
{
	struct str host;
	size_t n = 0;

	for (size_t i = 0; i < url.n; i++) {
		if (!byte_in_url((unsigned char)url.s[i]))
			return false;
	}
	if (str_starts(url, STR("https://")))
		host = view_after(url, sizeof("https://") - 1);
	else if (str_starts(url, STR("http://")))
		host = view_after(url, sizeof("http://") - 1);
	else
		return false;
	while (n < host.n && strchr("/?#", host.s[n]) == NULL)
		n++;
	return host_valid((struct str){ host.s, n });
}

/* --- queries ------------------------------------------------------------------------------- */

static struct str
param_name(struct str param)
{
	const char *eq = param.n > 0 ? memchr(param.s, '=', param.n) : NULL;

	return eq != NULL ? (struct str){ param.s, (size_t)(eq - param.s) } : param;
}

static struct str
query_of(struct str base)
{
	const char *mark = base.n > 0 ? memchr(base.s, '?', base.n) : NULL;

	return mark != NULL ? view_after(base, (size_t)(mark - base.s) + 1)
	                    : (struct str){ NULL, 0 };
}

static bool
query_has(struct str query, struct str name)
{
	struct str part;

	while (str_split(&query, '&', &part)) {
		if (str_eq_nocase(param_name(part), name))
			return true;
	}
	return false;
}

/* The joint between a URL and its next parameter. */
static void
put_joint(struct buf *b)
{
	if (b->n == 0 || memchr(b->s, '?', b->n) == NULL)
		buf_char(b, '?');
	else if (b->s[b->n - 1] != '?' && b->s[b->n - 1] != '&')
		buf_char(b, '&');
}

static bool
byte_unreserved(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

static void
put_percent(struct buf *b, struct str text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.s[i];

		if (byte_unreserved(c)) {
			buf_char(b, (char)c);
			continue;
		}
		buf_char(b, '%');
		buf_char(b, hex[c >> 4]);
		buf_char(b, hex[c & 15]);
	}
}

/* --- templates ----------------------------------------------------------------------------- */

static bool
placeholder(struct str at, const struct dest_words *w, struct str *value, size_t *size)
{
	const struct {
		struct str word, value;
	} known[] = {
		{ STR("{network}"), w->network },
		{ STR("{campaign}"), w->campaign },
		{ STR("{post}"), w->post },
		{ STR("{share}"), w->share },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (str_starts(at, known[i].word)) {
			*value = known[i].value;
			*size = known[i].word.n;
			return true;
		}
	}
	return false;
}

static void
put_template(struct buf *b, struct str text, const struct dest_words *w)
{
	size_t i = 0;

	while (i < text.n) {
		struct str value;
		size_t size;

		if (placeholder(view_after(text, i), w, &value, &size)) {
			put_percent(b, value);
			i += size;
		} else {
			put_percent(b, (struct str){ text.s + i, 1 });
			i++;
		}
	}
}

static struct str
arena_view(struct arena *a, struct buf *b)
{
	struct str out = { arena_copy(a, b->s, b->n), b->n };

	buf_free(b);
	return out;
}

void
dest_prepare(struct arena *a, struct str url, const char *const utm[5], const struct dest_words *w,
             struct str *ret_base, struct str *ret_fragment)
{
	const char *hash = url.n > 0 ? memchr(url.s, '#', url.n) : NULL;
	struct str own = hash != NULL ? (struct str){ url.s, (size_t)(hash - url.s) } : url;
	struct buf b = { 0 };

	*ret_fragment = hash != NULL ? view_after(url, own.n) : (struct str){ "", 0 };
	buf_str(&b, own);
	for (size_t i = 0; i < 5; i++) {
		if (utm[i] == NULL || utm[i][0] == '\0' ||
		    query_has(query_of(own), str_of(utm_names[i])))
			continue;
		put_joint(&b);
		buf_cstr(&b, utm_names[i]);
		buf_char(&b, '=');
		put_template(&b, str_of(utm[i]), w);
	}
	*ret_base = arena_view(a, &b);
}

/* --- one hit ------------------------------------------------------------------------------- */

static bool
name_is_target(struct str name)
{
	for (size_t i = 0; i < sizeof(target_names) / sizeof(target_names[0]); i++) {
		if (str_eq_nocase(name, str_of(target_names[i])))
			return true;
	}
	return false;
}

/* Are these bytes a parameter as a URL may hold it?  Escapes are decoded nowhere, so they pass as
 * they are. */
static bool
param_clean(struct str param)
{
	if (param.n == 0)
		return false;
	for (size_t i = 0; i < param.n; i++) {
		if (!byte_in_url((unsigned char)param.s[i]) || param.s[i] == '#')
			return false;
	}
	return true;
}

/* May a stranger's parameter go on?  Ours and the campaign's are not theirs to set; an escaped name
 * hides what it is. */
static bool
param_passes(struct str param, struct str own_query)
{
	struct str name = param_name(param);

	if (!param_clean(param) || name.n == 0 || memchr(name.s, '%', name.n) != NULL)
		return false;
	if (name.n >= 4 && str_eq_nocase((struct str){ name.s, 4 }, STR("utm_")))
		return false;
	return !str_eq_nocase(name, STR("rclid")) && !name_is_target(name) &&
	       !query_has(own_query, name);
}

static void
put_incoming(struct buf *b, struct str incoming, struct str own_query)
{
	size_t bytes = 0, n = 0;
	struct str part;

	while (n < DEST_INCOMING_PARAMS && str_split(&incoming, '&', &part)) {
		if (bytes + part.n > DEST_INCOMING_BYTES || !param_passes(part, own_query))
			continue;
		put_joint(b);
		buf_str(b, part);
		bytes += part.n + 1;
		n++;
	}
}

struct str
dest_url(struct arena *a, const struct target *t, struct str incoming, struct str rclid)
{
	struct str base = t->text[TARGET_BASE], own_query = query_of(base);
	struct buf b = { 0 };

	buf_reserve(&b, base.n + incoming.n + t->text[TARGET_FRAGMENT].n + 32);
	buf_str(&b, base);
	if (incoming.n > 0)
		put_incoming(&b, incoming, own_query);
	if (rclid.n > 0 && !query_has(own_query, STR("rclid"))) {
		put_joint(&b);
		buf_lit(&b, "rclid=");
		buf_str(&b, rclid);
	}
	buf_str(&b, t->text[TARGET_FRAGMENT]);
	return arena_view(a, &b);
}
