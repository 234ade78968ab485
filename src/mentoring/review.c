/* SPDX-License-Identifier: Apache-2.0 */
/*
 * review.c - a mentor looks at a text before it is shared.  What is approved is the text of one
 * digest, for one post and one network, and it becomes one share.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"
#include "rostra/share.h"

#include "mentoring_int.h"

const char *const review_state_names[REVIEW_STATE__MAX + 1] = { "waiting", "approved", "returned",
	                                                        NULL };

static bool
digest_is(const unsigned char digest[32], const char *text)
{
	return memcmp(sha256_of(text, strlen(text)).b, digest, 32) == 0;
}

/* --- asking --- */

struct asking {
	struct review *r;
	bool created;
};

/* The id is taken: by this request earlier, or by another text. */
static enum fault
replay(struct rq *rq, struct review *r)
{
	struct review there = { .text = NULL };
	enum fault e = review_sql_get(rq, r, false, &there);

	if (e == FAULT_NOT_FOUND)
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another text.");
	if (e)
		return e;
	if (!uuid_eq(there.mentee_id, rq->who->person) || !uuid_eq(there.post_id, r->post_id) ||
	    there.network != r->network || !digest_is(there.text_sha256, r->text))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another text.");
	*r = there;
	return FAULT_NONE;
}

static enum fault
check(struct rq *rq, const struct review *r)
{
	int64_t n;
	enum fault e = review_sql_waiting(rq, r->mentoring_id, &n);

	if (!e && n >= REVIEWS_WAITING_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "%d wait for your mentor, which is the most.",
		               REVIEWS_WAITING_MAX);
	return e ? e : share_words_check(rq, r->post_id, r->network, r->text);
}

static enum fault
ask_tx(struct rq *rq, void *arg)
{
	struct asking *a = arg;
	struct review there = { .text = NULL };
	struct mentoring m = { .tag = NULL };
	bool duplicate;
	enum fault e = mentoring_sql_get(rq, a->r->mentoring_id, true, &m);

	a->created = false;
	if (e)
		return e;
	if (mentoring_is_mentor(rq, &m))
		return rq_fail(rq, FAULT_FORBIDDEN, "A mentee asks, the mentor looks.");
	e = review_sql_get(rq, a->r, false, &there);
	if (e != FAULT_NOT_FOUND)
		return e ? e : replay(rq, a->r);
	e = mentoring_must_be_active(rq, &m);
	if (!e)
		e = check(rq, a->r);
	if (e)
		return e;
	a->r->mentee_id = m.mentee_id;
	a->r->mentor_id = m.mentor_id;
	e = review_sql_insert(rq, a->r, &duplicate);
	if (!e && duplicate)
		return replay(rq, a->r);
	a->created = e == FAULT_NONE;
	return e ? e : mentoring_tell(rq, &m);
}

enum fault
review_ask(struct rq *rq, struct review *r, bool *ret_created)
{
	struct asking a = { .r = r };
	enum fault e;

	memcpy(r->text_sha256, sha256_of(r->text, strlen(r->text)).b, sizeof(r->text_sha256));
	r->created_at = rq->now_us;
	r->decided_at = TIME_NONE;
	e = db_tx(rq, ask_tx, &a);
	*ret_created = a.created;
	return e;
}

/* --- looking --- */

struct deciding {
	const struct review *key;
	enum review_state to;
	const char *note;
};

static enum fault
decide_tx(struct rq *rq, void *arg)
{
	const struct deciding *d = arg;
	struct mentoring m = { .tag = NULL };
	struct review r = { .text = NULL };
	enum fault e = mentoring_active(rq, d->key->mentoring_id, &m);

	if (!e)
		e = review_sql_get(rq, d->key, true, &r);
	if (e)
		return e;
	if (!mentoring_is_mentor(rq, &m))
		return rq_fail(rq, FAULT_FORBIDDEN, "The mentor decides.");
	if (r.state == (int)d->to)
		return FAULT_NONE;
	if (r.state != REVIEW_WAITING)
		return rq_fail(rq, FAULT_CONFLICT, "It is %s.", review_state_names[r.state]);
	r.state = (int)d->to;
	r.note = d->note;
	r.decided_at = rq->now_us;
	e = review_sql_decide(rq, &r);
	return e ? e : mentoring_tell(rq, &m);
}

enum fault
review_decide(struct rq *rq, const struct review *key, enum review_state to, const char *note)
{
	struct deciding d = { key, to, note };

	if (to == REVIEW_RETURNED && note == NULL)
		return problem_add(&rq->problem, "#/note", "is needed: what is to be changed?");
	return db_tx(rq, decide_tx, &d);
}

/* --- sharing it --- */

enum fault
share_review_words(struct rq *rq, const struct review_ask *ask, const char **ret_text)
{
	struct review r = { .text = NULL };
	enum fault e = review_sql_own(rq, ask->review_id, &r);

	if (e == FAULT_NOT_FOUND)
		return problem_add(&rq->problem, "#/review_id", "is no text of yours");
	if (e)
		return e;
	if (r.state != REVIEW_APPROVED)
		return problem_add(&rq->problem, "#/review_id", "is not approved");
	if (!uuid_eq(r.post_id, ask->post_id) || r.network != ask->network)
		return problem_add(&rq->problem, "#/review_id",
		                   "is approved for another post or network");
	if (!digest_is(r.text_sha256, ask->text != NULL ? ask->text : r.text))
		return problem_add(&rq->problem, "#/text", "is not the text that was approved");
	*ret_text = r.text;
	return FAULT_NONE;
}

enum fault
share_review_use(struct rq *rq, struct uuid review, struct uuid share)
{
	bool done;
	enum fault e = review_sql_use(rq, review, share, &done);

	if (!e && !done)
		return rq_fail(rq, FAULT_CONFLICT, "The approved text became another share.");
	return e;
}
