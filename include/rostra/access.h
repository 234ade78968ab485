/* SPDX-License-Identifier: Apache-2.0 */
/* access.h - who is let in now: a token's person as the tables know them, API keys, site keys. */
#ifndef ROSTRA_ACCESS_H
#define ROSTRA_ACCESS_H

#include "rostra/server.h"

extern const struct route_table   access_routes;
extern const struct db_stmt_table access_stmts;

/* See struct server_hooks.  Answers are cached for conf.caller_cache_s. */
enum fault access_person(struct rq *rq, struct caller *who) MUST_CHECK;
enum fault access_key(struct rq *rq, struct str key, struct caller *who) MUST_CHECK;
enum fault access_app_version(struct rq *rq, struct str version) MUST_CHECK;

struct key_new {
	struct uuid id;      /* zero: one is made */
	bool        site;    /* else secret */
	const char *name;    /* the source of what comes in by it; unique is not required */
	const char *scopes;  /* "leads:write conversions:write reports:read" */
	const char *origins; /* of a site key */
	int64_t     expires_us; /* TIME_NONE: never */
};
/* The whole key is shown this once: "rsk_…" secret, "rpk_…" site. */
enum fault key_create(struct rq *rq, const struct key_new *in, struct uuid *ret_id, char ret_key[64]) MUST_CHECK;
/* Revoking twice keeps the first time.  NOT_FOUND when the company has no such key. */
enum fault key_revoke(struct rq *rq, struct uuid id) MUST_CHECK;

/* A key as it may be shown. */
struct key_view {
	struct uuid id;
	bool        site;
	const char *name, *prefix, *scopes, *origins;
	int64_t     created_at, expires_at, revoked_at, last_used_at;
};
/* All keys of the caller's company, oldest first; rows: struct key_view. */
enum fault key_each(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;

#endif
