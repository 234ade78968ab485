/* SPDX-License-Identifier: Apache-2.0 */
/* post_act.c - deciding about posts: submit, publish, reject, expire, pin, acknowledge. */
#include "rostra/jobs.h"
#include "rostra/people.h"
#include "rostra/sync.h"

#include "post_int.h"

struct act {
	struct uuid id;
	const struct post_action *in;
};

static enum fault
check_publish(struct rq *rq, const struct post *post)
{
	enum fault e = post_check(rq->arena, &rq->problem, post);

	if (e)
		return e;
	if (post->expire_at != TIME_NONE && post->expire_at <= rq->now_us)
		return rq_fail(rq, FAULT_CONFLICT, "Its expire_at has passed; change that first.");
	return FAULT_NONE;
}

static enum fault
apply_publish(struct rq *rq, struct post *post, const struct post_action *in)
{
	if (in->at != TIME_NONE)
		post->publish_at = in->at;
	if (post->state == POST_LIVE)
		post->published_at = rq->now_us;
	post->decided_by = rq->who->person;
	post->decision_note = NULL;
	return check_publish(rq, post);
}

/* What the event does beside the state. */
static enum fault
apply(struct rq *rq, struct post *post, const struct post_action *in)
{
	switch (in->event) {
	case POST_EV_PUBLISH:
		return apply_publish(rq, post, in);
	case POST_EV_SUBMIT:
		return post_check(rq->arena, &rq->problem, post);
	case POST_EV_REJECT:
		post->decided_by = rq->who->person;
		post->decision_note = in->note;
		post->pin_until = TIME_NONE;
		return FAULT_NONE;
	case POST_EV_EXPIRE:
		post->expire_at = rq->now_us;
		post->pin_until = TIME_NONE;
		return FAULT_NONE;
	case POST_EV_PIN:
		post->pin_until = in->at;
		return FAULT_NONE;
	case POST_EV_EDIT_AUTHOR:
	case POST_EV_EDIT_CURATOR:
	case POST_EV__MAX:
		break;
	}
	return FAULT_NONE;
}

static enum fault
may_act(struct rq *rq, const struct post *post)
{
	if (post_may_publish(rq) || post_is_own(rq, post))
		return FAULT_NONE;
	if (!post->visible)
		return FAULT_NOT_FOUND;
	return rq_fail(rq, FAULT_FORBIDDEN, "Only its author and curators do this.");
}

static bool
goes_later(const struct rq *rq, const struct post *post, const struct post_action *in)
{
	int64_t at = in->at != TIME_NONE ? in->at : post->publish_at;

	return in->event == POST_EV_PUBLISH && at != TIME_NONE && at > rq->now_us;
}

static enum fault
act_tx(struct rq *rq, void *arg)
{
	const struct act *c = arg;
	struct post post = { 0 };
	enum post_state next;
	bool done, was_live;
	enum fault e = post_sql_get(rq, c->id, &post);

	if (e)
		return e;
	e = may_act(rq, &post);
	if (e)
		return e;
	if (c->in->version && c->in->version != post.version)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the post again.");
	if (!post_next_state((enum post_state)post.state, c->in->event,
	                     goes_later(rq, &post, c->in), &next))
		return rq_fail(rq, FAULT_CONFLICT, "The post is %s.", post_state_names[post.state]);

	was_live = post.state == POST_LIVE;
	post.state = next;
	post.updated_at = rq->now_us;
	e = apply(rq, &post, c->in);
	if (e)
		return e;
	e = post_sql_update(rq, &post, &done);
	if (e)
		return e;
	if (!done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the post again.");

	return post_announce(rq, post.id, was_live, next == POST_LIVE);
}

enum fault
post_act(struct rq *rq, struct uuid id, const struct post_action *in)
{
	struct act c = { id, in };

	if (in->event == POST_EV_PIN && in->at != TIME_NONE && in->at <= rq->now_us)
		return problem_add(&rq->problem, "#/until", "must be in the future");
	return db_tx(rq, act_tx, &c);
}

static enum fault
acknowledge_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	struct post post = { 0 };
	enum fault e = post_sql_get(rq, *id, &post);

	if (e)
		return e;
	if (!post.visible)
		return FAULT_NOT_FOUND;
	if (!post.must_read)
		return rq_fail(rq, FAULT_CONFLICT, "The post asks for no acknowledgement.");
	if (post.acknowledged_at != TIME_NONE)
		return FAULT_NONE;
	e = post_sql_acknowledge(rq, *id);
	if (e)
		return e;
	e = people_feed_changed(rq, rq->who->person);
	if (e)
		return e;

	e = sync_log(rq, SYNC_POST, *id, SYNC_UPSERT, rq->who->person);
	return e ? e : outbox_put(rq, "post.acknowledged", rq->who->person, NULL);
}

enum fault
post_acknowledge(struct rq *rq, struct uuid id)
{
	return db_tx(rq, acknowledge_tx, &id);
}
