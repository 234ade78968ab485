/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_request.c - FastCGI parameters and a body as nginx may send them: name NUL value NUL … NUL
 * NUL body. Every request gets exactly one reply with a status, or its connection is cut.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rostra/conf.h"
#include "rostra/log.h"

#include "src/http/http_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct thing {
	const char *text;
	int64_t number;
};

/* clang-format off */
static const struct j_field thing_fields[] = {
	J_TEXT(struct thing, text, J_REQUIRED, 1, 200, .help = NULL),
	J_INT64(struct thing, number, 0, 0, 1000, 7, .help = NULL),
};
/* clang-format on */
static const struct j_schema thing_schema = J_SCHEMA("thing", struct thing, thing_fields);

static enum fault
echo(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	*(struct thing *)reply = *(const struct thing *)call->body;
	return FAULT_NONE;
}

static enum fault
list(struct rq *rq, struct call *call, void *reply)
{
	const struct thing row = { .text = "row", .number = 1 };

	(void)reply;
	for (int64_t i = 0; i < 3; i++)
		(void)page_add(rq, call, &row, (struct page_key){ .k = { i } });
	return FAULT_NONE;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_POST, .path = "/v1/things", .access = ACCESS_PUBLIC, .rate = RATE_WRITE, .kind = REPLY_OBJECT,
	  .body = &thing_schema, .reply = &thing_schema, .handle = echo, .name = "thing_post" },
	{ .method = HTTP_PUT, .path = "/v1/things/{id}", .access = ACCESS_PUBLIC, .flags = ROUTE_PUT_ID, .kind = REPLY_OBJECT,
	  .body = &thing_schema, .reply = &thing_schema, .handle = echo, .name = "thing_put" },
	{ .method = HTTP_GET, .path = "/v1/things", .access = ACCESS_MEMBER | ACCESS_PUBLIC, .rate = RATE_READ,
	  .flags = ROUTE_TABLE, .kind = REPLY_LIST, .reply = &thing_schema, .handle = list, .name = "thing_list" },
};
/* clang-format on */
static const struct route_table tables[] = { ROUTES("fuzz", rows), { NULL, NULL, 0 } };

enum { RECORD_MAX = 0xffff, REPLY_MAX = 256 * 1024 };

static void
record(int fd, int type, const void *content, size_t n)
{
	const unsigned char head[8] = { 1, (unsigned char)type,     0,
		                        1, (unsigned char)(n >> 8), (unsigned char)(n & 0xff) };

	if (send(fd, head, sizeof(head), MSG_NOSIGNAL) < 0 ||
	    (n && send(fd, content, n, MSG_NOSIGNAL) < 0))
		abort();
}

static size_t
param(unsigned char *out, const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n)
{
	const size_t n[2] = { name_n, value_n };
	size_t at = 0;

	for (size_t i = 0; i < 2; i++) {
		out[at++] = (unsigned char)(0x80 | n[i] >> 24);
		out[at++] = (unsigned char)(n[i] >> 16 & 0xff);
		out[at++] = (unsigned char)(n[i] >> 8 & 0xff);
		out[at++] = (unsigned char)(n[i] & 0xff);
	}
	memcpy(out + at, name, name_n);
	memcpy(out + at + name_n, value, value_n);
	return at + name_n + value_n;
}

/* Sends the request; answers false when it is too long for this little server. */
static bool
request_send(int fd, const uint8_t *data, size_t size)
{
	static const unsigned char begin[8] = { 0, 1, 1 };
	static unsigned char params[RECORD_MAX];
	size_t n = 0;

	if (size > RECORD_MAX / 4)
		return false;
	while (size > 0 && *data) {
		const uint8_t *name_end = memchr(data, '\0', size), *value_end;

		if (!name_end || n + 4096 > sizeof(params))
			return false;
		value_end = memchr(name_end + 1, '\0', size - (size_t)(name_end + 1 - data));
		if (!value_end)
			return false;
		n += param(params + n, data, (size_t)(name_end - data), name_end + 1,
		           (size_t)(value_end - name_end - 1));
		size -= (size_t)(value_end + 1 - data);
		data = value_end + 1;
	}
	record(fd, 1, begin, sizeof(begin));
	if (n > 0)
		record(fd, 4, params, n);
	record(fd, 4, NULL, 0);
	if (size > 1)
		record(fd, 5, data + 1, size - 1);
	record(fd, 5, NULL, 0);
	return true;
}

static struct http_conn *
server_conn(void)
{
	static const struct conf conf = { .public_url = "https://api.example",
		                          .request_deadline_ms = 1000,
		                          .rate_read_per_min = 1000000,
		                          .rate_write_per_min = 1000000 };
	static struct shared shared;
	static const struct server server = {
		.conf = &conf, .shared = &shared, .routes = tables, .ready_fd = -1
	};
	static struct http_conn conn;

	if (conn.arena)
		return &conn;
	(void)log_open("/dev/null", LOG_ERROR);
	shared.limits = limits_create();
	conn.server = &server;
	conn.arena = arena_create(65536);
	conn.paths = path_table_create(tables, POOL_API);
	(void)FCGX_Init();
	return &conn;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char reply[REPLY_MAX];
	struct http_conn *conn = server_conn();
	const int room = 1 << 20;
	int pair[2];
	ssize_t n;
	bool kept;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	for (int i = 0; i < 2; i++)
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (!request_send(pair[0], data, size)) {
		close(pair[0]);
		close(pair[1]);
		return 0;
	}
	(void)shutdown(pair[0], SHUT_WR);
	kept = http_serve(conn, pair[1]);
	if (kept)
		close(pair[1]);
	n = recv(pair[0], reply, sizeof(reply) - 1, 0);
	if (kept && (n < 16 || memcmp(reply + 8, "Status: ", 8) != 0))
		abort();
	close(pair[0]);
	return 0;
}
