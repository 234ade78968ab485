/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.c - a click as bytes: length, CRC-32C, then version, fixed fields and four texts.  Little
 * endian, so that a segment can be read on another machine.  Pure.
 */
#include <string.h>

#include "rostra/crypto.h"

#include "link_int.h"

enum { FRAME_VERSION = 1, FLAG_VISITOR = 1, FLAG_IP_HASH = 2, FLAG_NO_COOKIE = 4 };

/* Where the fields lie behind the head. */
enum {
	AT_VERSION = 0,
	AT_CLASS = 1,
	AT_FLAGS = 2,
	AT_REASON_N = 3,
	AT_PREFIX_N = 4,
	AT_AGENT_N = 5,
	AT_REFERRER_N = 6,
	/* 0 in frames from before facts were kept.  A loader of an older release calls a fact that
	 * it does not know no click: newer ones are flags, which it passes over. */
	AT_FACT = 7,
	AT_RULES = 8,
	AT_TIME = 16,
	AT_COMPANY = 24,
	AT_SHARE = 40,
	AT_ID = 56,
	AT_RCLID = 68,
	AT_VISITOR = 80,
	AT_IP_HASH = 96,
};
_Static_assert(AT_IP_HASH + 16 == FRAME_FIXED, "the fixed part ends here");
_Static_assert(FRAME_AGENT_MAX <= 255, "lengths of texts are one byte");

static void
put_le(unsigned char *out, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t
get_le(const unsigned char *in, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)in[i] << (8 * i);
	return v;
}

static unsigned char *
put_text(unsigned char *at, struct str text, size_t max, unsigned char *ret_n)
{
	size_t n = text.n < max ? text.n : max;

	for (size_t i = 0; i < n; i++) {
		char c = text.s[i];

		at[i] = (unsigned char)(c >= 0x20 && c < 0x7f ? c : '?');
	}
	*ret_n = (unsigned char)n;
	return at + n;
}

size_t
frame_write(const struct click *c, unsigned char out[FRAME_MAX])
{
	unsigned char *f = out + FRAME_HEAD, *at = f + FRAME_FIXED;
	size_t n;

	memset(f, 0, FRAME_FIXED);
	f[AT_VERSION] = FRAME_VERSION;
	f[AT_CLASS] = (unsigned char)c->cls;
	f[AT_FLAGS] = (unsigned char)((c->has_visitor ? FLAG_VISITOR : 0) |
	                              (c->has_ip_hash ? FLAG_IP_HASH : 0) |
	                              (c->fact == FACT_NO_COOKIE ? FLAG_NO_COOKIE : 0));
	f[AT_FACT] = (unsigned char)(c->fact == FACT_NO_COOKIE ? FACT_NONE : c->fact);
	put_le(f + AT_RULES, c->rule_version, 2);
	put_le(f + AT_TIME, (uint64_t)c->clicked_us, 8);
	memcpy(f + AT_COMPANY, c->company.b, 16);
	memcpy(f + AT_SHARE, c->share.b, 16);
	memcpy(f + AT_ID, c->id, CLICK_ID_SIZE);
	memcpy(f + AT_RCLID, c->rclid, CLICK_ID_SIZE);
	memcpy(f + AT_VISITOR, c->visitor, VISITOR_SIZE);
	memcpy(f + AT_IP_HASH, c->ip_hash, 16);
	at = put_text(at, c->reason, FRAME_REASON_MAX, &f[AT_REASON_N]);
	at = put_text(at, c->ip_prefix, FRAME_PREFIX_MAX, &f[AT_PREFIX_N]);
	at = put_text(at, c->user_agent, FRAME_AGENT_MAX, &f[AT_AGENT_N]);
	at = put_text(at, c->referrer, FRAME_REFERRER_MAX, &f[AT_REFERRER_N]);
	n = (size_t)(at - f);
	put_le(out, n, 4);
	put_le(out + 4, crc32c(f, n), 4);
	return FRAME_HEAD + n;
}

static struct str
get_text(const unsigned char **at, size_t n)
{
	struct str s = { n > 0 ? (const char *)*at : NULL, n };

	*at += n;
	return s;
}

static void
get_fields(const unsigned char *f, struct click *out)
{
	const unsigned char *at = f + FRAME_FIXED;

	out->cls = (enum click_class)f[AT_CLASS];
	out->fact =
	    (f[AT_FLAGS] & FLAG_NO_COOKIE) != 0 ? FACT_NO_COOKIE : (enum click_fact)f[AT_FACT];
	out->has_visitor = (f[AT_FLAGS] & FLAG_VISITOR) != 0;
	out->has_ip_hash = (f[AT_FLAGS] & FLAG_IP_HASH) != 0;
	out->rule_version = (uint16_t)get_le(f + AT_RULES, 2);
	out->clicked_us = (int64_t)get_le(f + AT_TIME, 8);
	memcpy(out->company.b, f + AT_COMPANY, 16);
	memcpy(out->share.b, f + AT_SHARE, 16);
	memcpy(out->id, f + AT_ID, CLICK_ID_SIZE);
	memcpy(out->rclid, f + AT_RCLID, CLICK_ID_SIZE);
	memcpy(out->visitor, f + AT_VISITOR, VISITOR_SIZE);
	memcpy(out->ip_hash, f + AT_IP_HASH, 16);
	out->reason = get_text(&at, f[AT_REASON_N]);
	out->ip_prefix = get_text(&at, f[AT_PREFIX_N]);
	out->user_agent = get_text(&at, f[AT_AGENT_N]);
	out->referrer = get_text(&at, f[AT_REFERRER_N]);
}

/* Do the parts add up?  The checksum has said that they are as written; this says that the writer
 * was ours. */
static bool
fields_valid(const unsigned char *f, size_t n)
{
	size_t texts = (size_t)f[AT_REASON_N] + f[AT_PREFIX_N] + f[AT_AGENT_N] + f[AT_REFERRER_N];

	return f[AT_VERSION] == FRAME_VERSION && f[AT_CLASS] < CLICK__MAX &&
	       f[AT_FACT] < FACT__MAX && FRAME_FIXED + texts == n;
}

enum frame_state
frame_read(const unsigned char *bytes, size_t n, struct click *out, size_t *ret_size)
{
	const unsigned char *f = bytes + FRAME_HEAD;
	size_t size;

	if (n < FRAME_HEAD)
		return FRAME_SHORT;
	size = (size_t)get_le(bytes, 4);
	if (size < FRAME_FIXED || size > FRAME_MAX - FRAME_HEAD)
		return FRAME_LOST;
	if (n - FRAME_HEAD < size)
		return FRAME_SHORT;
	*ret_size = FRAME_HEAD + size;
	if (get_le(bytes + 4, 4) != crc32c(f, size) || !fields_valid(f, size))
		return FRAME_BROKEN;
	get_fields(f, out);
	return FRAME_WHOLE;
}
