/* SPDX-License-Identifier: Apache-2.0 */
/* page.c - lists: limit and cursor in, envelope and next cursor out. */
#include <stdlib.h>
#include <string.h>

#include "rostra/conf.h"
#include "rostra/crypto.h"

#include "http_int.h"

enum { PAGE_PARTS_MAX = 64, PAGE_MAC_BYTES = 16, PAGE_KEY_BYTES = 40 };

_Static_assert(PAGE_KEY_BYTES + PAGE_MAC_BYTES == PAGE_CURSOR_BYTES, "a key and its MAC");
_Static_assert((PAGE_CURSOR_BYTES * 4 + 2) / 3 == PAGE_CURSOR_TEXT, "base64url without padding");

static bool
parameter_is(struct str part, const char *name)
{
	const char *eq = part.n ? memchr(part.s, '=', part.n) : NULL;
	struct str key = { part.s, eq ? (size_t)(eq - part.s) : part.n };

	return str_is(key, name);
}

static int
part_cmp(const void *pa, const void *pb)
{
	const struct str *a = pa, *b = pb;
	int c = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);

	if (c != 0)
		return c;
	return a->n < b->n ? -1 : a->n > b->n;
}

/* The query's parameters but limit and cursor; answers how many. */
static size_t
filters_of(struct str query, struct str out[PAGE_PARTS_MAX])
{
	struct str rest = query, part;
	size_t n = 0;

	while (n < PAGE_PARTS_MAX && str_split(&rest, '&', &part)) {
		if (part.n > 0 && !parameter_is(part, "limit") && !parameter_is(part, "cursor"))
			out[n++] = part;
	}
	return n;
}

struct sha256
page_context(struct arena *a, const struct call *c, const struct caller *who)
{
	struct str *parts = arena_array(a, PAGE_PARTS_MAX + 6, struct str);
	size_t n = filters_of(c->query_text, parts);

	qsort(parts, n, sizeof(*parts), part_cmp); /* the order of parameters is no filter */
	parts[n++] = str_of(c->route->name);
	parts[n++] = (struct str){ (const char *)c->id[0].b, sizeof(c->id[0].b) };
	parts[n++] = str_of(c->text[0]);
	parts[n++] = (struct str){ (const char *)who->company.b, sizeof(who->company.b) };
	parts[n++] = (struct str){ (const char *)who->person.b, sizeof(who->person.b) };
	parts[n++] = (struct str){ (const char *)who->key.b, sizeof(who->key.b) };
	return sha256_parts(parts, n);
}

/* Big-endian, so that a cursor means the same on every machine. */
static void
put_i64(unsigned char *out, int64_t v)
{
	uint64_t u = (uint64_t)v;

	for (int i = 7; i >= 0; i--, u >>= 8)
		out[i] = (unsigned char)(u & 0xff);
}

static int64_t
get_i64(const unsigned char *in)
{
	uint64_t u = 0;

	for (int i = 0; i < 8; i++)
		u = u << 8 | in[i];
	return (int64_t)u;
}

static struct sha256
cursor_mac(const unsigned char key[32], struct sha256 context, const unsigned char *payload)
{
	unsigned char text[sizeof(context.b) + PAGE_KEY_BYTES];

	memcpy(text, context.b, sizeof(context.b));
	memcpy(text + sizeof(context.b), payload, PAGE_KEY_BYTES);
	return hmac_sha256(key, 32, text, sizeof(text));
}

void
page_cursor_make(const unsigned char key[32], struct sha256 context, const struct page_key *k,
                 char out[PAGE_CURSOR_TEXT + 1])
{
	unsigned char raw[PAGE_CURSOR_BYTES];
	struct sha256 mac;

	for (size_t i = 0; i < 3; i++)
		put_i64(raw + 8 * i, k->k[i]);
	memcpy(raw + 24, k->id.b, sizeof(k->id.b));
	mac = cursor_mac(key, context, raw);
	memcpy(raw + PAGE_KEY_BYTES, mac.b, PAGE_MAC_BYTES);
	base64url_encode(raw, sizeof(raw), out);
}

bool
page_cursor_read(const unsigned char key[32], struct sha256 context, struct str text,
                 struct page_key *out)
{
	unsigned char raw[PAGE_CURSOR_BYTES + 2];
	struct sha256 mac;
	size_t n;

	if (text.n != PAGE_CURSOR_TEXT || !base64url_decode(text, raw, sizeof(raw), &n) ||
	    n != PAGE_CURSOR_BYTES)
		return false;
	mac = cursor_mac(key, context, raw);
	if (!bytes_eq_ct(mac.b, raw + PAGE_KEY_BYTES, PAGE_MAC_BYTES))
		return false;
	for (size_t i = 0; i < 3; i++)
		out->k[i] = get_i64(raw + 8 * i);
	memcpy(out->id.b, raw + 24, sizeof(out->id.b));
	return true;
}

/* limit: absent 25, more than 100 is 100, anything but a positive number is a fault. */
static void
limit_read(struct rq *rq, struct call *c)
{
	struct str text;
	size_t digits = 0;

	c->limit = PAGE_LIMIT_DEFAULT;
	if (!query_get(rq->arena, c->query_text, "limit", &text))
		return;
	while (digits < text.n && text.s[digits] >= '0' && text.s[digits] <= '9')
		digits++;
	if (digits == 0 || digits != text.n) {
		c->limit = 0;
	} else if (!str_int64(text, &c->limit) || c->limit > PAGE_LIMIT_MAX) {
		c->limit = PAGE_LIMIT_MAX;
	}
	if (c->limit > 0)
		return;
	problem_add(&rq->problem, "?limit", "must be a positive number");
	rq->problem.code = FAULT_BAD_QUERY;
}

static bool
repeated(struct str query, const char *name)
{
	struct str rest = query, part;
	int n = 0;

	while (str_split(&rest, '&', &part))
		n += parameter_is(part, name);
	return n > 1;
}

enum fault
page_begin(struct rq *rq, struct call *c)
{
	struct str cursor;

	limit_read(rq, c);
	if (repeated(c->query_text, "limit") || repeated(c->query_text, "cursor"))
		return rq_fail(rq, FAULT_BAD_QUERY, "limit and cursor are given once.");
	if (rq->problem.code != FAULT_NONE)
		return rq->problem.code;
	c->after = query_get(rq->arena, c->query_text, "cursor", &cursor);
	if (!c->after)
		return FAULT_NONE;
	if (!page_cursor_read(rq->shared->cursor_key, page_context(rq->arena, c, rq->who), cursor,
	                      &c->key))
		return rq_fail(rq, FAULT_CURSOR, "Start again without a cursor.");
	return FAULT_NONE;
}

static void
page_open(struct http_conn *conn)
{
	if (conn->page.open)
		return;
	conn->page.open = true;
	if (conn->out.n == 0)
		buf_char(&conn->out, '{');
	buf_lit(&conn->out, "\"items\":[");
}

void
page_head(struct call *c, const struct j_schema *s, const void *obj)
{
	struct buf *b = &c->conn->out;

	json_encode(b, s, obj);
	if (b->n < 2)
		return;
	/* The object stays open for "items": its brace becomes a comma, or goes when it is empty.
	 */
	if (b->s[b->n - 2] == '{')
		b->n--;
	else
		b->s[b->n - 1] = ',';
}

static bool
page_room(struct call *c, struct page_key key)
{
	struct page *p = &c->conn->page;

	page_open(c->conn);
	if (p->n >= c->limit) {
		p->full = true;
		return false;
	}
	if (p->n++ > 0)
		buf_char(&c->conn->out, ',');
	p->last = key;
	return true;
}

bool
page_add(struct rq *rq, struct call *c, const void *item, struct page_key key)
{
	enum phase was = phase_enter(rq, PHASE_RENDER);
	const bool room = page_room(c, key);

	if (room)
		json_encode(&c->conn->out, c->route->reply, item);
	(void)phase_enter(rq, was);
	return room;
}

bool
page_add_json(struct rq *rq, struct call *c, struct str json, struct page_key key)
{
	(void)rq;
	if (!page_room(c, key))
		return false;
	buf_str(&c->conn->out, json);
	return true;
}

static void
next_link(struct rq *rq, struct call *c, const char *cursor)
{
	struct buf *b = &c->conn->extra;
	struct str rest = c->query_text, part;

	buf_lit(b, "Link: <");
	buf_cstr(b, rq->conf->public_url);
	buf_str(b, c->conn->raw_path);
	buf_char(b, '?');
	while (str_split(&rest, '&', &part)) {
		if (part.n == 0 || parameter_is(part, "cursor") || !url_text_safe(part))
			continue;
		buf_str(b, part);
		buf_char(b, '&');
	}
	buf_printf(b, "cursor=%s>; rel=\"next\"\r\n", cursor);
}

void
page_end(struct rq *rq, struct call *c)
{
	struct buf *b = &c->conn->out;
	char cursor[PAGE_CURSOR_TEXT + 1];

	page_open(c->conn);
	if (!c->conn->page.full) {
		buf_lit(b, "],\"next_cursor\":null,\"has_more\":false}");
		return;
	}
	page_cursor_make(rq->shared->cursor_key, page_context(rq->arena, c, rq->who),
	                 &c->conn->page.last, cursor);
	buf_printf(b, "],\"next_cursor\":\"%s\",\"has_more\":true}", cursor);
	next_link(rq, c, cursor);
}
