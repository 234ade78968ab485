/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - people signed in on devices: short access tokens, refresh tokens that rotate, an end
 * for each. OAuth 2.1 4.3.1 and RFC 9700 4.14.2: a refresh token that comes back after it was used
 * ends its session.  FAPI 2.0: a device that lost the answer may repeat the old one for a moment,
 * and gets the same new one.
 */
#ifndef ROSTRA_SESSION_H
#define ROSTRA_SESSION_H

#include "rostra/auth.h"
#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/place.h"

extern const struct route_table session_routes;
extern const struct db_stmt_table session_stmts;

enum {
	SESSION_DAYS = 90,      /* over at the latest */
	SESSION_IDLE_DAYS = 30, /* over when nothing came for so long */
	SESSION_GRACE_S = 60, /* a used refresh token is answered again: also after a database that
	                         stood still for 30 s */
};

enum session_method { SESSION_BY_OPERATOR, SESSION_BY_OIDC };
enum session_platform {
	PLATFORM_IOS,
	PLATFORM_ANDROID,
	PLATFORM_WEB,
	PLATFORM_OTHER,
	PLATFORM__MAX
};
enum session_end {
	END_PERSON,
	END_OTHER_SESSION,
	END_ADMIN,
	END_REUSE,
	END_DEACTIVATION,
	END_OPERATOR,
	END_PROVIDER,
	END__MAX
};
extern const char *const session_method_names[];
extern const char *const session_platform_names[PLATFORM__MAX + 1];
extern const char *const session_end_names[END__MAX + 1];

struct session_new {
	struct uuid id; /* zero: one is made */
	struct uuid person;
	enum session_method method;
	int platform;            /* enum session_platform */
	const char *device_name; /* NULL: unknown */
	const char *app_version; /* NULL: unknown */
	const struct place *at;  /* of the device's network; NULL: unknown */
	/* Of SESSION_BY_OIDC: */
	struct uuid provider;
	const char *provider_session; /* NULL: it names none */
	struct str id_token;          /* sealed for the session; empty: none is kept */
};

/* What the device keeps.  Neither token is kept here. */
struct session_tokens {
	struct uuid session_id, person_id;
	const char *access_token, *refresh_token;
	int64_t access_s;           /* seconds from now */
	int64_t refresh_expires_at; /* if it is not used before */
};

/* Of the caller's company.  CONFLICT when the person or the company is not active. */
enum fault session_open(struct rq *rq, const struct token_keys *keys, const struct session_new *in,
                        struct session_tokens *out) MUST_CHECK;
/*
 * GRANT when the token is none, its session is over, or its person is out; a token that was used
 * before and is not the last one, or is used again after the grace, ends the session.  app_version
 * and at, the place of the device's network, are what is known now; NULL: unknown.
 */
enum fault session_refresh(struct rq *rq, const struct token_keys *keys, const char *token,
                           const char *app_version, const struct place *at,
                           struct session_tokens *out) MUST_CHECK;
/* What the provider of a session has to know of its end. */
struct session_ended {
	struct uuid company, id, provider; /* zero: it began with none, or was none */
	struct str id_token;               /* sealed for the session; empty: none was kept */
};
/* The session of a refresh token ends; what is none ends nothing (RFC 7009 2.2). */
enum fault session_end_by_token(struct rq *rq, const char *token,
                                struct session_ended *out) MUST_CHECK;
/* One session of the person; NOT_FOUND when they have no such session.  Ending twice keeps the
 * first. */
enum fault session_end(struct rq *rq, struct uuid person, struct uuid session,
                       enum session_end why) MUST_CHECK;
/* All of the person's but one; zero: all.  Inside the caller's transaction when there is one. */
enum fault session_end_all(struct rq *rq, struct uuid person, struct uuid but,
                           enum session_end why) MUST_CHECK;
/*
 * Those that began with an identity provider of the caller's company: of its session when that is
 * not NULL, of the person when that is not zero; not both empty.  In the caller's transaction.
 */
struct session_of_provider {
	struct uuid provider, person;
	const char *provider_session;
};
enum fault session_end_of_provider(struct rq *rq, const struct session_of_provider *in) MUST_CHECK;
/* Some of all that began with a provider of the caller's company, as above; *ret_more: call again.
 */
enum fault session_end_some_of_provider(struct rq *rq, struct uuid provider,
                                        bool *ret_more) MUST_CHECK;
/* Job: sessions that are over, and their tokens, go after a month. */
enum fault session_prune_run(struct rq *rq) MUST_CHECK;

/* A session as it may be shown; over ones are not. */
struct session_view {
	struct uuid id, person_id;
	int method, platform;
	const char *device_name, *app_version;
	const char *created_country, *created_city;     /* NULL: unknown */
	const char *last_used_country, *last_used_city; /* at the last refresh */
	int64_t created_at, last_used_at, expires_at;
	bool current;
};
/* The person's sessions, newest first, from below an id (zero: from the newest); rows: struct
 * session_view. */
enum fault session_each(struct rq *rq, struct uuid person, struct uuid below, int64_t limit,
                        db_row_fn *fn, void *arg) MUST_CHECK;

#endif
