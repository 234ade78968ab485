/* SPDX-License-Identifier: Apache-2.0 */
/* fastcgi_client.h - the side of nginx, as small as it can be: one request at a time on a kept
 * connection. */
#ifndef FASTCGI_CLIENT_H
#define FASTCGI_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct fastcgi_request {
	const char *const *params; /* name, value, …, NULL */
	const char *body;
	size_t body_n;
};

struct fastcgi_reply {
	char text[64 * 1024]; /* head and body as they came, NUL-terminated */
	size_t n;
	bool whole; /* END_REQUEST was seen */
};

int fastcgi_connect(const char *path);
bool fastcgi_send(int fd, const struct fastcgi_request *r);
bool fastcgi_receive(int fd, struct fastcgi_reply *out);
/* Both; false when the connection ended before the reply. */
bool fastcgi_ask(int fd, const struct fastcgi_request *r, struct fastcgi_reply *out);

#endif
