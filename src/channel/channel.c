/* SPDX-License-Identifier: Apache-2.0 */
/* channel.c - what makes a channel whole, and who follows it. */
#include "rostra/people.h"
#include "rostra/sync.h"

#include "channel_int.h"

const char *const channel_audience_names[CHANNEL_AUDIENCE__MAX + 1] = { "all", "teams", NULL };
const char *const channel_mode_names[CHANNEL_MODE__MAX + 1] = { "mandatory", "followable", NULL };

static const struct uuid everybody;

void
channel_view_finish(struct rq *rq, struct channel_view *c)
{
	struct str rest = str_of(c->teams_text);
	struct str part;

	c->team_ids.items = arena_array(rq->arena, rest.n / (UUID_TEXT_SIZE - 1) + 1, struct uuid);
	c->team_ids.n = 0;
	if (rest.n == 0)
		return;
	while (str_split(&rest, ',', &part)) {
		if (uuid_parse(part, &((struct uuid *)c->team_ids.items)[c->team_ids.n]))
			c->team_ids.n++;
	}
}

static enum fault
channel_check(struct problem *p, const struct channel_new *in)
{
	const struct uuid *ids = in->team_ids.items;

	if (in->audience == CHANNEL_TEAMS && in->team_ids.n == 0)
		problem_add(p, "#/team_ids", "an audience of teams names at least one");
	if (in->audience == CHANNEL_ALL && in->team_ids.n > 0)
		problem_add(p, "#/team_ids", "only with the audience \"teams\"");
	for (size_t i = 0; i < in->team_ids.n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (uuid_eq(ids[i], ids[k]))
				return problem_add(p, "#/team_ids", "names a team twice");
		}
	}
	return p->code;
}

static bool
has_team(const struct j_list *list, struct uuid id)
{
	const struct uuid *ids = list->items;

	for (size_t i = 0; i < list->n; i++) {
		if (uuid_eq(ids[i], id))
			return true;
	}
	return false;
}

/* Would making it again give what is there? */
static bool
channel_same(const struct channel_view *now, const struct channel_new *in)
{
	const struct uuid *ids = in->team_ids.items;

	if (!cstr_eq(now->name, in->name) || !cstr_eq(now->description, in->description) ||
	    now->audience != in->audience || now->mode != in->mode ||
	    now->team_ids.n != in->team_ids.n)
		return false;
	for (size_t i = 0; i < in->team_ids.n; i++) {
		if (!has_team(&now->team_ids, ids[i]))
			return false;
	}
	return true;
}

/* What every change of a channel causes, last in its transaction. */
static enum fault
announce(struct rq *rq, struct uuid id)
{
	enum fault e = company_feed_changed(rq);

	if (e)
		return e;

	return sync_log(rq, SYNC_CHANNEL, id, SYNC_UPSERT, everybody);
}

struct create {
	struct uuid id;
	const struct channel_new *in;
};

static enum fault
create_tx(struct rq *rq, void *arg)
{
	const struct create *c = arg;
	struct channel_row row = {
		.company_id = rq_company(rq),
		.id = c->id,
		.name = c->in->name,
		.description = c->in->description,
		.audience = c->in->audience,
		.mode = c->in->mode,
		.version = 1,
		.created_at = rq->now_us,
		.archived_at = TIME_NONE,
	};
	struct channel_view there;
	bool duplicate;
	enum fault e = channel_sql_insert(rq, &row, &duplicate);

	if (e)
		return e;
	if (duplicate) {
		e = channel_sql_get(rq, c->id, true, &there);
		if (e == FAULT_NOT_FOUND)
			return rq_fail(rq, FAULT_CONFLICT, "Another channel has this name.");
		return e ? e : rq_fail(rq, FAULT_ID_CONFLICT, "Another channel has this id.");
	}

	e = channel_sql_set_teams(rq, c->id, &c->in->team_ids);
	if (e)
		return e;

	return announce(rq, c->id);
}

enum fault
channel_create(struct rq *rq, struct uuid id, const struct channel_new *in)
{
	struct create c = { .id = id, .in = in };
	enum fault e = channel_check(&rq->problem, in);

	if (e)
		return e;

	return db_tx(rq, create_tx, &c);
}

enum fault
channel_put(struct rq *rq, struct uuid id, const struct channel_new *in, bool *ret_created)
{
	struct channel_view there;
	enum fault e = channel_sql_get(rq, id, true, &there);

	if (e == FAULT_NOT_FOUND) {
		*ret_created = true;
		return channel_create(rq, id, in);
	}
	if (e)
		return e;
	*ret_created = false;
	if (!channel_same(&there, in))
		return rq_fail(rq, FAULT_ID_CONFLICT,
		               "The channel exists and differs; change it with PATCH.");
	return FAULT_NONE;
}

struct each {
	db_row_fn *fn;
	void *arg;
};

static enum fault
pass_channel(struct rq *rq, void *row, void *arg)
{
	struct each *each = arg;

	channel_view_finish(rq, row);
	return each->fn(rq, row, each->arg);
}

enum fault
channel_each(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct each each = { fn, arg };
	const struct channel_page whole = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.after_name = "",
		.after_id = { { 1 } }, /* below every id of ours, and not NULL */
		.everything = true,
		.limit = INT32_MAX,
	};

	return channel_sql_page(rq, &whole, pass_channel, &each);
}

struct patch {
	struct uuid id;
	const struct channel_patch *in;
};

/* What the channel is, with what the body names laid over it. */
static struct channel_patch
merged(const struct channel_view *now, const struct channel_patch *in)
{
	struct channel_patch next = {
		.set = {
			.name = now->name,
			.description = now->description,
			.audience = now->audience,
			.mode = now->mode,
			.team_ids = now->team_ids,
		},
		.archived = now->archived_at != TIME_NONE,
	};

	j_merge(&channel_patch_schema, &next, in);
	if (next.set.audience == CHANNEL_ALL && now->audience == CHANNEL_TEAMS &&
	    !j_has(&channel_patch_schema, in, "team_ids"))
		next.set.team_ids = (struct j_list){ 0 };
	return next;
}

static int64_t
archived_at(const struct rq *rq, const struct channel_view *now, bool archived)
{
	if (!archived)
		return TIME_NONE;
	return now->archived_at == TIME_NONE ? rq->now_us : now->archived_at;
}

static enum fault
patch_tx(struct rq *rq, void *arg)
{
	const struct patch *c = arg;
	struct channel_view now;
	struct channel_patch next;
	bool done;
	enum fault e = channel_sql_get(rq, c->id, true, &now);

	if (e)
		return e;
	if (now.version != c->in->version)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the channel again.");
	next = merged(&now, c->in);
	e = channel_check(&rq->problem, &next.set);
	if (e)
		return e;

	struct channel_row row = {
		.company_id = rq_company(rq),
		.id = c->id,
		.name = next.set.name,
		.description = next.set.description,
		.audience = next.set.audience,
		.mode = next.set.mode,
		.version = now.version,
		.created_at = now.created_at,
		.archived_at = archived_at(rq, &now, next.archived),
	};
	e = channel_sql_update(rq, &row, &done);
	if (e == FAULT_CONFLICT)
		return rq_fail(rq, FAULT_CONFLICT, "Another channel has this name.");
	if (e)
		return e;
	if (!done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the channel again.");
	e = channel_sql_set_teams(rq, c->id, &next.set.team_ids);
	if (e)
		return e;

	return announce(rq, c->id);
}

enum fault
channel_patch(struct rq *rq, struct uuid id, const struct channel_patch *in)
{
	struct patch c = { .id = id, .in = in };

	return db_tx(rq, patch_tx, &c);
}

struct follow {
	struct uuid id;
	bool follow;
};

static enum fault
follow_tx(struct rq *rq, void *arg)
{
	const struct follow *f = arg;
	enum fault e;

	e = f->follow ? channel_sql_follow(rq, f->id) : channel_sql_unfollow(rq, f->id);
	if (e)
		return e;
	e = people_audience_changed(rq, rq->who->person);
	if (e)
		return e;

	return sync_log(rq, SYNC_CHANNEL, f->id, SYNC_UPSERT, rq->who->person);
}

enum fault
channel_follow(struct rq *rq, struct uuid id, bool follow)
{
	struct follow f = { .id = id, .follow = follow };
	struct channel_view now;
	enum fault e = channel_sql_get(rq, id, false, &now);

	if (e)
		return e;
	if (now.mode == CHANNEL_MANDATORY)
		return rq_fail(rq, FAULT_CONFLICT, "This channel is in everybody's feed.");
	if (now.followed == follow)
		return FAULT_NONE;

	return db_tx(rq, follow_tx, &f);
}
