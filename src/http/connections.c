/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connections.c - nginx's kept connections between requests.  When a worker leaves, it hands them
 * to those that stay, so that nginx never writes a request into a connection that is being closed:
 * it would not repeat a POST.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker_int.h"

/* A peer that begins a request and falls silent must not hold a thread. */
enum { RECEIVE_TIMEOUT_S = 10, SEND_TIMEOUT_S = 30, ACCEPT_AT_ONCE = 16 };

static void
connection_pass_on(struct worker *w, int fd)
{
	metrics_slot_add(w->server->shared->metrics, w->server->slot, 0, -1);
	(void)epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	if (atomic_load(&w->leaving) == LEAVING_TO_OTHERS && w->adopt_write_fd >= 0)
		(void)handover_send(w->adopt_write_fd, fd);
	close(fd);
}

/* Armed for one event.  Who leaves meanwhile may have swept already: look again. */
static void
connection_arm(struct worker *w, int fd, int operation)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.fd = fd };

	atomic_store(&w->idle[fd], 1);
	if (epoll_ctl(w->epoll_fd, operation, fd, &ev) < 0 ||
	    atomic_load(&w->leaving) != LEAVING_NOT) {
		if (connections_claim(w, fd))
			connection_pass_on(w, fd);
	}
}

/* The connection becomes readable later, or already is. */
static void
connections_add(struct worker *w, int fd)
{
	const struct timeval in = { .tv_sec = RECEIVE_TIMEOUT_S },
			     out = { .tv_sec = SEND_TIMEOUT_S };

	if (fd >= WORKER_FD_MAX) {
		close(fd);
		return;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &in, sizeof(in));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &out, sizeof(out));
	metrics_slot_add(w->server->shared->metrics, w->server->slot, 0, 1);
	connection_arm(w, fd, EPOLL_CTL_ADD);
}

/*
 * Several at once, and while there are more, again before each request that is served
 * (thread_loop): the listening socket has one turn among all connections that are ready, so of a
 * crowd the last would wait for the square of its number of requests, while whoever has a kept
 * connection overtakes them.
 */
void
connections_accept(struct worker *w)
{
	atomic_store_explicit(&w->crowded, true, memory_order_relaxed);
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		int fd = accept4(w->listen_fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0) {
			connections_add(w, fd);
			continue;
		}
		/* Nothing else ends the wake-ups while the process has no descriptor left. */
		if (errno == EMFILE || errno == ENFILE)
			usleep(10000);
		atomic_store_explicit(&w->crowded, false, memory_order_relaxed);
		return;
	}
}

void
connections_adopt(struct worker *w)
{
	int fd = handover_receive(w->adopt_read_fd);

	if (fd >= 0)
		connections_add(w, fd);
}

bool
connections_claim(struct worker *w, int fd)
{
	unsigned char one = 1;

	return fd >= 0 && fd < WORKER_FD_MAX &&
	       atomic_compare_exchange_strong(&w->idle[fd], &one, 0);
}

void
connections_return(struct worker *w, int fd)
{
	if (atomic_load(&w->leaving) != LEAVING_NOT)
		connection_pass_on(w, fd);
	else
		connection_arm(w, fd, EPOLL_CTL_MOD);
}

void
connections_leave(struct worker *w)
{
	(void)epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, w->listen_fd, NULL);
	if (w->adopt_read_fd >= 0)
		(void)epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, w->adopt_read_fd, NULL);
	for (int fd = 0; fd < WORKER_FD_MAX; fd++) {
		if (connections_claim(w, fd))
			connection_pass_on(w, fd);
	}
}
