/* SPDX-License-Identifier: Apache-2.0 */
/* worker_int.h - a worker process: its threads around one epoll, its connections, how it leaves. */
#ifndef ROSTRA_WORKER_INT_H
#define ROSTRA_WORKER_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "http_int.h"

enum { WORKER_FD_MAX = 8192 };

/* Why a worker leaves: others go on and take its connections, or nobody is left. */
enum leaving { LEAVING_NOT, LEAVING_TO_OTHERS, LEAVING_FOR_GOOD };

struct worker {
	const struct server *server;
	struct path_table *paths;
	int epoll_fd, listen_fd, adopt_read_fd, adopt_write_fd, signal_fd, wake_fd;
	_Atomic int leaving; /* enum leaving */
	atomic_bool crowded; /* more wait to be accepted than were at once */
	/* Connections nobody is serving.  Who turns a 1 into 0 owns the connection. */
	_Atomic unsigned char idle[WORKER_FD_MAX];
	struct token_keys
	    *retired; /* keys of before the last reload: a thread may still be reading them */
};

struct worker_thread {
	struct worker *worker;
	pthread_t id;
	bool first; /* keeps house */
	int64_t swept_us;
	struct http_conn conn;
};

/* Takes one connection from the queue of new ones. */
void connections_accept(struct worker *w);
/* Takes one that another worker left behind. */
void connections_adopt(struct worker *w);
/* An idle connection is ready: it is this thread's now; false when another has it. */
bool connections_claim(struct worker *w, int fd);
/* Served and kept: back to epoll, or to another process when this one leaves. */
void connections_return(struct worker *w, int fd);
/* Gives all idle connections away (or closes them) once w->leaving is set. */
void connections_leave(struct worker *w);

/* Passes fd through the queue; false when nobody takes it. The caller still closes its own. */
bool handover_send(int queue_fd, int fd);
/* -1 when there is none. */
int handover_receive(int queue_fd);

#endif
