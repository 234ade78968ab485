/* SPDX-License-Identifier: Apache-2.0 */
/* caller.h - who asks.  Made by the router from a token or key; rules read it, nobody writes it. */
#ifndef ROSTRA_CALLER_H
#define ROSTRA_CALLER_H

#include "rostra/uuid.h"

/* Bits, so that a route row can name several.  0 is "forgotten" and refuses to start. */
enum access {
	ACCESS_UNSET = 0,
	ACCESS_PUBLIC = 1 << 0,   /* nobody needs to be signed in */
	ACCESS_MEMBER = 1 << 1,
	ACCESS_CURATOR = 1 << 2,
	ACCESS_MANAGER = 1 << 3,
	ACCESS_ADMIN = 1 << 4,
	ACCESS_API_KEY = 1 << 5,  /* with the row's scope */
	ACCESS_SITE_KEY = 1 << 6, /* public forms */
	ACCESS_LOOPBACK = 1 << 7, /* only behind the loopback server of nginx, which says ROSTRA_SITE ops */
};
#define ACCESS_PEOPLE (ACCESS_MEMBER | ACCESS_CURATOR | ACCESS_MANAGER | ACCESS_ADMIN)
#define ACCESS_CURATORS (ACCESS_CURATOR | ACCESS_ADMIN)
#define ACCESS_MANAGERS (ACCESS_MANAGER | ACCESS_ADMIN)

/* One of the ACCESS_ bits; the JSON and SQL words are in role_names[]. */
enum role { ROLE_MEMBER, ROLE_CURATOR, ROLE_MANAGER, ROLE_ADMIN, ROLE__MAX };
extern const char *const role_names[ROLE__MAX + 1]; /* ends with NULL */

struct caller {
	enum access kind;      /* the one bit: PUBLIC, a role's, API_KEY or SITE_KEY */
	enum role   role;      /* when a person */
	struct uuid company;   /* zero when public */
	struct uuid person;    /* zero unless a person */
	struct uuid key;       /* zero unless an API or site key */
	struct uuid session;   /* zero: token minted without a session */
	bool        consent_due; /* a person who has not accepted what they must */
	int64_t     expires_us;
	char        language[16]; /* the person's, "" when unknown */
	char        scopes[128];  /* of an API key, space-separated */
	char        origins[512]; /* of a site key: exact origins, space-separated; "" none */
	char        name[64];     /* of a key: its name, the "source" of what comes in by it */
};

bool        caller_is_person(const struct caller *c);
enum access role_access(enum role r);
bool        caller_has_scope(const struct caller *c, const char *scope);

#endif
