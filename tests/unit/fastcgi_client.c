/* SPDX-License-Identifier: Apache-2.0 */
/* fastcgi_client.c - records of FastCGI 1.0 from the server's side. */
#include "fastcgi_client.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	BEGIN_REQUEST = 1,
	END_REQUEST = 3,
	PARAMS = 4,
	STDIN = 5,
	STDOUT = 6,
	KEEP = 1,
	RESPONDER = 1
};
enum { HEADER_BYTES = 8, RECORD_MAX = 0xffff, MESSAGE_MAX = 256 * 1024 };

struct message {
	unsigned char s[MESSAGE_MAX];
	size_t n;
};

int
fastcgi_connect(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
put(struct message *m, const void *s, size_t n)
{
	if (n > 0 && m->n + n <= sizeof(m->s)) {
		memcpy(m->s + m->n, s, n);
		m->n += n;
	}
}

static void
record(struct message *m, int type, const void *content, size_t n)
{
	const unsigned char head[HEADER_BYTES] = {
		1, (unsigned char)type, 0, 1, (unsigned char)(n >> 8), (unsigned char)(n & 0xff), 0,
		0
	};

	put(m, head, sizeof(head));
	put(m, content, n);
}

static void
put_length(struct message *m, size_t n)
{
	const unsigned char four[4] = { (unsigned char)(0x80 | n >> 24),
		                        (unsigned char)(n >> 16 & 0xff),
		                        (unsigned char)(n >> 8 & 0xff), (unsigned char)(n & 0xff) };

	put(m, four, sizeof(four));
}

bool
fastcgi_send(int fd, const struct fastcgi_request *r)
{
	static const unsigned char begin[8] = { 0, RESPONDER, KEEP, 0, 0, 0, 0, 0 };
	static _Thread_local struct message m, params;
	size_t sent = 0;

	m.n = params.n = 0;
	for (const char *const *p = r->params; *p; p += 2) {
		put_length(&params, strlen(p[0]));
		put_length(&params, strlen(p[1]));
		put(&params, p[0], strlen(p[0]));
		put(&params, p[1], strlen(p[1]));
	}
	record(&m, BEGIN_REQUEST, begin, sizeof(begin));
	record(&m, PARAMS, params.s, params.n);
	record(&m, PARAMS, NULL, 0);
	for (size_t at = 0; at < r->body_n; at += RECORD_MAX) {
		const size_t left = r->body_n - at;

		record(&m, STDIN, r->body + at, left < RECORD_MAX ? left : RECORD_MAX);
	}
	record(&m, STDIN, NULL, 0);
	while (sent < m.n) {
		ssize_t n = send(fd, m.s + sent, m.n - sent, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		sent += (size_t)n;
	}
	return true;
}

static bool
take(int fd, void *out, size_t n)
{
	return n == 0 || recv(fd, out, n, MSG_WAITALL) == (ssize_t)n;
}

bool
fastcgi_receive(int fd, struct fastcgi_reply *out)
{
	unsigned char head[HEADER_BYTES];
	static _Thread_local char content[RECORD_MAX + 256];

	out->n = 0;
	out->whole = false;
	while (!out->whole && take(fd, head, sizeof(head))) {
		const size_t n = (size_t)head[4] << 8 | head[5];

		if (!take(fd, content, n + head[6]))
			break;
		out->whole = head[1] == END_REQUEST;
		if (head[1] != STDOUT || out->n + n >= sizeof(out->text))
			continue;
		memcpy(out->text + out->n, content, n);
		out->n += n;
	}
	out->text[out->n] = '\0';
	return out->whole;
}

bool
fastcgi_ask(int fd, const struct fastcgi_request *r, struct fastcgi_reply *out)
{
	return fastcgi_send(fd, r) && fastcgi_receive(fd, out);
}
