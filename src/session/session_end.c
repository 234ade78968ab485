/* SPDX-License-Identifier: Apache-2.0 */
/* session_end.c - how sessions end: by their token, their person, an admin, or their provider. */
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/notice.h"

#include "session_int.h"

/* Inside a transaction; of one that is over it changes and tells nothing. */
static enum fault
session_end_one(struct rq *rq, const struct session_row *s, enum session_end why)
{
	const struct session_ending ending = { .company_id = s->company_id,
		                               .id = s->id,
		                               .ended_at = rq->now_us,
		                               .ended_by = (int)why };
	const struct audit_change changes[] = { { "ended_by", NULL, session_end_names[why] } };
	const struct audit_deed deed = {
		.company = s->company_id,
		.action = "session.ended",
		.kind = AUDIT_SESSION,
		.object = s->id,
		.person = s->person_id,
		AUDIT_CHANGES(changes),
	};
	enum fault e;

	if (s->ended_at != TIME_NONE)
		return FAULT_NONE;
	e = session_sql_end(rq, &ending);
	return e ? e : audit_put(rq, &deed);
}

/* Somebody may have stolen a token: the person is told. */
enum fault
session_end_reused(struct rq *rq, const struct session_row *s)
{
	const struct notice_new notice = {
		.company = s->company_id,
		.kind = NOTICE_SESSION_REVOKED,
		.object = s->id,
		.people = &s->person_id,
		.n = 1,
	};
	enum fault e = session_end_one(rq, s, END_REUSE);

	return e ? e : notice_put(rq, &notice);
}

struct ending_by_token {
	struct refresh_token token;
	struct session_ended *out;
};

static enum fault
end_by_token_tx(struct rq *rq, void *arg)
{
	struct ending_by_token *in = arg;
	const struct refresh_token *t = &in->token;
	struct refresh_row row = { .generation = 0 };
	struct session_row s = { .generation = 0 };
	bool found;
	enum fault e = refresh_sql_find(rq, sha256_of(t->b, sizeof(t->b)), &row, &found);

	if (e || !found)
		return e;
	e = session_sql_lock(rq, row.company_id, row.session_id, &s);
	*in->out = (struct session_ended){ s.company_id, s.id, s.provider_id, s.id_token };
	return e ? e : session_end_one(rq, &s, END_PERSON);
}

enum fault
session_end_by_token(struct rq *rq, const char *token, struct session_ended *out)
{
	struct ending_by_token in = { .out = out };

	*out = (struct session_ended){ .id_token = { NULL, 0 } };
	if (!refresh_parse(token, &in.token))
		return FAULT_NONE;
	return db_tx(rq, end_by_token_tx, &in);
}

struct ending {
	struct uuid person, session;
	enum session_end why;
};

static enum fault
end_tx(struct rq *rq, void *arg)
{
	const struct ending *in = arg;
	struct session_row s = { .generation = 0 };
	enum fault e = session_sql_lock(rq, rq_company(rq), in->session, &s);

	if (e)
		return e;
	if (!uuid_eq(s.person_id, in->person))
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	return session_end_one(rq, &s, in->why);
}

enum fault
session_end(struct rq *rq, struct uuid person, struct uuid session, enum session_end why)
{
	struct ending in = { person, session, why };

	return db_tx(rq, end_tx, &in);
}

static enum fault
end_all_tx(struct rq *rq, void *arg)
{
	const struct ending *in = arg;
	const struct session_ending ending = { .company_id = rq_company(rq),
		                               .person_id = in->person,
		                               .id = in->session,
		                               .ended_at = rq->now_us,
		                               .ended_by = (int)in->why };
	const struct audit_change changes[] = { { "ended_by", NULL, session_end_names[in->why] } };
	const struct audit_deed deed = {
		.action = "person.signed_out",
		.kind = AUDIT_PERSON,
		.object = in->person,
		.person = in->person,
		AUDIT_CHANGES(changes),
	};
	enum fault e = session_sql_end_all(rq, &ending);

	return e ? e : audit_put(rq, &deed);
}

enum fault
session_end_all(struct rq *rq, struct uuid person, struct uuid but, enum session_end why)
{
	struct ending in = { person, but, why };

	return db_tx(rq, end_all_tx, &in);
}

enum { PROVIDER_BATCH = 200 };
struct found_sessions {
	struct session_row rows[PROVIDER_BATCH];
	size_t n;
};

static enum fault
find_session(struct rq *rq, void *row, void *arg)
{
	struct found_sessions *f = arg;

	(void)rq;
	f->rows[f->n++] = *(const struct session_row *)row;
	return FAULT_NONE;
}

enum fault
session_end_some_of_provider(struct rq *rq, struct uuid provider, bool *ret_more)
{
	const struct session_provider p = { .company_id = rq_company(rq),
		                            .provider_id = provider,
		                            .limit = PROVIDER_BATCH };
	struct found_sessions *f = arena_new(rq->arena, struct found_sessions);
	enum fault e;

	f->n = 0;
	e = session_sql_of_provider(rq, &p, find_session, f);
	for (size_t i = 0; !e && i < f->n; i++)
		e = session_end_one(rq, &f->rows[i], END_PROVIDER);
	*ret_more = f->n == PROVIDER_BATCH;
	return e;
}

enum fault
session_end_of_provider(struct rq *rq, const struct session_of_provider *in)
{
	const struct session_provider p = {
		.company_id = rq_company(rq),
		.provider_id = in->provider,
		.person_id = in->person,
		.provider_session = in->provider_session,
		.limit = PROVIDER_BATCH,
	};
	struct found_sessions *f = arena_new(rq->arena, struct found_sessions);
	enum fault e;

	do {
		f->n = 0;
		e = session_sql_of_provider(rq, &p, find_session, f);
		for (size_t i = 0; !e && i < f->n; i++)
			e = session_end_one(rq, &f->rows[i], END_PROVIDER);
	} while (!e && f->n == PROVIDER_BATCH);
	return e;
}
