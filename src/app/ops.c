/* SPDX-License-Identifier: Apache-2.0 */
/* ops.c - what the machine's own supervision asks: alive, ready, figures.  Loopback only. */
#include "rostra/link.h"

#include "app_int.h"

static const char text_plain[] = "text/plain; charset=utf-8";
/* Prometheus exposition formats: the version is part of the type. */
static const char text_metrics[] = "text/plain; version=0.0.4; charset=utf-8";

/* Alive: the process answers.  Nothing else is asked, so a dead database restarts nobody. */
static enum fault
healthz(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)reply;
	buf_lit(http_raw(call, 200, text_plain), "ok\n");
	return FAULT_NONE;
}

/* Ready: not going down, and the database answers with a schema that fits every statement. */
static enum fault
readyz(struct rq *rq, struct call *call, void *reply)
{
	enum fault e;

	(void)reply;
	if (metrics_draining(rq->shared->metrics))
		return rq_fail(rq, FAULT_BUSY, "Going down.");
	e = http_db_ping(rq);
	if (e)
		return rq_fail(rq, FAULT_BUSY, "The database does not answer.");
	buf_lit(http_raw(call, 200, text_plain), "ready\n");
	return FAULT_NONE;
}

static enum fault
metrics(struct rq *rq, struct call *call, void *reply)
{
	struct buf *b = http_raw(call, 200, text_metrics);

	(void)reply;
	buf_lit(b, "# HELP rostra_spool_bytes Bytes of clicks on disk that wait for MariaDB\n"
	           "# TYPE rostra_spool_bytes gauge\n");
	buf_printf(b, "rostra_spool_bytes %lld\n", (long long)spool_pending_bytes(rq->conf));
	buf_lit(b, "# HELP rostra_spool_limit_bytes Clicks are refused beyond this\n"
	           "# TYPE rostra_spool_limit_bytes gauge\n");
	buf_printf(b, "rostra_spool_limit_bytes %lld\n",
	           (long long)rq->conf->spool_max_mb * 1024 * 1024);
	metrics_print(rq->shared->metrics, b);
	return FAULT_NONE;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/healthz", .access = ACCESS_LOOPBACK, .rate = RATE_NONE, .kind = REPLY_RAW,
	  .reply_type = text_plain, .handle = healthz, .name = "healthz", .summary = "Is the process alive?" },
	{ .method = HTTP_GET, .path = "/readyz", .access = ACCESS_LOOPBACK, .rate = RATE_NONE, .kind = REPLY_RAW,
	  .reply_type = text_plain, .handle = readyz, .name = "readyz", .summary = "Can it answer requests?" },
	{ .method = HTTP_GET, .path = "/metrics", .access = ACCESS_LOOPBACK, .rate = RATE_NONE, .kind = REPLY_RAW,
	  .reply_type = text_metrics, .handle = metrics, .name = "metrics", .summary = "Figures for Prometheus" },
};
/* clang-format on */

const struct route_table ops_routes = ROUTES("ops", rows);
