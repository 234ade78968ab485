/* SPDX-License-Identifier: Apache-2.0 */
/* master_int.h - between the files of the master: sockets, children, taking over. */
#ifndef ROSTRA_MASTER_INT_H
#define ROSTRA_MASTER_INT_H

#include <sys/types.h>

#include "app_int.h"

/* What outlives a release: the listening socket, and the queue by which connections change workers.
 */
struct pool_fds {
	int listen_fd, adopt_read_fd, adopt_write_fd;
};

enum child_state {
	CHILD_FREE,
	CHILD_WANTED, /* to be forked at fork_at_us */
	CHILD_RUNNING,
	CHILD_OLD, /* of the release before: leaves when the new ones are ready */
};

struct child {
	enum child_state state;
	enum pool pool;
	pid_t pid;
	int ready_fd;                            /* read end; -1: ready, or nobody asks */
	int64_t forked_us, fork_at_us, pause_us; /* monotonic */
};

enum { CHILDREN_MAX = METRICS_SLOTS_MAX };

struct master {
	struct app *app;
	struct pool_fds pool[POOL__MAX];
	struct child child[CHILDREN_MAX]; /* the index is the metrics slot */
	int signal_fd;
	bool stopping;
	bool taking_over;    /* old children wait for the new ones */
	bool held;           /* the take-over failed: the old ones go on, nobody is forked */
	int64_t deadline_us; /* of stopping, taking over, or the old ones' leaving; 0 none */
	char **argv;         /* of the whole command line, [0] an absolute path */
	int serve_at;        /* argv[serve_at] is "serve" */
};

/* --- sockets.c --- */
const char *pool_name(enum pool p);
/* Binds the pool's socket, group and mode; waits a little for a predecessor that is leaving. */
bool pool_listen(const struct conf *conf, enum pool p, struct pool_fds *out, char *err,
                 size_t err_n);
void pool_unlink(const struct conf *conf, enum pool p);

/* --- children.c --- */
void children_want(struct master *m);
/* Forks what is due; answers the monotonic time of the next fork, 0 none. */
int64_t children_fork_due(struct master *m);
/* Takes note of all that ended. */
void children_reap(struct master *m);
void children_signal(const struct master *m, enum child_state state, int signal_number);
size_t children_count(const struct master *m, enum child_state state);
/* Reads what became ready; answers how many running ones are not yet. */
size_t children_unready(struct master *m);

/* --- takeover.c --- */
/* The command line as it was, with an absolute path. */
bool takeover_prepare(struct master *m, int serve_argc, char *err, size_t err_n);
/* Checks the program that is at our path now and becomes it; returns only when that failed. */
void takeover_begin(struct master *m);
/* Is this process the new program?  Then takes sockets and old children from the environment. */
bool takeover_inherit(struct master *m);

#endif
