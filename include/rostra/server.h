/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - http's face to app: what a worker needs to serve.  Who a caller is now is a question for a
 * feature (src/access), so it comes in as hooks.
 */
#ifndef ROSTRA_SERVER_H
#define ROSTRA_SERVER_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/metrics.h"
#include "rostra/shared.h"

struct server_hooks {
	/* The person of a verified token as they are now: role, language.  UNAUTHENTICATED when they or their company are out. */
	enum fault (*person)(struct rq *rq, struct caller *who);
	/* The caller behind an API or site key; UNAUTHENTICATED when there is none. */
	enum fault (*key)(struct rq *rq, struct str key, struct caller *who);
	/* App-Version of a person's request against the company's minimum: UPGRADE_CLIENT or NONE. */
	enum fault (*app_version)(struct rq *rq, struct str version);
	/* On SIGHUP, beside the token keys; NULL: nothing more is read. */
	void (*reload)(struct shared *shared, const struct conf *conf);
};

enum pool { POOL_API, POOL_LINK, POOL__MAX };

struct server {
	const struct conf          *conf;
	struct shared              *shared;
	const struct route_table   *routes; /* all, ends with feature NULL */
	const struct db_stmt_table *stmts;  /* all, of n_stmts */
	size_t                      n_stmts;
	struct server_hooks         hooks;
	enum pool                   pool;
	size_t                      slot;     /* this process's, in metrics */
	int                         ready_fd; /* one byte when it serves; -1: nobody asks */
};

/*
 * Checks every row: access set, handler, name unique, schema sizes, path well-formed, no two rows alike; writes the reason.
 * `rostra serve` and `rostra openapi` refuse to go on when it is false.
 */
bool routes_check(const struct route_table *tables, char *err, size_t err_n);
/* OpenAPI 3.1 of all routes, pretty-printed with stable order. */
void openapi_print(struct buf *b, const struct route_table *tables, const char *version);

/*
 * Runs the worker until drained: epoll over listen_fd, adopt_fd and kept connections, `threads` threads.
 * SIGTERM: finishes what runs and hands its connections to the workers that stay; SIGQUIT: closes them, nobody
 * stays; SIGHUP: reads the token keys again and reopens the log.
 */
int worker_run(const struct server *s, int listen_fd, int adopt_read_fd, int adopt_write_fd, int threads);

/* Rate buckets in memory shared by all workers: before forking. */
struct limits *limits_create(void);
/* Names the routes in the metrics; requests without a route are "none". */
void metrics_name_routes(struct metrics *m, const struct route_table *tables);

/* A unit of work of this server that begins now. */
void http_rq_begin(struct rq *rq, const struct server *s, struct arena *a, struct db *db);

/* Does the database answer, with a schema that fits?  BUSY or INTERNAL when not. */
enum fault http_db_ping(struct rq *rq) MUST_CHECK;

/* The statements of http itself (idempotency keys). */
extern const struct db_stmt_table http_stmts;

#endif
