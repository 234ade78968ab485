/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.c - one FastCGI request: libfcgi reads it, we write the reply.  Its writer has a fixed
 * buffer of 8 KB, so a page of the feed would be three writes here and three wake-ups of nginx; as
 * one gathered write it is one of each.
 */
#include <errno.h>
#include <sys/uio.h>

#include "http_int.h"

/* Records of FastCGI 1.0; a content of whole words needs no padding. */
enum {
	FCGI_VERSION = 1,
	FCGI_END = 3,
	FCGI_STDOUT = 6,
	RECORD_HEAD = 8,
	RECORD_CONTENT_MAX = 65528,
	TRAILER_BYTES = 3 * RECORD_HEAD, /* an empty STDOUT, and END_REQUEST with its body */
	PARTS_MAX = 4,                   /* record head, reply head, reply body, trailer */
};

static void
record_head(unsigned char out[RECORD_HEAD], const struct http_conn *conn, int type, size_t n)
{
	const unsigned id = (unsigned)conn->fcgi.requestId;

	out[0] = FCGI_VERSION;
	out[1] = (unsigned char)type;
	out[2] = (unsigned char)(id >> 8 & 0xff);
	out[3] = (unsigned char)(id & 0xff);
	out[4] = (unsigned char)(n >> 8 & 0xff);
	out[5] = (unsigned char)(n & 0xff);
	out[6] = out[7] = 0;
}

static bool
write_all(int fd, struct iovec *part, int n)
{
	while (n > 0) {
		ssize_t done = writev(fd, part, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false; /* nginx is gone, or takes nothing for SO_SNDTIMEO */
		while (n > 0 && (size_t)done >= part->iov_len) {
			done -= (ssize_t)part->iov_len;
			part++;
			n--;
		}
		if (n > 0) {
			part->iov_base = (char *)part->iov_base + done;
			part->iov_len -= (size_t)done;
		}
	}
	return true;
}

static void
add(struct iovec *part, int *n, const void *s, size_t bytes)
{
	if (bytes > 0)
		part[(*n)++] = (struct iovec){ .iov_base = (void *)(uintptr_t)s, .iov_len = bytes };
}

static struct str
take(struct str *from, size_t most)
{
	const struct str taken = { from->s, from->n < most ? from->n : most };

	if (taken.n > 0)
		*from = (struct str){ from->s + taken.n, from->n - taken.n };
	return taken;
}

void
wire_write(struct http_conn *conn, struct str head, struct str body, bool end)
{
	unsigned char record[RECORD_HEAD], trailer[TRAILER_BYTES] = { 0 };
	bool more = true;

	while (more && !conn->broken) {
		struct str a = take(&head, RECORD_CONTENT_MAX);
		struct str b = take(&body, RECORD_CONTENT_MAX - a.n);
		struct iovec part[PARTS_MAX];
		int n = 0;

		more = head.n + body.n > 0;
		if (a.n + b.n > 0) {
			record_head(record, conn, FCGI_STDOUT, a.n + b.n);
			add(part, &n, record, sizeof(record));
			add(part, &n, a.s, a.n);
			add(part, &n, b.s, b.n);
		}
		if (end && !more) {
			record_head(trailer, conn, FCGI_STDOUT, 0);
			record_head(trailer + RECORD_HEAD, conn, FCGI_END, RECORD_HEAD);
			add(part, &n, trailer, sizeof(trailer));
			conn->ended = true;
		}
		if (!write_all(conn->fcgi.ipcFd, part, n))
			conn->broken = true;
	}
}

/* libfcgi lingers two seconds on a close unless the request is "detached"; the peer is nginx on
 * this machine. */
bool
wire_accept(struct http_conn *conn, int fd)
{
	(void)FCGX_InitRequest(&conn->fcgi, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	conn->fcgi.ipcFd = fd;
	conn->fcgi.keepConnection = 1;
	conn->fcgi.detached = 1;
	return FCGX_Accept_r(&conn->fcgi) == 0;
}

bool
wire_finish(struct http_conn *conn)
{
	const bool keep = conn->fcgi.keepConnection && conn->ended && !conn->broken;

	FCGX_Free(&conn->fcgi, !keep); /* its own writers are empty */
	return keep;
}
