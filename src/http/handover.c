/* SPDX-License-Identifier: Apache-2.0 */
/* handover.c - an open connection from one process to another (SCM_RIGHTS, unix(7)). */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "worker_int.h"

enum { HANDOVER_WAIT_MS = 1000 };

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

bool
handover_send(int queue_fd, int fd)
{
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union control c;
	struct msghdr m = { .msg_iov = &iov,
		            .msg_iovlen = 1,
		            .msg_control = c.bytes,
		            .msg_controllen = sizeof(c.bytes) };
	struct pollfd wait = { .fd = queue_fd, .events = POLLOUT };
	struct cmsghdr *h;

	memset(&c, 0, sizeof(c));
	h = CMSG_FIRSTHDR(&m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &fd, sizeof(int));
	while (sendmsg(queue_fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		if (errno == EINTR)
			continue;
		/* The kernel holds few datagrams; the successor takes them quickly, or is not
		 * there. */
		if (errno != EAGAIN || poll(&wait, 1, HANDOVER_WAIT_MS) <= 0)
			return false;
	}
	return true;
}

int
handover_receive(int queue_fd)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union control c;
	struct msghdr m = { .msg_iov = &iov,
		            .msg_iovlen = 1,
		            .msg_control = c.bytes,
		            .msg_controllen = sizeof(c.bytes) };
	struct cmsghdr *h;
	int fd = -1;

	if (recvmsg(queue_fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return -1;
	h = CMSG_FIRSTHDR(&m);
	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS &&
	    h->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(h), sizeof(int));
	return fd;
}
