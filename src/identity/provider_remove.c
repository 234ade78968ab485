/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provider_remove.c - a provider goes, and with it the sessions that began there.  It is switched
 * off first and its row goes last, so that a removal that was cut short is finished by the next.
 */
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/session.h"

#include "identity_int.h"

static enum fault
off_tx(struct rq *rq, void *arg)
{
	struct provider_row *p = arg;
	uint64_t n;
	enum fault e = provider_sql_get(rq, rq_company(rq), p->v.id, p);

	if (e || p->v.state == PROVIDER_OFF)
		return e;
	p->v.state = PROVIDER_OFF;
	p->v.updated_at = rq->now_us;
	e = provider_sql_update(rq, p, p->v.version, &n);
	if (!e && n == 0)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "It was changed meanwhile.");
	return e;
}

struct ending {
	struct uuid provider;
	bool more;
};

static enum fault
end_tx(struct rq *rq, void *arg)
{
	struct ending *e = arg;

	return session_end_some_of_provider(rq, e->provider, &e->more);
}

static enum fault
remove_tx(struct rq *rq, void *arg)
{
	const struct provider_row *p = arg;
	const struct audit_change changes[] = { { "issuer", p->v.issuer, NULL },
		                                { "client_id", p->v.client_id, NULL } };
	const struct audit_deed deed = { .action = "identity_provider.removed",
		                         .kind = AUDIT_PROVIDER,
		                         .object = p->v.id,
		                         AUDIT_CHANGES(changes) };
	const struct code_revoking codes = { .company_id = p->v.company_id,
		                             .provider_id = p->v.id,
		                             .now = rq->now_us };
	uint64_t n = 0;
	enum fault e = code_sql_revoke(rq, &codes);

	if (!e)
		e = provider_sql_delete(rq, p, &n);
	return e || n == 0 ? e : audit_put(rq, &deed); /* 0: another request was faster */
}

enum fault
provider_remove(struct rq *rq, struct uuid id)
{
	struct provider_row p = { .v = { .id = id } };
	struct ending ending = { .provider = id, .more = true };
	enum fault e = db_tx(rq, off_tx, &p);

	while (!e && ending.more)
		e = db_tx(rq, end_tx, &ending);
	return e ? e : db_tx(rq, remove_tx, &p);
}
