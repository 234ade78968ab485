/* SPDX-License-Identifier: Apache-2.0 */
/* sync_token.c - the opaque token of GET /v1/sync: where a phone stands, sealed for one person. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/shared.h"

#include "sync_int.h"

enum {
	TOKEN_VERSION = 1,
	MAC_BYTES = 16, /* 128 bits of HMAC-SHA-256 */
	BODY_BYTES = 3 + 8 + 8 + 8 + 16 + 16,
	TOKEN_BYTES = BODY_BYTES + MAC_BYTES,
	TOKEN_TEXT_SIZE = (TOKEN_BYTES * 4 + 2) / 3 + 1,
};

static void
put_i64(unsigned char *out, int64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
}

static int64_t
get_i64(const unsigned char *in)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | in[i];
	return (int64_t)v;
}

/* Over what it is, whose it is, and what it says. */
static struct sha256
seal(const struct rq *rq, const unsigned char body[BODY_BYTES])
{
	unsigned char text[4 + 2 * sizeof(struct uuid) + BODY_BYTES] = { 's', 'y', 'n', 'c' };
	struct uuid company = rq_company(rq);

	memcpy(text + 4, company.b, sizeof(company.b));
	memcpy(text + 4 + sizeof(company.b), rq->who->person.b, sizeof(company.b));
	memcpy(text + 4 + 2 * sizeof(company.b), body, BODY_BYTES);
	return hmac_sha256(rq->shared->cursor_key, sizeof(rq->shared->cursor_key), text,
	                   sizeof(text));
}

char *
sync_token_make(const struct rq *rq, const struct sync_state *s)
{
	unsigned char t[TOKEN_BYTES] = { TOKEN_VERSION, (unsigned char)s->stage, s->first };
	char *text = arena_alloc(rq->arena, TOKEN_TEXT_SIZE, 1);
	struct sha256 mac;

	put_i64(t + 3, s->seq);
	put_i64(t + 11, s->person_seq);
	put_i64(t + 19, s->after_at);
	memcpy(t + 27, s->channel.b, sizeof(s->channel.b));
	memcpy(t + 43, s->after_id.b, sizeof(s->after_id.b));
	mac = seal(rq, t);
	memcpy(t + BODY_BYTES, mac.b, MAC_BYTES);
	base64url_encode(t, sizeof(t), text);
	return text;
}

bool
sync_token_read(const struct rq *rq, struct str token, struct sync_state *out)
{
	unsigned char t[TOKEN_BYTES + 3];
	struct sha256 mac;
	size_t n;

	if (!base64url_decode(token, t, sizeof(t), &n) || n != TOKEN_BYTES)
		return false;
	mac = seal(rq, t);
	if (!bytes_eq_ct(mac.b, t + BODY_BYTES, MAC_BYTES))
		return false;
	if (t[0] != TOKEN_VERSION || t[1] >= SYNC_STAGE__MAX)
		return false;
	*out = (struct sync_state){
		.stage = (enum sync_stage)t[1],
		.first = t[2] != 0,
		.seq = get_i64(t + 3),
		.person_seq = get_i64(t + 11),
		.after_at = get_i64(t + 19),
	};
	memcpy(out->channel.b, t + 27, sizeof(out->channel.b));
	memcpy(out->after_id.b, t + 43, sizeof(out->after_id.b));
	return true;
}
