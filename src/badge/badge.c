/* SPDX-License-Identifier: Apache-2.0 */
/* badge.c - badges as admins define them, and grants by hand. */
#include <string.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/notice.h"

#include "badge_int.h"

const char *const badge_kind_names[BADGE_KIND__MAX + 1] = { "measure", "streak", "hand", NULL };

enum fault
badge_check(struct arena *a, struct problem *p, const struct badge *b)
{
	const struct badge_level *l = b->levels.items;

	if ((b->kind == BADGE_MEASURE) != (b->measure >= 0))
		problem_add(p, "#/measure", "goes with the kind measure, and with no other");
	for (size_t i = 1; i < b->levels.n; i++) {
		if (l[i].threshold <= l[i - 1].threshold)
			problem_add(p, arena_printf(a, "#/levels/%zu/threshold", i),
			            "must be more than that of the level before");
	}
	return p->code;
}

int64_t
badge_level_at(const struct badge *b, int64_t value)
{
	const struct badge_level *l = b->levels.items;
	size_t n = 0;

	while (n < b->levels.n && value >= l[n].threshold)
		n++;
	return (int64_t)n;
}

/* --- making one --- */

struct making {
	const struct badge *b;
	bool created;
};

static enum fault
replay(struct rq *rq, const struct badge *b)
{
	struct badge there = { .name = NULL };
	enum fault e = badge_sql_get(rq, b->id, &there);

	if (e || memcmp(&there.body_sha256, &b->body_sha256, sizeof(b->body_sha256)) == 0)
		return e;
	return rq_fail(rq, FAULT_ID_CONFLICT, "The badge was made of another body.");
}

static enum fault
put_levels(struct rq *rq, const struct badge *b)
{
	const struct badge_level *in = b->levels.items;
	struct badge_level rows[BADGE_LEVELS_MAX];

	for (size_t i = 0; i < b->levels.n; i++)
		rows[i] = (struct badge_level){ .company_id = b->company_id,
			                        .badge_id = b->id,
			                        .level = (int64_t)i + 1,
			                        .name = in[i].name,
			                        .threshold = in[i].threshold };
	return badge_sql_levels(rq, rows, b->levels.n);
}

static enum fault
create_tx(struct rq *rq, void *arg)
{
	struct making *m = arg;
	int64_t n = 0;
	bool duplicate;
	enum fault e = badge_sql_insert(rq, m->b, &duplicate);

	m->created = false;
	if (!e && duplicate)
		return replay(rq, m->b);
	if (!e)
		e = badge_sql_count(rq, &n); /* this one, and those made at the same time */
	if (e)
		return e;
	if (n > BADGES_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "There are %d badges, which is the most.",
		               BADGES_MAX);
	e = put_levels(rq, m->b);
	if (!e)
		e = badge_due_sql_all(rq); /* who has reached it already is awarded it */
	m->created = e == FAULT_NONE;
	return e;
}

enum fault
badge_create(struct rq *rq, const struct badge *b, bool *ret_created)
{
	struct making m = { .b = b };
	enum fault e = badge_check(rq->arena, &rq->problem, b);

	if (!e)
		e = db_tx(rq, create_tx, &m);
	*ret_created = m.created;
	return e;
}

struct changing {
	struct uuid id;
	const struct badge *in;
};

static enum fault
change_tx(struct rq *rq, void *arg)
{
	const struct changing *c = arg;
	struct badge next = { .name = NULL };
	bool done, was;
	enum fault e = badge_sql_get(rq, c->id, &next);

	if (e)
		return e;
	was = next.archived;
	j_merge(&badge_patch_schema, &next, c->in);
	next.company_id = rq_company(rq);
	if (next.archived != was)
		next.archived_at = next.archived ? rq->now_us : TIME_NONE;
	e = badge_sql_update(rq, &next, &done);
	if (!e && !done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the badge again.");
	return e || next.archived || !was ? e : badge_due_sql_all(rq);
}

enum fault
badge_change(struct rq *rq, struct uuid id, const struct badge *in)
{
	struct changing c = { id, in };

	return db_tx(rq, change_tx, &c);
}

/* --- by hand --- */

struct granting {
	const struct badge_award *a;
	bool created;
};

/* This grant again, or another of the same? */
static enum fault
granted_before(struct rq *rq, const struct badge_award *a)
{
	struct badge_award there = { .reason = NULL };
	enum fault e = badge_sql_award_get(rq, a, &there);

	if (e || (uuid_eq(there.granted_by, a->granted_by) && cstr_eq(there.reason, a->reason)))
		return e;
	return rq_fail(rq, FAULT_CONFLICT, "The person has this level of the badge already.");
}

static enum fault
check_grant(struct rq *rq, const struct badge_award *a)
{
	struct badge b = { .name = NULL };
	struct badge_person p = { .active = false };
	enum fault e = badge_sql_get(rq, a->badge_id, &b);

	if (!e)
		e = badge_sql_person(rq, a->person_id, &p);
	if (e || !p.active)
		return e ? e : FAULT_NOT_FOUND;
	if (b.kind != BADGE_HAND || b.archived)
		return rq_fail(rq, FAULT_CONFLICT, "It is not granted by hand%s.",
		               b.archived ? " any more" : "");
	if (a->level > (int64_t)b.levels.n)
		return problem_add(&rq->problem, "#/level", "is none of the badge's");
	return FAULT_NONE;
}

/* What the person is told comes of this: found again when the grant is taken back. */
static struct uuid
source_of(const struct badge_award *a)
{
	struct uuid source = a->person_id;

	source.b[sizeof(source.b) - 1] ^= (unsigned char)a->level;
	return source;
}

static enum fault
grant_tx(struct rq *rq, void *arg)
{
	struct granting *g = arg;
	const struct notice_new notice = {
		.kind = NOTICE_BADGE,
		.object = g->a->badge_id,
		.source = source_of(g->a),
		.actor = rq->who->person,
		.people = &g->a->person_id,
		.n = 1,
	};
	bool duplicate;
	enum fault e = badge_sql_award(rq, g->a, &duplicate);

	/* First of all: a grant that was answered is answered so again, whatever came after it. */
	g->created = false;
	if (!e && duplicate)
		return granted_before(rq, g->a);
	if (!e)
		e = check_grant(rq, g->a);
	g->created = e == FAULT_NONE;
	return e ? e : notice_put(rq, &notice);
}

enum fault
badge_grant(struct rq *rq, const struct badge_award *a, bool *ret_created)
{
	struct granting g = { .a = a };
	enum fault e = db_tx(rq, grant_tx, &g);

	*ret_created = g.created;
	return e;
}

static enum fault
take_back_tx(struct rq *rq, void *arg)
{
	const struct badge_award *key = arg;
	struct badge_award there = { .reason = NULL };
	struct audit_change changes[] = { { .member = "badge" }, { .member = "reason" } };
	const struct audit_deed deed = { .action = "badge.taken_back",
		                         .kind = AUDIT_PERSON,
		                         .object = key->person_id,
		                         .person = key->person_id,
		                         AUDIT_CHANGES(changes) };
	bool done;
	enum fault e = badge_sql_award_get(rq, key, &there);

	if (e)
		return e == FAULT_NOT_FOUND ? FAULT_NONE : e;
	if (uuid_is_zero(there.granted_by))
		return rq_fail(rq, FAULT_CONFLICT, "It was earned, not granted by hand.");
	e = badge_sql_award_delete(rq, key, &done);
	if (e || !done)
		return e;
	changes[0].before = arena_printf(rq->arena, "%s: %s", there.badge_name, there.level_name);
	changes[1].before = there.reason;
	e = notice_retract(rq, NOTICE_BADGE, key->badge_id, source_of(key));
	return e ? e : audit_put(rq, &deed);
}

enum fault
badge_take_back(struct rq *rq, const struct badge_award *key)
{
	struct badge_award at = *key;
	struct badge b = { .name = NULL };
	struct badge_person p = { .active = false };
	enum fault e = badge_sql_get(rq, key->badge_id, &b);

	if (!e)
		e = badge_sql_person(rq, key->person_id, &p);
	return e ? e : db_tx(rq, take_back_tx, &at);
}
