/* SPDX-License-Identifier: Apache-2.0 */
/* dbtest.c - what the database tests share. */
#include "dbtest.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "rostra/audit.h"
#include "rostra/demo.h"
#include "rostra/jobs.h"
#include "rostra/lead.h"
#include "rostra/report.h"
#include "rostra/sums.h"

static const char *
env(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		fail_msg("%s is not set: run tests/db/run.sh", name);
	return value;
}

void
unit_begin(struct unit *u)
{
	struct arena *arena = u->rq.arena;
	struct db *db = u->rq.db;

	memset(&u->rq, 0, sizeof(u->rq));
	u->rq.arena = arena;
	u->rq.db = db;
	u->rq.conf = &u->conf;
	u->rq.who = &u->who;
	u->rq.language = "";
	u->rq.now_us = clock_now_us();
	u->rq.deadline_us = clock_monotonic_us() + 10 * US_PER_S;
}

/* Its strings live as long as the process: read once. */
static const struct conf *
settings(void)
{
	static struct conf conf;
	char err[300] = "";

	if (conf.db_socket)
		return &conf;
	(void)env("ROSTRA_DB_SOCKET");
	if (!conf_load(&conf, conf_rows, NULL, err, sizeof(err)))
		fail_msg("%s", err);
	return &conf;
}

void
unit_open(struct unit *u, const struct db_stmt_table *tables, size_t n_tables)
{
	memset(u, 0, sizeof(*u));
	u->conf = *settings();
	u->rq.arena = arena_create(65536);
	u->rq.db = db_create(&u->conf, tables, n_tables);
	unit_begin(u);
}

void
unit_open_demo(struct unit *u)
{
	static struct db_stmt_table kept[16];
	const struct db_stmt_table stmts[] = {
		demo_stmts,         demo_ties_stmts,  demo_deal_stmts,   lead_stmts,
		lead_fill_stmts,    lead_merge_stmts, lead_merged_stmts, audit_stmts,
		outbox_stmts,       sums_stmts,       count_stmts,       report_stmts,
		report_counts_stmts
	};

	_Static_assert(sizeof(stmts) <= sizeof(kept), "all have room");
	memcpy(kept, stmts, sizeof(stmts));
	unit_open(u, kept, sizeof(stmts) / sizeof(stmts[0]));
}

void
unit_close(struct unit *u)
{
	db_destroy(&u->rq.db);
	arena_destroy(&u->rq.arena);
}

void
unit_text(struct unit *u, const char *sql)
{
	enum fault e = db_run_text(&u->rq, sql);

	if (e)
		fail_msg("%s: %s", sql, u->rq.problem.internal);
}

static enum fault
keep_word(struct rq *rq, const struct str *cells, size_t n, void *arg)
{
	const char **word = arg;

	(void)n;
	*word = cells[0].s ? arena_copy(rq->arena, cells[0].s, cells[0].n) : NULL;
	return FAULT_NONE;
}

const char *
unit_word(struct unit *u, const char *sql)
{
	const char *word = NULL;

	assert_fault(db_query_text(&u->rq, sql, keep_word, &word), FAULT_NONE);
	return word;
}

int64_t
unit_number(struct unit *u, const char *sql)
{
	const char *word = unit_word(u, sql);

	return word ? strtoll(word, NULL, 10) : -1;
}

/* --- a server in between
 * ------------------------------------------------------------------------------------- */

struct between {
	char path[108];
	char server[108];
	int listener;
	pthread_t thread;
	atomic_bool stop, lose_commit, silent;
};

static int
connect_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Passes on what came; false at the end, or when this was the COMMIT whose answer is lost. */
static bool
pass(struct between *b, int from, int to, bool to_server)
{
	char bytes[65536];
	ssize_t n = read(from, bytes, sizeof(bytes));
	bool commit;

	if (n <= 0)
		return false;
	if (atomic_load(&b->silent))
		return true;
	commit = to_server && memmem(bytes, (size_t)n, "COMMIT", 6) != NULL;
	if (write(to, bytes, (size_t)n) != n)
		return false;
	if (!commit || !atomic_load(&b->lose_commit))
		return true;
	atomic_store(&b->lose_commit, false);
	n = read(to, bytes, sizeof(bytes)); /* the server has done it; nobody is told */
	(void)n;
	return false;
}

static void
serve(struct between *b, int client)
{
	int server = connect_to(b->server);
	struct pollfd p[2] = { { .fd = client, .events = POLLIN },
		               { .fd = server, .events = POLLIN } };
	bool alive = server >= 0;

	while (alive && !atomic_load(&b->stop)) {
		if (poll(p, 2, 20) <= 0)
			continue;
		if (p[0].revents)
			alive = pass(b, client, server, true);
		if (alive && p[1].revents)
			alive = pass(b, server, client, false);
	}
	(void)close(client);
	if (server >= 0)
		(void)close(server);
}

static void *
between_main(void *arg)
{
	struct between *b = arg;

	while (!atomic_load(&b->stop)) {
		struct pollfd p = { .fd = b->listener, .events = POLLIN };

		if (poll(&p, 1, 20) == 1) {
			int client = accept(b->listener, NULL, NULL);

			if (client >= 0)
				serve(b, client);
		}
	}
	return NULL;
}

struct between *
between_start(const char *server_socket)
{
	struct between *b = calloc(1, sizeof(*b));
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	assert_non_null(b);
	(void)snprintf(b->server, sizeof(b->server), "%s", server_socket);
	(void)snprintf(b->path, sizeof(b->path), "/tmp/between.%ld.sock", (long)getpid());
	(void)unlink(b->path);
	memcpy(a.sun_path, b->path, sizeof(a.sun_path));
	b->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(b->listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(b->listener, 4), 0);
	assert_int_equal(pthread_create(&b->thread, NULL, between_main, b), 0);
	return b;
}

const char *
between_socket(const struct between *b)
{
	return b->path;
}

void
between_lose_commit(struct between *b)
{
	atomic_store(&b->lose_commit, true);
}

void
between_go_silent(struct between *b)
{
	atomic_store(&b->silent, true);
}

void
between_stop(struct between **b)
{
	atomic_store(&(*b)->stop, true);
	(void)pthread_join((*b)->thread, NULL);
	(void)close((*b)->listener);
	(void)unlink((*b)->path);
	free(*b);
	*b = NULL;
}
