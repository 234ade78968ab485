/* SPDX-License-Identifier: Apache-2.0 */
/* share.c - sharing and revoking, each in one transaction. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"
#include "rostra/jobs.h"
#include "rostra/mentoring.h"
#include "rostra/people.h"
#include "rostra/shared.h"
#include "rostra/text.h"

#include "share_int.h"

const char *const share_state_names[SHARE_STATE__MAX + 1] = { "active", "revoked", NULL };

/* A drawn code is taken once in 62^8 / (links there are); more often than this it is not bad luck.
 */
enum { CODE_TRIES = 3 };

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

/* A new code, and the text with its link. */
static void
draw_link(struct rq *rq, const char *words, struct share *s)
{
	char *code = arena_alloc(rq->arena, LINK_CODE_SIZE, 1);

	link_code(code);
	s->code = code;
	s->text = share_compose(rq->arena, words, s->has_link ? link_url(rq, code) : NULL);
}

/* *ret_created false: the id was taken meanwhile. */
static enum fault
write_share(struct rq *rq, const char *words, struct share *s, bool *ret_created)
{
	for (int i = 0; i < CODE_TRIES; i++) {
		struct share there = { 0 };
		bool duplicate;
		enum fault e;

		draw_link(rq, words, s);
		e = share_sql_write(rq, s, &duplicate);
		if (e)
			return e;
		*ret_created = !duplicate;
		if (!duplicate)
			return FAULT_NONE;
		e = share_sql_get(rq, s->id, &there);
		if (e != FAULT_NOT_FOUND) /* the id; else the code: draw another */
			return e;
	}
	return rq_fail(rq, FAULT_BUSY, "No free link was found.");
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
static void
choose_words(struct rq *rq, const struct share_context *c, struct share_new *in)
{
	const char *language = in->language ? in->language : rq->language;

	if (!in->text)
		in->text = share_default_words(rq->arena, c, (enum network)in->network, language);
}

/* As long as every link: the code is drawn when it is written. */
static const char *
sample_link(struct rq *rq, const struct share_context *c)
{
	return c->rules.has_link ? link_url(rq, "00000000") : NULL;
}

static enum fault
judge(struct rq *rq, struct share_context *c, struct share_new *in)
{
	enum fault e = FAULT_NONE;

	if (c->visible)
		e = post_rules(rq, in->post_id, c->post_version, &c->rules);
	if (e == FAULT_NOT_FOUND) { /* gone between two statements */
		c->visible = false;
		e = FAULT_NONE;
	}
	if (e)
		return e;
	choose_words(rq, c, in);
	return share_check(rq->arena, &rq->problem, c, in, sample_link(rq, c));
}

static void
describe(struct rq *rq, const struct share_context *c, const char *words, struct share *s)
{
	s->edited = !share_is_suggested(c, (enum network)s->network, str_of(words));
	s->channel_id = c->channel_id;
	s->campaign_id = c->rules.campaign_id;
	s->team_id = c->viewer.team_id;
	s->has_link = c->rules.has_link;
	s->title = c->rules.title;
	s->created_at = rq->now_us;
	s->revoked_at = TIME_NONE;
	s->version = 1;
	digest_words(rq, words, s);
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
		.detail = "Colleagues shared nearly the same words lately; yours would stand out "
			  "more.",
		.same = c->same,
		.similar = c->similar,
	};
	s->warnings = (struct j_list){ w, 1 };
}

/*
 * What the tables say of person and post: as it is remembered (a person shares what they were just
 * shown), or as it is.  A channel that is not the person's any more, a post that is gone: not
 * visible.
 */
static enum fault
look(struct rq *rq, struct uuid post, bool afresh, struct share_context *c)
{
	struct feed_place place;
	bool known;
	enum fault e = FAULT_NONE;

	*c = (struct share_context){ 0 };
	if (afresh || !feed_viewer_remembered(rq, &c->viewer))
		e = feed_viewer_ask(rq, &c->viewer);
	if (!e)
		e = feed_place(rq, post, &c->viewer, &place, &known);
	if (e || !known)
		return e;
	c->visible = feed_shows(&c->viewer, &place);
	c->channel_id = place.channel_id;
	c->post_version = place.post_version;
	return FAULT_NONE;
}

/* By what is known: the words, and all that is kept beside them; or what is wrong. */
static enum fault
prepare(struct rq *rq, const struct share_new *in, bool afresh, struct share_context *c,
        struct share *s, const char **ret_words)
{
	struct share_new chosen = *in;
	enum fault e = look(rq, in->post_id, afresh, c);

	if (!e)
		e = judge(rq, c, &chosen);
	if (e)
		return e;
	describe(rq, c, chosen.text, s);
	*ret_words = chosen.text;
	return share_near(rq, s, c);
}

/*
 * The common case, with all who share at the same moment.  *ret_written false: something is not as
 * it was remembered, or is wrong.
 */
static enum fault
share_quickly(struct rq *rq, const struct share_new *in, struct share_context *c, struct share *s,
              bool *ret_written)
{
	const char *words;
	enum fault e = prepare(rq, in, false, c, s, &words);

	*ret_written = false;
	if (e == FAULT_INVALID) {
		problem_reset(&rq->problem);
		return FAULT_NONE;
	}
	if (e)
		return e;
	draw_link(rq, words, s);
	*ret_written = share_write_together(rq, s, &c->viewer);
	return FAULT_NONE;
}

/* Was it made before, is it wrong, or is it only to be written alone? */
static enum fault
share_carefully(struct rq *rq, const struct share_new *in, struct share_context *c, struct share *s,
                bool *ret_written)
{
	const char *words;
	enum fault e = replay(rq, s);

	*ret_written = false;
	if (e != FAULT_NOT_FOUND)
		return e;
	e = prepare(rq, in, true, c, s, &words);
	if (!e && !uuid_is_zero(in->review_id))
		e = share_review_use(rq, in->review_id, s->id);
	if (!e)
		e = write_share(rq, words, s, ret_written);
	if (!e && !*ret_written) /* the same request, twice at once */
		e = replay(rq, s);
	return e;
}

/* Words that a mentor approved: alone, because they become this share and no other. */
static enum fault
share_reviewed(struct rq *rq, const struct share_new *in, struct share_context *c, struct share *s,
               bool *ret_written)
{
	const struct review_ask ask = { in->review_id, in->post_id, in->network, in->text };
	struct share_new with = *in;
	enum fault e = share_review_words(rq, &ask, &with.text);

	return e ? e : share_carefully(rq, &with, c, s, ret_written);
}

enum fault
share_words_check(struct rq *rq, struct uuid post, int network, const char *text)
{
	struct share_new in = { .post_id = post, .network = network, .text = text };
	struct share_context c;
	enum fault e = look(rq, post, true, &c);

	return e ? e : judge(rq, &c, &in);
}

enum fault
share_create(struct rq *rq, const struct share_new *in, struct share *s, bool *ret_created)
{
	const bool reviewed = !uuid_is_zero(in->review_id);
	struct share_context c = { 0 };
	enum fault e;

	s->post_id = in->post_id;
	s->network = in->network;
	*ret_created = false;
	e = reviewed ? share_reviewed(rq, in, &c, s, ret_created)
	             : share_quickly(rq, in, &c, s, ret_created);
	if (!e && !*ret_created && !reviewed)
		e = share_carefully(rq, in, &c, s, ret_created);
	if (e || !*ret_created)
		return e;
	warn(rq, &c, s);
	share_finish(rq, s);
	return FAULT_NONE;
}

static enum fault
revoke_tx(struct rq *rq, void *arg)
{
	const struct share *s = arg;
	bool done;
	enum fault e = people_feed_changed(rq, s->person_id);

	if (e)
		return e;
	e = share_sql_revoke(rq, s, &done);
	if (e || !done)
		return e;
	e = link_revoke(rq, s->code);
	if (e)
		return e;
	e = share_sql_unmark(rq, s);
	if (e)
		return e;

	return outbox_put(rq, "share.revoked", s->id, NULL);
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
