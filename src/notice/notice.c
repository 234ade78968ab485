/* SPDX-License-Identifier: Apache-2.0 */
/* notice.c - telling people: one line for what belongs together, held back in quiet hours. */
#include "rostra/buf.h"
#include "rostra/caller.h"

#include "notice_int.h"

const char *const notice_kind_names[NOTICE__MAX + 1] = {
	[NOTICE_SESSION_REVOKED] = "session_revoked",
	[NOTICE_PRIVACY] = "privacy",
	[NOTICE_KUDOS] = "kudos",
	[NOTICE_MENTION] = "mention",
	[NOTICE_COMMENT] = "comment",
	[NOTICE_REACTION] = "reaction",
	[NOTICE_BADGE] = "badge",
	[NOTICE_CONTEST] = "contest",
	[NOTICE_RANK] = "rank",
	[NOTICE_REWARD] = "reward",
	[NOTICE_MENTORING] = "mentoring",
	NULL,
};

struct telling {
	struct listener people[NOTICE_PEOPLE_MAX];
	size_t n;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct telling *t = arg;

	(void)rq;
	if (t->n < NOTICE_PEOPLE_MAX)
		t->people[t->n++] = *(const struct listener *)row;
	return FAULT_NONE;
}

/* All but the actor. */
static const char *
people_json(struct rq *rq, const struct notice_new *in)
{
	struct buf b = { .n = 0 };
	char text[UUID_TEXT_SIZE];
	const char *json;

	buf_char(&b, '[');
	for (size_t i = 0; i < in->n; i++) {
		if (uuid_eq(in->people[i], in->actor))
			continue;
		uuid_format(in->people[i], text);
		buf_printf(&b, "%s\"%s\"", b.n > 1 ? "," : "", text);
	}
	buf_char(&b, ']');
	json = arena_copy(rq->arena, b.s, b.n);
	buf_free(&b);
	return json;
}

static bool
wants(const struct notice_listener *l, enum notice_kind kind)
{
	return kind < NOTICE_SWITCHABLE || !(l->muted & 1U << (kind - NOTICE_SWITCHABLE));
}

/* A line to the person, now or when their quiet hours are over. */
static void
address(const struct rq *rq, struct uuid person, const struct notice_listener *l,
        struct notice_row *row)
{
	row->id = uuid_v7(rq->now_us);
	row->person_id = person;
	row->noted_at = row->told_at = rq->now_us;
	if (row->kind >= NOTICE_SWITCHABLE)
		row->told_at = quiet_over_at(l->zone, l->quiet_from, l->quiet_to, rq->now_us);
	row->slot = row->told_at > rq->now_us ? row->told_at / US_PER_S : 0;
}

static enum fault
tell(struct rq *rq, const struct listener *l, struct notice_row *row)
{
	enum fault e = FAULT_NONE;

	address(rq, l->person_id, &l->how, row);
	if (l->waited && row->slot == 0)
		e = notice_sql_rise(rq, row);
	if (!e)
		e = notice_sql_join(rq, row);
	return e ? e : notice_sql_source(rq, row);
}

/* Who of the people is to hear of it: not those who were told, and not who switched it off. */
static enum fault
find_listeners(struct rq *rq, const struct notice_new *in, const struct notice_row *row,
               struct telling *t)
{
	const struct listeners_query q = { .company_id = row->company_id,
		                           .object_id = row->object_id,
		                           .source_id = row->source_id,
		                           .people_json = people_json(rq, in),
		                           .now = rq->now_us,
		                           .kind = row->kind };
	size_t n = 0;
	enum fault e;

	if (!db_in_tx(rq) || in->n > NOTICE_PEOPLE_MAX) {
		problem_internal(&rq->problem, "a notice outside its transaction, or to too many");
		return FAULT_INTERNAL;
	}
	t->n = 0;
	e = notice_sql_listeners(rq, &q, keep, t);
	for (size_t i = 0; i < t->n; i++) {
		if (wants(&t->people[i].how, in->kind))
			t->people[n++] = t->people[i];
	}
	t->n = n;
	return e;
}

static struct notice_row
row_of(const struct rq *rq, const struct notice_new *in)
{
	return (struct notice_row){
		.company_id = uuid_is_zero(in->company) ? rq_company(rq) : in->company,
		.kind = (int)in->kind,
		.object_id = in->object,
		.source_id = uuid_is_zero(in->source) ? in->object : in->source,
		.actor_id = in->actor,
	};
}

enum fault
notice_put(struct rq *rq, const struct notice_new *in)
{
	struct notice_row row = row_of(rq, in);
	struct telling *t = arena_new(rq->arena, struct telling);
	enum fault e = find_listeners(rq, in, &row, t);

	for (size_t i = 0; !e && i < t->n; i++)
		e = tell(rq, &t->people[i], &row);
	return e;
}

enum fault
notice_put_once(struct rq *rq, const struct notice_new *in)
{
	struct telling *t = arena_new(rq->arena, struct telling);
	struct notice_row *lines = arena_array(rq->arena, NOTICE_PEOPLE_MAX, struct notice_row);
	struct notice_new some = *in;
	enum fault e = FAULT_NONE;

	for (size_t done = 0; !e && done < in->n; done += some.n) {
		const struct notice_row row = row_of(rq, in);

		some.people = in->people + done;
		some.n = in->n - done < NOTICE_PEOPLE_MAX ? in->n - done : NOTICE_PEOPLE_MAX;
		e = find_listeners(rq, &some, &row, t);
		for (size_t i = 0; !e && i < t->n; i++) {
			lines[i] = row;
			address(rq, t->people[i].person_id, &t->people[i].how, &lines[i]);
		}
		if (!e && t->n > 0)
			e = notice_sql_first(rq, lines, t->n);
	}
	return e;
}

enum fault
notice_put_first(struct rq *rq, const struct notice_first *rows, size_t n)
{
	struct notice_row *lines = arena_array(rq->arena, n, struct notice_row);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (!wants(&rows[i].listener, rows[i].kind))
			continue;
		lines[kept] = (struct notice_row){
			.company_id = rq_company(rq),
			.kind = (int)rows[i].kind,
			.object_id = rows[i].object,
			.source_id = rows[i].object,
			.actor_id = rows[i].actor,
		};
		address(rq, rows[i].person, &rows[i].listener, &lines[kept++]);
	}
	return kept > 0 ? notice_sql_first(rq, lines, kept) : FAULT_NONE;
}

enum fault
notice_retract(struct rq *rq, enum notice_kind kind, struct uuid object, struct uuid source)
{
	const struct notice_row key = { .company_id = rq_company(rq),
		                        .object_id = object,
		                        .source_id = source,
		                        .kind = (int)kind };

	return notice_sql_retract(rq, &key);
}

enum fault
notice_retract_object(struct rq *rq, struct uuid object)
{
	const struct notice_row key = { .company_id = rq_company(rq),
		                        .object_id = object,
		                        .kind = -1 };

	return notice_sql_retract(rq, &key);
}

enum fault
notice_retract_from_others(struct rq *rq, struct uuid object, struct uuid person)
{
	const struct notice_row key = { .company_id = rq_company(rq),
		                        .object_id = object,
		                        .person_id = person };

	return notice_sql_retract_others(rq, &key);
}

enum { PRUNE_PEOPLE = 200 };

enum fault
notice_prune_run(struct rq *rq)
{
	struct notice_prune p = { .before = rq->now_us - NOTICE_DAYS * US_PER_DAY,
		                  .limit = PRUNE_PEOPLE,
		                  .after = { .company_id = { { [15] = 1 } },
		                             .id = { { [15] = 1 } } } };
	bool found;
	enum fault e = notice_sql_prune_next(rq, &p, &found);

	while (!e && found) {
		e = notice_sql_prune(rq, &p);
		p.after = p.last;
		if (!e)
			e = notice_sql_prune_next(rq, &p, &found);
	}
	return e;
}
