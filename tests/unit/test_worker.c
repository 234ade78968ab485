/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_worker.c - a worker process over real FastCGI: many clients, silent ones, broken ones, and
 * connections that change workers while they are used.  Also run under the thread sanitizer.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rostra/conf.h"
#include "rostra/log.h"

#include "fastcgi_client.h"
#include "src/http/http_int.h"

enum { THREADS = 4, CLIENTS = 12, REQUESTS = 150, SILENT = 8, WORKERS = 2 };

/*
 * The thread sanitizer knows that EPOLL_CTL_ADD happens before the wake-up it causes, but not that
 * EPOLL_CTL_MOD does: it takes the close by whoever woke for a race with the call that armed the
 * descriptor.
 */
const char *__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
	return "race:connection_arm\n";
}

/* --- what the worker serves --- */

struct echo {
	const char *text;
	int64_t number;
};

/* clang-format off */
static const struct j_field echo_fields[] = {
	J_TEXT(struct echo, text, J_REQUIRED, 1, 200000, .help = NULL),
	J_INT64(struct echo, number, 0, 0, 1000, 7, .help = NULL),
};
/* clang-format on */
static const struct j_schema echo_schema = J_SCHEMA("echo", struct echo, echo_fields);

static enum fault
echo(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	*(struct echo *)reply = *(const struct echo *)call->body;
	return FAULT_NONE;
}

static enum fault
hello(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)call;
	*(struct echo *)reply = (struct echo){ .text = "hello", .number = 1 };
	return FAULT_NONE;
}

static enum fault
numbers(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	for (int64_t i = call->after ? call->key.k[0] + 1 : 1; i <= 5; i++) {
		const struct echo row = { .text = "row", .number = i };

		if (!page_add(rq, call, &row, (struct page_key){ .k = { i } }))
			break;
	}
	return FAULT_NONE;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/hello", .access = ACCESS_PUBLIC, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &echo_schema, .handle = hello, .name = "hello", .summary = "s" },
	{ .method = HTTP_POST, .path = "/v1/echo", .access = ACCESS_PUBLIC, .rate = RATE_NONE, .kind = REPLY_OBJECT,
	  .body = &echo_schema, .body_max = 150000, .reply = &echo_schema, .handle = echo, .name = "echo", .summary = "s" },
	{ .method = HTTP_GET, .path = "/v1/numbers", .access = ACCESS_PUBLIC, .rate = RATE_NONE, .kind = REPLY_LIST,
	  .reply = &echo_schema, .handle = numbers, .name = "numbers", .summary = "s" },
};
/* clang-format on */
static const struct route_table tables[] = { ROUTES("test", rows), { NULL, NULL, 0 } };

static const struct conf conf = {
	.public_url = "https://api.example",
	.token_keys_file = "/nonexistent",
	.request_deadline_ms = 5000,
	.drain_s = 10,
	.rate_read_per_min = 1000000,
};

/* --- the processes --- */

struct house {
	char folder[64], path[96];
	int listen_fd, queue[2], go[WORKERS][2];
	pid_t pid[WORKERS];
};

static _Noreturn void
worker_child(const struct house *h, int i)
{
	static struct shared shared;
	const struct server s = { .conf = &conf,
		                  .shared = &shared,
		                  .routes = tables,
		                  .pool = POOL_API,
		                  .ready_fd = -1,
		                  .slot = (size_t)i };
	char byte;

	shared.metrics = metrics_create();
	shared.limits = limits_create();
	(void)log_open("/dev/null", LOG_INFO);
	if (read(h->go[i][0], &byte, 1) != 1)
		_exit(3);
	exit(worker_run(&s, h->listen_fd, h->queue[0], h->queue[1], THREADS));
}

/* Both are forked before any thread exists; the second one waits for its word. */
static int
house_open(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(h->folder, sizeof(h->folder), "/tmp/test_worker.XXXXXX");
	if (!mkdtemp(h->folder))
		return -1;
	snprintf(h->path, sizeof(h->path), "%s/s", h->folder);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", h->path);
	h->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(h->listen_fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(h->listen_fd, 64) != 0 ||
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, h->queue) != 0)
		return -1;
	for (int i = 0; i < WORKERS; i++) {
		if (pipe(h->go[i]) != 0)
			return -1;
		h->pid[i] = fork();
		if (h->pid[i] == 0)
			worker_child(h, i);
	}
	*state = h;
	return write(h->go[0][1], "g", 1) == 1 ? 0 : -1;
}

static int
worker_end(struct house *h, int i, int signal_number)
{
	int status = -1;

	if (h->pid[i] <= 0)
		return 0;
	if (write(h->go[i][1], "g", 1) != 1 || kill(h->pid[i], signal_number) != 0 ||
	    waitpid(h->pid[i], &status, 0) < 0)
		return -1;
	h->pid[i] = 0;
	return status;
}

static int
house_close(void **state)
{
	struct house *h = *state;
	int bad = 0;

	for (int i = 0; i < WORKERS; i++)
		bad |= worker_end(h, i, SIGQUIT);
	(void)unlink(h->path);
	(void)rmdir(h->folder);
	close(h->listen_fd);
	free(h);
	return bad;
}

/* --- the clients --- */

static const char *const get_hello[] = { "REQUEST_METHOD", "GET",       "REQUEST_URI", "/v1/hello",
	                                 "REMOTE_ADDR",    "192.0.2.1", NULL };

struct client {
	const struct house *house;
	pthread_t id;
	_Atomic int *done;
	int failed;
};

static bool
says_hello(const struct fastcgi_reply *r)
{
	return strstr(r->text, "Status: 200 OK\r\n") &&
	       strstr(r->text, "{\"text\":\"hello\",\"number\":1}");
}

/* Every request on one connection: whoever serves it, it must never be closed. */
static void *
client_main(void *arg)
{
	struct client *c = arg;
	const struct fastcgi_request r = { .params = get_hello };
	static _Thread_local struct fastcgi_reply reply;
	int fd = fastcgi_connect(c->house->path);

	for (int i = 0; i < REQUESTS; i++) {
		if (fd < 0 || !fastcgi_ask(fd, &r, &reply) || !says_hello(&reply))
			c->failed++;
		atomic_fetch_add(c->done, 1);
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void
clients_run(const struct house *h, void (*half_way)(struct house *h), struct house *mine)
{
	struct client c[CLIENTS];
	_Atomic int done = 0;

	memset(c, 0, sizeof(c));
	for (int i = 0; i < CLIENTS; i++) {
		c[i].house = h;
		c[i].done = &done;
		assert_int_equal(pthread_create(&c[i].id, NULL, client_main, &c[i]), 0);
	}
	while (half_way && atomic_load(&done) < CLIENTS * REQUESTS / 3)
		usleep(1000);
	if (half_way)
		half_way(mine);
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(c[i].id, NULL);
		assert_int_equal(c[i].failed, 0);
	}
}

static void
many_clients_share_few_threads(void **state)
{
	clients_run(*state, NULL, NULL);
}

static void
silent_peers_hold_no_thread(void **state)
{
	struct house *h = *state;
	int fd[SILENT];

	for (int i = 0; i < SILENT; i++) {
		fd[i] = fastcgi_connect(h->path);
		assert_true(fd[i] >= 0);
	}
	clients_run(h, NULL, NULL);
	for (int i = 0; i < SILENT; i++)
		close(fd[i]);
}

static void
first_worker_leaves(struct house *h)
{
	assert_int_equal(write(h->go[1][1], "g", 1), 1);
	assert_int_equal(worker_end(h, 0, SIGTERM), 0);
}

static void
kept_connections_go_on_with_another_worker(void **state)
{
	clients_run(*state, first_worker_leaves, *state);
}

/* --- requests on the wire --- */

static void
ask(const struct house *h, const char *const *params, const char *body, size_t n,
    struct fastcgi_reply *out)
{
	const struct fastcgi_request r = { .params = params, .body = body, .body_n = n };
	int fd = fastcgi_connect(h->path);

	assert_true(fd >= 0);
	out->n = 0;
	out->text[0] = '\0';
	(void)fastcgi_ask(fd, &r, out);
	close(fd);
}

static void
post(const struct house *h, const char *type, const char *length, const char *body,
     struct fastcgi_reply *out)
{
	const char *const params[] = { "REQUEST_METHOD", "POST",         "REQUEST_URI",
		                       "/v1/echo",       "CONTENT_TYPE", type,
		                       "CONTENT_LENGTH", length,         NULL };

	ask(h, params, body, strlen(body), out);
}

static void
a_body_must_be_as_long_as_it_says(void **state)
{
	static struct fastcgi_reply r;
	const char *json = "application/json";

	post(*state, json, "12", "{\"text\":\"x\"}", &r);
	assert_non_null(strstr(r.text, "Status: 200"));
	assert_non_null(strstr(r.text, "{\"text\":\"x\",\"number\":7}"));
	post(*state, json, "5", "{\"text\":\"x\"}", &r);
	assert_non_null(strstr(r.text, "Status: 400"));
	post(*state, json, "-1", "{\"text\":\"x\"}", &r);
	assert_non_null(strstr(r.text, "Status: 400"));
	post(*state, json, "1e3", "{\"text\":\"x\"}", &r);
	assert_non_null(strstr(r.text, "Status: 400"));
	post(*state, json, "100", "{\"text\":\"x\"}", &r);
	assert_null(strstr(r.text, "Status: 200"));
	post(*state, json, "150001", "{\"text\":\"x\"}", &r);
	assert_non_null(strstr(r.text, "Status: 413"));
	post(*state, "text/plain", "12", "{\"text\":\"x\"}", &r);
	assert_non_null(strstr(r.text, "Status: 415"));
	post(*state, json, "2", "{}", &r);
	assert_non_null(strstr(r.text, "Status: 422"));
	assert_non_null(strstr(r.text, "#/text"));
}

static void
a_large_body_arrives_whole(void **state)
{
	static struct fastcgi_reply r;
	static char body[60000 + 1];

	memset(body, 'x', sizeof(body) - 1);
	memcpy(body, "{\"text\":\"", 9);
	memcpy(body + sizeof(body) - 3, "\"}", 3);
	post(*state, "application/json", "60000", body, &r);
	assert_non_null(strstr(r.text, "Status: 200"));
	assert_non_null(strstr(r.text, "xxx\",\"number\":7}"));
}

static void
a_head_has_the_headers_of_a_get_and_no_body(void **state)
{
	static struct fastcgi_reply r;
	const char *const head[] = { "REQUEST_METHOD", "HEAD", "REQUEST_URI", "/v1/hello", NULL };

	ask(*state, head, "", 0, &r);
	assert_non_null(strstr(r.text, "Status: 200"));
	assert_non_null(strstr(r.text, "Content-Length: 27"));
	assert_null(strstr(r.text, "hello\""));
}

static void
a_client_that_has_it_gets_304(void **state)
{
	static struct fastcgi_reply r;
	char etag[32] = "";
	const char *const again[] = { "REQUEST_METHOD",     "GET", "REQUEST_URI", "/v1/hello",
		                      "HTTP_IF_NONE_MATCH", etag,  NULL };
	const char *found;

	ask(*state, get_hello, "", 0, &r);
	found = strstr(r.text, "ETag: ");
	assert_non_null(found);
	assert_int_equal(sscanf(found, "ETag: %31s", etag), 1);
	ask(*state, again, "", 0, &r);
	assert_non_null(strstr(r.text, "Status: 304"));
	assert_non_null(strstr(r.text, etag));
	assert_null(strstr(r.text, "hello\""));
}

static void
a_list_goes_on_where_its_cursor_stands(void **state)
{
	static struct fastcgi_reply r;
	char uri[200] = "/v1/numbers?limit=3", cursor[100];
	const char *const params[] = { "REQUEST_METHOD", "GET", "REQUEST_URI", uri, NULL };
	const char *found;

	ask(*state, params, "", 0, &r);
	assert_non_null(strstr(r.text, "\"number\":3}],\"next_cursor\":\""));
	assert_non_null(strstr(r.text, "\"has_more\":true}"));
	assert_non_null(strstr(r.text, "Link: <https://api.example/v1/numbers?limit=3&cursor="));
	found = strstr(r.text, "\"next_cursor\":\"");
	assert_int_equal(sscanf(found, "\"next_cursor\":\"%99[A-Za-z0-9_-]", cursor), 1);
	snprintf(uri, sizeof(uri), "/v1/numbers?limit=3&cursor=%s", cursor);
	ask(*state, params, "", 0, &r);
	assert_non_null(
	    strstr(r.text,
	           "{\"items\":[{\"text\":\"row\",\"number\":4},{\"text\":\"row\",\"number\":5}],"
	           "\"next_cursor\":null,\"has_more\":false}"));
	snprintf(uri, sizeof(uri), "/v1/numbers?cursor=%.20s", cursor);
	ask(*state, params, "", 0, &r);
	assert_non_null(strstr(r.text, "cursor_invalid"));
}

static void
odd_requests_get_a_problem(void **state)
{
	static const struct {
		const char *method, *uri, *want;
	} cases[] = {
		{ "GET", "/v1/none", "Status: 404" },
		{ "PUT", "/v1/hello", "Allow: GET, HEAD" },
		{ "BREW", "/v1/hello", "Status: 405" },
		{ "GET", "/v1//hello", "Status: 400" },
		{ "GET", "/v1/hello?x=1", "Status: 400" },
		{ "GET", "/v1/numbers?limit=0", "?limit" },
		{ "GET", "/v1/numbers?limit=x", "?limit" },
		{ "GET", "/v1/numbers?limit=1&limit=2", "Status: 400" },
		{ "OPTIONS", "/v1/hello", "Status: 405" },
		{ "GET", "", "Status: 400" },
	};
	static struct fastcgi_reply r;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const params[] = { "REQUEST_METHOD", cases[i].method, "REQUEST_URI",
			                       cases[i].uri, NULL };

		ask(*state, params, "", 0, &r);
		if (!strstr(r.text, cases[i].want) || !strstr(r.text, "application/problem+json"))
			fail_msg("%s %s: %s", cases[i].method, cases[i].uri, r.text);
	}
}

static void
garbage_ends_its_connection_only(void **state)
{
	static const char garbage[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	struct house *h = *state;
	static struct fastcgi_reply r;
	char byte;
	int fd = fastcgi_connect(h->path);

	assert_true(send(fd, garbage, sizeof(garbage), MSG_NOSIGNAL) > 0);
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	close(fd);
	ask(h, get_hello, "", 0, &r);
	assert_true(says_hello(&r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_clients_share_few_threads),
		cmocka_unit_test(silent_peers_hold_no_thread),
		cmocka_unit_test(a_body_must_be_as_long_as_it_says),
		cmocka_unit_test(a_large_body_arrives_whole),
		cmocka_unit_test(a_head_has_the_headers_of_a_get_and_no_body),
		cmocka_unit_test(a_client_that_has_it_gets_304),
		cmocka_unit_test(a_list_goes_on_where_its_cursor_stands),
		cmocka_unit_test(odd_requests_get_a_problem),
		cmocka_unit_test(garbage_ends_its_connection_only),
		cmocka_unit_test(kept_connections_go_on_with_another_worker),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, house_open, house_close);
}
