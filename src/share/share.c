/* SPDX-License-Identifier: Apache-2.0 */
/* share.c - sharing and revoking, each in one transaction. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"
#include "rostra/jobs.h"
#include "rostra/people.h"
#include "rostra/sync.h"
#include "rostra/text.h"

#include "share_int.h"

const char *const share_state_names[SHARE_STATE__MAX + 1] = { "active", "revoked", NULL };

void
share_finish(struct rq *rq, struct share *s)
{
	struct share_intent in = { .text = s->text, .title = s->title };

	s->link = s->has_link ? link_url(rq, s->code) : NULL;
	in.link = s->link;
	s->intent_url = share_intent_url(rq->arena, (enum network)s->network, &in);
}

static bool
sees_all(const struct rq *rq)
{
	return (rq->who->kind & ACCESS_MANAGERS) != 0;
}

enum fault
share_read(struct rq *rq, struct uuid id, struct share *out)
{
	enum fault e = share_sql_get(rq, id, out);

	if (e)
		return e;
	if (!uuid_eq(out->person_id, rq->who->person) && !sees_all(rq))
		return FAULT_NOT_FOUND;
	share_finish(rq, out);
	return FAULT_NONE;
}

/* What every change of a share causes, last in its transaction. */
static enum fault
announce(struct rq *rq, const struct share *s, const char *event)
{
	enum fault e = outbox_put(rq, event, s->id, NULL);

	if (e)
		return e;
	e = people_feed_changed(rq, s->person_id);
	if (e)
		return e;

	return sync_log(rq, SYNC_SHARE, s->id, SYNC_UPSERT, s->person_id);
}

struct creation {
	struct share *s;
	const char *words;
	bool duplicate;
};

static enum fault
create_tx(struct rq *rq, void *arg)
{
	struct creation *c = arg;
	struct share *s = c->s;
	char *code = arena_alloc(rq->arena, LINK_CODE_SIZE, 1);
	enum fault e;

	link_code(code);
	s->code = code;
	s->text = share_compose(rq->arena, c->words, s->has_link ? link_url(rq, code) : NULL);
	e = share_sql_insert(rq, s, &c->duplicate);
	if (e || c->duplicate)
		return e;
	e = link_insert(rq, code, s->id);
	if (e) /* a taken code: the unit starts again and draws another */
		return e == FAULT_CONFLICT ? FAULT_RESTART : e;
	e = share_sql_mark(rq, s);
	if (e)
		return e;

	return announce(rq, s, "share.created");
}

static void
judge_words(struct rq *rq, const struct share_context *c, const char *words, struct share *s)
{
	s->edited = !share_is_suggested(c, (enum network)s->network, str_of(words));
	s->channel_id = c->channel_id;
	s->campaign_id = c->campaign_id;
	s->team_id = c->team_id;
	s->has_link = c->has_link;
	s->title = c->title;
	s->created_at = rq->now_us;
	s->revoked_at = TIME_NONE;
	s->version = 1;
}

static void
warn(struct rq *rq, const struct share_context *c, struct share *s)
{
	struct share_warning *w;

	if (c->similar < SHARE_NEAR_MIN)
		return;
	w = arena_new(rq->arena, struct share_warning);
	*w = (struct share_warning){
		.code = SHARE_NEAR_DUPLICATE,
		.detail =
		    "Colleagues shared nearly the same words lately; yours would stand out more.",
		.same = c->same,
		.similar = c->similar,
	};
	s->warnings = (struct j_list){ w, 1 };
}

/* The id is taken: by this very request earlier, or by something else? */
static enum fault
replay(struct rq *rq, struct share *s)
{
	struct share there = { 0 };
	enum fault e = share_sql_get(rq, s->id, &there);

	if (e)
		return e;
	if (!uuid_eq(there.person_id, s->person_id) ||
	    memcmp(there.body_sha256, s->body_sha256, sizeof(s->body_sha256)) != 0)
		return rq_fail(rq, FAULT_ID_CONFLICT, "Another share has this id.");
	*s = there;
	share_finish(rq, s);
	return FAULT_NONE;
}

static void
digest_words(struct rq *rq, const char *words, struct share *s)
{
	const char *folded = text_fold(rq->arena, str_of(words));
	struct sha256 digest = sha256_of(folded, strlen(folded));

	memcpy(s->text_sha256, digest.b, sizeof(s->text_sha256));
	s->text_simhash = text_simhash(rq->arena, str_of(words));
}

/* One tap: words that the post suggests, when the body brought none. */
static enum fault
choose_words(struct rq *rq, struct share_context *c, struct share *s, struct share_new *in)
{
	const char *language = in->language ? in->language : rq->language;

	if (in->text || !c->visible)
		return FAULT_NONE;
	in->text = share_default_words(rq->arena, c, (enum network)in->network, language);
	if (!in->text)
		return FAULT_NONE;
	digest_words(rq, in->text, s);
	return share_sql_near(rq, s, c);
}

/* As long as every link: the code is drawn in the transaction. */
static const char *
sample_link(struct rq *rq, const struct share_context *c)
{
	return c->has_link ? link_url(rq, "00000000") : NULL;
}

enum fault
share_create(struct rq *rq, const struct share_new *in, struct share *s, bool *ret_created)
{
	struct share_new chosen = *in;
	struct creation creation = { .s = s };
	struct share_context c = { 0 };
	enum fault e;

	*ret_created = false;
	s->post_id = in->post_id;
	s->network = in->network;
	if (in->text)
		digest_words(rq, in->text, s);
	e = share_sql_context(rq, in, s, &c);
	if (e)
		return e;
	if (!uuid_is_zero(c.there_person))
		return replay(rq, s);
	e = choose_words(rq, &c, s, &chosen);
	if (!e)
		e = share_check(rq->arena, &rq->problem, &c, &chosen, sample_link(rq, &c));
	if (e)
		return e;

	creation.words = chosen.text;
	judge_words(rq, &c, chosen.text, s);
	e = db_tx(rq, create_tx, &creation);
	if (e)
		return e;
	if (creation.duplicate) /* the same request, twice at once */
		return replay(rq, s);
	*ret_created = true;
	warn(rq, &c, s);
	share_finish(rq, s);
	return FAULT_NONE;
}

static enum fault
revoke_tx(struct rq *rq, void *arg)
{
	const struct share *s = arg;
	bool done;
	enum fault e = share_sql_revoke(rq, s, &done);

	if (e || !done)
		return e;
	e = link_revoke(rq, s->id);
	if (e)
		return e;
	e = share_sql_unmark(rq, s);
	if (e)
		return e;

	return announce(rq, s, "share.revoked");
}

enum fault
share_revoke(struct rq *rq, struct uuid id)
{
	struct share s = { 0 };
	enum fault e = share_read(rq, id, &s);

	if (e)
		return e;
	if (s.state == SHARE_REVOKED)
		return FAULT_NONE;
	return db_tx(rq, revoke_tx, &s);
}
