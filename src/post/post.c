/* SPDX-License-Identifier: Apache-2.0 */
/* post.c - writing posts: suggestions, and changes of them. */
#include <string.h>

#include "rostra/link.h"

#include "post_int.h"

bool
post_may_publish(const struct rq *rq)
{
	return (rq->who->kind & ACCESS_CURATORS) != 0;
}

bool
post_is_own(const struct rq *rq, const struct post *post)
{
	return uuid_eq(post->author_id, rq->who->person);
}

enum fault
post_read(struct rq *rq, struct uuid id, struct post *out)
{
	enum fault e = post_sql_get(rq, id, out);

	if (e)
		return e;
	if (post_may_publish(rq) || post_is_own(rq, out) ||
	    uuid_eq(out->suggested_by, rq->who->person))
		return FAULT_NONE;
	if (!out->visible)
		return FAULT_NOT_FOUND;

	/* How it was decided is between its author and the curators. */
	out->decided_by = (struct uuid){ 0 };
	out->decision_note = NULL;
	return FAULT_NONE;
}

/* Rules of the fields, then of what they name.  credited: who had the credit before. */
static enum fault
check(struct rq *rq, const struct post *post, struct uuid credited)
{
	enum fault e = post_check(rq->arena, &rq->problem, post);

	if (!post_may_publish(rq) && !uuid_eq(post->suggested_by, credited))
		e = problem_add(&rq->problem, "#/suggested_by",
		                "only curators give credit to others");
	if (e)
		return e;

	return post_sql_check_refs(rq, post);
}

static enum fault
insert_tx(struct rq *rq, void *arg)
{
	const struct post *post = arg;
	bool duplicate;
	enum fault e = post_sql_insert(rq, post, &duplicate);

	if (e)
		return e;
	if (duplicate)
		return rq_fail(rq, FAULT_ID_CONFLICT, "A post with this id exists.");
	e = post_sql_set_texts(rq, post, true);
	if (e)
		return e;

	return post_sql_set_disclosures(rq, post, true);
}

enum fault
post_put(struct rq *rq, const struct post *in, bool *ret_created)
{
	struct post there;
	struct post post = *in;
	enum fault e = post_sql_get(rq, in->id, &there);

	if (e == FAULT_NONE) {
		*ret_created = false;
		if (post_is_own(rq, &there) &&
		    memcmp(there.body_sha256, in->body_sha256, sizeof(in->body_sha256)) == 0)
			return FAULT_NONE;
		return rq_fail(rq, FAULT_ID_CONFLICT,
		               "A post with this id exists; change it with PATCH.");
	}
	if (e != FAULT_NOT_FOUND)
		return e;

	if (uuid_is_zero(post.suggested_by) && !post_may_publish(rq))
		post.suggested_by = rq->who->person;
	post.author_id = rq->who->person;
	post.state = post.submit ? POST_SUBMITTED : POST_DRAFT;
	post.published_at = post.pin_until = TIME_NONE;
	post.created_at = post.updated_at = rq->now_us;
	e = check(rq, &post, rq->who->person);
	if (e)
		return e;
	*ret_created = true;
	return db_tx(rq, insert_tx, &post);
}

struct patch {
	struct uuid id;
	const struct post *in;
};

/* May the caller change it at all?  What they may not see they are not told of. */
static enum fault
may_edit(struct rq *rq, const struct post *post)
{
	if (post_may_publish(rq) || post_is_own(rq, post))
		return FAULT_NONE;
	if (!post->visible)
		return FAULT_NOT_FOUND;
	return rq_fail(rq, FAULT_FORBIDDEN, "Only its author and curators change a post.");
}

static enum fault
write_lists(struct rq *rq, const struct post *post, const struct post *in)
{
	enum fault e = FAULT_NONE;

	if (j_has(&post_patch_schema, in, "texts"))
		e = post_sql_set_texts(rq, post, false);
	if (!e && j_has(&post_patch_schema, in, "disclosures"))
		e = post_sql_set_disclosures(rq, post, false);
	return e;
}

static enum fault
patch_tx(struct rq *rq, void *arg)
{
	const struct patch *c = arg;
	const enum post_event ev =
	    post_may_publish(rq) ? POST_EV_EDIT_CURATOR : POST_EV_EDIT_AUTHOR;
	struct post post = { 0 };
	struct uuid credited;
	enum post_state next;
	bool done, was_live;
	enum fault e = post_sql_get(rq, c->id, &post);

	if (e)
		return e;
	e = may_edit(rq, &post);
	if (e)
		return e;
	if (post.version != c->in->version)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the post again.");
	if (!post_next_state((enum post_state)post.state, ev, false, &next))
		return rq_fail(rq, FAULT_CONFLICT, "A post that is %s is not changed.",
		               post_state_names[post.state]);
	credited = post.suggested_by;
	j_merge(&post_patch_schema, &post, c->in);
	e = check(rq, &post, credited);
	if (e)
		return e;

	was_live = post.state == POST_LIVE;
	post.state = next;
	post.updated_at = rq->now_us;
	e = post_sql_update(rq, &post, &done);
	if (e)
		return e;
	if (!done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the post again.");
	e = link_changed(rq);
	if (e)
		return e;
	e = write_lists(rq, &post, c->in);
	if (e)
		return e;

	return post_announce(rq, post.id, was_live, next == POST_LIVE);
}

enum fault
post_patch(struct rq *rq, struct uuid id, const struct post *in)
{
	struct patch c = { id, in };

	return db_tx(rq, patch_tx, &c);
}
