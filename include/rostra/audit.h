/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h - who did what to what, from where, with before and after: written with the deed, never
 * changed. */
#ifndef ROSTRA_AUDIT_H
#define ROSTRA_AUDIT_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table audit_routes;
extern const struct db_stmt_table audit_stmts;

enum audit_object {
	AUDIT_PERSON,
	AUDIT_SESSION,
	AUDIT_KEY,
	AUDIT_PROVIDER,
	AUDIT_LEAD,
	AUDIT_COMPANY,
	AUDIT_CLICK_CHANGE,
	AUDIT_KUDOS,
	AUDIT_CONSENT,
	AUDIT_REDEMPTION,
	AUDIT_TEAM,
	AUDIT_OBJECT__MAX
};
extern const char *const audit_object_names[AUDIT_OBJECT__MAX + 1];

/* One member that changed; NULL: there was or is none.  No secrets: admins read them. */
struct audit_change {
	const char *member, *before, *after;
};
struct audit_deed {
	struct uuid company; /* zero: the caller's */
	const char *action;  /* "person.role_changed" */
	enum audit_object kind;
	struct uuid object;
	struct uuid person; /* whose matter it is; zero: nobody's */
	const struct audit_change *changes;
	size_t n;
};
#define AUDIT_CHANGES(t) .changes = (t), .n = sizeof(t) / sizeof((t)[0])
/* In the transaction of the deed.  The actor is the caller: a person, a key, or nobody (an
 * operator, a job). */
enum fault audit_put(struct rq *rq, const struct audit_deed *deed) MUST_CHECK;

#endif
