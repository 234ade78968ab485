/* SPDX-License-Identifier: Apache-2.0 */
/* target.c - what a code leads to: made from its row once, then carried as bytes by the cache and
 * the snapshot. */
#include <stdio.h>
#include <string.h>

#include "rostra/network.h"

#include "link_int.h"

enum { TARGET_VERSION = 1, SUMMARY_BYTES = 300, TEXT_BYTES_MAX = 8192 };

/* The bytes begin with this, then the texts in order.  Read on the machine that wrote it; flags are
 * no bool, which a damaged file could make neither true nor false. */
struct packed {
	uint8_t version;
	uint8_t found, dead, visitor_cookie, track;
	uint16_t n[TARGET__TEXTS];
	struct uuid company, share, person;
	int64_t created_us;
};

struct str
target_pack(struct arena *a, const struct target *t)
{
	struct packed head;
	size_t n = sizeof(head);
	char *out, *at;

	memset(&head, 0, sizeof(head));
	head.version = TARGET_VERSION;
	head.found = t->found;
	head.dead = t->dead;
	head.visitor_cookie = t->visitor_cookie;
	head.track = t->track;
	head.company = t->company;
	head.share = t->share;
	head.person = t->person;
	head.created_us = t->created_us;
	for (size_t i = 0; i < TARGET__TEXTS; i++) {
		head.n[i] = (uint16_t)(t->text[i].n < TEXT_BYTES_MAX ? t->text[i].n : 0);
		n += head.n[i];
	}
	out = arena_alloc(a, n, 1);
	memcpy(out, &head, sizeof(head));
	at = out + sizeof(head);
	for (size_t i = 0; i < TARGET__TEXTS; i++) {
		if (head.n[i] > 0)
			memcpy(at, t->text[i].s, head.n[i]);
		at += head.n[i];
	}
	return (struct str){ out, n };
}

bool
target_unpack(struct str bytes, struct target *out)
{
	struct packed head;
	size_t at = sizeof(head);
	struct target t = { .found = false };

	if (bytes.n < sizeof(head) || bytes.s[0] != TARGET_VERSION)
		return false;
	memcpy(&head, bytes.s, sizeof(head));
	for (size_t i = 0; i < TARGET__TEXTS; i++) {
		if (bytes.n - at < head.n[i])
			return false;
		t.text[i] = (struct str){ bytes.s + at, head.n[i] };
		at += head.n[i];
	}
	if (at != bytes.n)
		return false;
	t.found = head.found != 0;
	t.dead = head.dead != 0;
	t.visitor_cookie = head.visitor_cookie != 0;
	t.track = head.track != 0;
	t.company = head.company;
	t.share = head.share;
	t.person = head.person;
	t.created_us = head.created_us;
	*out = t;
	return true;
}

/* At most SUMMARY_BYTES, not in the middle of a character: cards show less. */
static struct str
cut(struct str s)
{
	if (s.n <= SUMMARY_BYTES)
		return s;
	s.n = SUMMARY_BYTES;
	while (s.n > 0 && ((unsigned char)s.s[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

static struct str
lower_hex(struct arena *a, struct uuid id)
{
	char text[UUID_TEXT_SIZE];

	uuid_format(id, text);
	return str_of(arena_strdup(a, text));
}

void
target_of_row(struct arena *a, const struct link_row *r, struct target *out)
{
	/* Rows from before posts kept it so are made whole here. */
	struct str url = str_of(url_normal(a, str_of(r->destination_url)));
	struct dest_words words = {
		.network = str_of(network_names[r->network]),
		.campaign = str_of(r->campaign_name),
		.post = lower_hex(a, r->post_id),
		.share = str_of(r->code), /* never the share's own id: it names a person to whoever
		                             may read shares */
	};

	*out = (struct target){
		.found = true,
		.dead = r->state != 0 || !r->company_active,
		.visitor_cookie = r->visitor_cookie,
		.track = r->track,
		.company = r->company_id,
		.share = r->share_id,
		.person = r->person_id,
		.created_us = r->created_us,
	};
	if (dest_url_valid(url))
		dest_prepare(a, url, r->utm, &words, &out->text[TARGET_BASE],
		             &out->text[TARGET_FRAGMENT]);
	out->text[TARGET_TITLE] = str_of(r->title);
	out->text[TARGET_SUMMARY] = cut(str_of(r->summary));
	out->text[TARGET_IMAGE] = str_of(r->image_url);
	out->text[TARGET_SITE] = str_of(r->company_name);
	out->text[TARGET_LANGUAGE] = str_of(r->language);
}
