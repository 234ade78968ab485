/* SPDX-License-Identifier: Apache-2.0 */
/* consent.c - publishing texts and accepting them. */
#include <inttypes.h>
#include <string.h>

#include "rostra/audit.h"
#include "rostra/caller.h"

#include "consent_int.h"

static enum fault
put_on_record(struct rq *rq, const char *action, const struct consent *c)
{
	const char *label = arena_printf(rq->arena, "%s %" PRId64, c->name, c->version);
	const struct audit_change changes[] = { { "consent", NULL, label } };
	const struct audit_deed deed = {
		.action = action,
		.kind = AUDIT_CONSENT,
		.object = c->id,
		AUDIT_CHANGES(changes),
	};

	return audit_put(rq, &deed);
}

/* --- publishing --- */

/* Each language once. */
static enum fault
check_texts(struct rq *rq, const struct consent_new *in)
{
	const struct consent_text *texts = in->texts.items;

	for (size_t i = 0; i < in->texts.n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (!str_eq_nocase(str_of(texts[i].language), str_of(texts[k].language)))
				continue;
			problem_add(&rq->problem,
			            arena_printf(rq->arena, "#/texts/%zu/language", i),
			            "has a text already");
			break;
		}
	}
	return rq->problem.code;
}

struct publishing {
	const struct consent *consent;
	const struct consent_new *in;
	bool duplicate;
};

static enum fault
publish_tx(struct rq *rq, void *arg)
{
	struct publishing *p = arg;
	const struct consent_text *texts = p->in->texts.items;
	struct consent made;
	enum fault e = consent_sql_insert(rq, p->consent, &p->duplicate);

	if (e || p->duplicate)
		return e;
	for (size_t i = 0; !e && i < p->in->texts.n; i++) {
		struct consent_text t = texts[i];

		t.company_id = p->consent->company_id;
		t.consent_id = p->consent->id;
		e = consent_sql_text_insert(rq, &t);
	}
	if (!e)
		e = consent_sql_get(rq, p->consent->id, &made);
	return e ? e : put_on_record(rq, "consent.published", &made);
}

/* The id is taken: by this very request?  Or the version, by one that came at the same moment. */
static enum fault
replay(struct rq *rq, const struct consent *c)
{
	struct consent there;
	enum fault e = consent_sql_get(rq, c->id, &there);

	if (e == FAULT_NOT_FOUND)
		return rq_fail(rq, FAULT_CONFLICT,
		               "Another version came at the same moment: try again.");
	if (!e && memcmp(there.body_sha256, c->body_sha256, sizeof(c->body_sha256)) != 0)
		return rq_fail(rq, FAULT_ID_CONFLICT, "Another text has this id.");
	return e;
}

enum fault
consent_publish(struct rq *rq, const struct consent *c, const struct consent_new *in,
                bool *ret_created)
{
	struct publishing p = { .consent = c, .in = in };
	enum fault e = check_texts(rq, in);

	if (!e)
		e = db_tx(rq, publish_tx, &p);
	*ret_created = !e && !p.duplicate;
	return e || !p.duplicate ? e : replay(rq, c);
}

static enum fault
archive_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	struct consent c;
	uint64_t n;
	enum fault e = consent_sql_get(rq, *id, &c);

	if (e)
		return e;
	c.archived_at = rq->now_us;
	e = consent_sql_archive(rq, &c, &n);
	return e || n == 0 ? e : put_on_record(rq, "consent.archived", &c);
}

enum fault
consent_archive(struct rq *rq, struct uuid id)
{
	return db_tx(rq, archive_tx, &id);
}

/* --- reading and accepting --- */

enum fault
consent_each(struct rq *rq, struct uuid after, struct uuid only, int64_t limit, db_row_fn *fn,
             void *arg)
{
	const struct consent_page page = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.after = after,
		.only = only,
		.language = rq->language,
		.now = rq->now_us,
		.limit = limit,
	};

	return consent_sql_page(rq, &page, fn, arg);
}

struct shown {
	bool found;
	const char *language;
};

static enum fault
note_shown(struct rq *rq, void *row, void *arg)
{
	const struct consent_view *v = row;
	struct shown *s = arg;

	(void)rq;
	s->found = true;
	s->language = v->language;
	return FAULT_NONE;
}

enum fault
consent_accept(struct rq *rq, struct uuid id)
{
	struct shown shown = { .found = false };
	struct consent_acceptance a = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.consent_id = id,
		.accepted_at = rq->now_us,
	};
	enum fault e = consent_each(rq, (struct uuid){ { 0 } }, id, 1, note_shown, &shown);

	if (!e && !shown.found)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	a.language = shown.language;
	return e ? e : consent_sql_accept(rq, &a);
}
