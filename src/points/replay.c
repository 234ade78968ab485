/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - what other rules would have given for what people did in some days, beside what
 * stands; and, when they are adopted, the ledger says so: a person a transaction, by reversals and
 * new entries.  What happens later to these days follows the adopted rules.  Where a cap per item
 * reaches from these days into those after them, these are settled, too.
 */
#include <stdlib.h>
#include <string.h>

#include "rostra/caller.h"

#include "settle_int.h"

enum { ARENA_BYTES = 1 << 20, PEOPLE_FIRST = 1024 };

struct people {
	struct uuid *list;
	size_t n, room;
};
struct replaying {
	struct points_replay *r;
	struct settling s;
	struct zones zones;
	struct measure_span on;               /* the same days, and those after them */
	struct fact_list of_all[ACTION__MAX]; /* by person, where they are read at once */
	struct arena *keep;                   /* of the whole run */
	struct uuid person;
	struct settled done; /* of one person */
};

/* clang-format off */
static const struct db_col company_in[] = { DB_COL_UUID(struct fact, object_id) };
static const struct db_col person_out[] = { DB_COL_UUID(struct fact, person_id) };

enum { Q_PEOPLE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_PEOPLE] = {
		.name = "point_replay_people",
		.sql = "SELECT id FROM person WHERE company_id = ? ORDER BY id",
		DB_IN(company_in), DB_OUT(person_out),
	},
};

struct rules_file {
	struct j_list rules;
};
static const struct j_field file_fields[] = {
	J_OBJECTS(struct rules_file, rules, J_REQUIRED, 0, RULES_MAX, &point_rule_schema),
};
static const struct j_schema file_schema = J_SCHEMA("point_rules_file", struct rules_file, file_fields);
/* clang-format on */

const struct db_stmt_table points_replay_stmts = DB_STMTS("points_replay", stmts);

static enum fault
keep_person(struct rq *rq, void *row, void *arg)
{
	struct people *p = arg;

	if (p->n == p->room) {
		size_t room = p->room > 0 ? 2 * p->room : PEOPLE_FIRST;
		struct uuid *more = arena_array(rq->arena, room, struct uuid);

		if (p->n > 0)
			memcpy(more, p->list, p->n * sizeof(*more));
		p->list = more;
		p->room = room;
	}
	p->list[p->n++] = ((const struct fact *)row)->person_id;
	return FAULT_NONE;
}

static int
by_person(const void *a, const void *b)
{
	const struct fact *one = a, *other = b;
	const int c = uuid_cmp(one->person_id, other->person_id);

	if (c != 0)
		return c;
	if (one->at_us != other->at_us)
		return one->at_us < other->at_us ? -1 : 1;
	return uuid_cmp(one->object_id, other->object_id);
}

/* What has no index of a person is read once for all. */
static enum fault
read_of_all(struct rq *rq, struct replaying *x)
{
	const struct uuid everybody = { 0 };
	const struct facts_ask ask =
	    facts_ask_of(rq_company(rq), everybody, x->on.from_us, x->on.to_us);
	enum fault e = FAULT_NONE;

	for (int a = 0; !e && a < ACTION__MAX; a++) {
		struct fact_list *l = &x->of_all[a];

		if (!facts_of_all((enum points_action)a))
			continue;
		e = facts_sql_each(rq, (enum points_action)a, &ask, fact_keep, l);
		if (l->n > 1)
			qsort(l->list, l->n, sizeof(*l->list), by_person);
	}
	return e;
}

/* The person's part of a sorted list. */
static struct fact_list
part_of(const struct fact_list *all, struct uuid person)
{
	size_t low = 0, high = all->n, end;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (uuid_cmp(all->list[middle].person_id, person) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < all->n && uuid_eq(all->list[end].person_id, person);)
		end++;
	return (struct fact_list){ .list = all->list != NULL ? all->list + low : NULL,
		                   .n = end - low };
}

/* Of the days after those that were adopted, what a cap per item leaves now. */
static enum fault
settle_after(struct rq *rq, const struct replaying *x, struct settling *s, struct settled *out)
{
	if (!settle_reaches_on(s) || x->on.to_day == s->span.to_day)
		return FAULT_NONE;
	s->span = (struct measure_span){ .from_day = s->span.to_day,
		                         .from_us = s->span.to_us,
		                         .to_day = x->on.to_day,
		                         .to_us = x->on.to_us };
	return settle_person(rq, s, false, out);
}

static enum fault
person_tx(struct rq *rq, void *arg)
{
	struct replaying *x = arg;
	struct settled after = { .added = 0 };
	enum fault e = FAULT_NONE;

	memset(&x->done, 0, sizeof(x->done));
	if (x->r->adopt) {
		e = points_earned_lock(rq, x->person);
		if (!e)
			e = rule_sets_of(rq, &x->on, &x->s.sets);
	}
	for (int a = 0; !e && a < ACTION__MAX; a++) {
		struct settling s = x->s;
		const struct fact_list mine = part_of(&x->of_all[a], x->person);

		s.person = x->person;
		s.action = (enum points_action)a;
		s.known = facts_of_all(s.action) ? &mine : NULL;
		e = settle_person(rq, &s, !x->r->adopt, &x->done);
		if (!e && x->r->adopt)
			e = settle_after(rq, x, &s, &after);
	}
	x->done.reversed += after.reversed;
	x->done.added += after.added;
	return e;
}

static void
tell(struct rq *rq, struct replaying *x)
{
	struct points_replay *r = x->r;

	r->people++;
	r->reversed += x->done.reversed;
	r->added += x->done.added;
	for (int a = 0; a < ACTION__MAX; a++) {
		const struct points_replayed row = { x->person, points_action_names[a],
			                             x->done.stands[a], x->done.should[a] };

		if (row.stands_tenths == 0 && row.should_tenths == 0)
			continue;
		r->stands_tenths += row.stands_tenths;
		r->should_tenths += row.should_tenths;
		r->row(&row, r->arg);
	}
	(void)rq;
}

static enum fault
replay_people(struct rq *rq, struct replaying *x, const struct people *people)
{
	struct arena *own = arena_create(ARENA_BYTES);
	enum fault e = FAULT_NONE;

	rq->arena = own;
	for (size_t i = 0; !e && i < people->n; i++) {
		arena_reset(own);
		rq->now_us = clock_now_us();
		x->person = people->list[i];
		e = db_tx(rq, person_tx, x);
		rq->arena = x->keep;
		if (!e)
			tell(rq, x);
		rq->arena = own;
	}
	rq->arena = x->keep;
	arena_destroy(&own);
	return e;
}

/* The rules of the text hold instead of all others. */
static enum fault
take_rules(struct rq *rq, struct replaying *x, struct rule_set *set)
{
	struct rules_file file;
	struct point_rule *rules;
	enum fault e = json_decode(rq->arena, &rq->problem, &file_schema, x->r->rules, &file);

	if (e)
		return e;
	rules_check(rq->arena, &rq->problem, &file.rules);
	if (rq->problem.code)
		return rq->problem.code;
	*set = (struct rule_set){ .company_id = rq_company(rq),
		                  .id = uuid_v7(rq->now_us),
		                  .from = x->s.span.from_us,
		                  .to = x->s.span.to_us,
		                  .created_at = rq->now_us,
		                  .rules = file.rules };
	rules = set->rules.items;
	for (size_t i = 0; i < set->rules.n; i++) {
		rules[i].company_id = set->company_id;
		rules[i].set_id = set->id;
	}
	x->s.sets = (struct rule_sets){ .adopted = set, .n_adopted = 1 };
	return FAULT_NONE;
}

static enum fault
adopt_tx(struct rq *rq, void *arg)
{
	const struct rule_set *set = arg;
	enum fault e = rule_set_sql_adopt(rq, set);

	return e || set->rules.n == 0 ? e : rule_sql_insert(rq, set->rules.items, set->rules.n);
}

static enum fault
check_days(struct rq *rq, const struct points_replay *r, const struct zones *zones)
{
	const int64_t tomorrow = measure_day_add(zones_day(zones, rq->now_us), 1);

	if (r->to_day <= r->from_day)
		return rq_fail(rq, FAULT_BAD_REQUEST, "--to must be after --from.");
	if (r->adopt && r->to_day > tomorrow)
		return rq_fail(
		    rq, FAULT_BAD_REQUEST,
		    "--to must be at most %04d-%02d-%02d, tomorrow, to adopt: what days to "
		    "come earn is said by PUT /v1/point-rules.",
		    (int)(tomorrow / 10000), (int)(tomorrow / 100 % 100), (int)(tomorrow % 100));
	return FAULT_NONE;
}

enum fault
points_replay(struct rq *rq, struct points_replay *r)
{
	const struct fact company = { .object_id = rq_company(rq) };
	struct replaying x = { .r = r, .keep = rq->arena, .s.zones = &x.zones };
	struct people people = { .n = 0 };
	struct rule_set set;
	struct fact row;
	enum fault e = zones_read(rq, &x.zones);

	if (!e)
		e = check_days(rq, r, &x.zones);
	if (!e)
		e = settle_spans(rq, &x.s, r->from_day, r->to_day, &x.on);
	if (e)
		return e;
	e = r->rules.n > 0 ? take_rules(rq, &x, &set) : rule_sets_of(rq, &x.s.span, &x.s.sets);
	if (!e && r->adopt && r->rules.n > 0)
		e = db_tx(rq, adopt_tx, &set);
	if (!e)
		e = read_of_all(rq, &x);
	if (!e)
		e = db_each(rq, &stmts[Q_PEOPLE], &company, &row, keep_person, &people);
	return e ? e : replay_people(rq, &x, &people);
}
