/* SPDX-License-Identifier: Apache-2.0 */
/* outbound.c - libcurl with everything switched off that follows, remembers, or reads the
 * environment. */
#include "rostra/outbound.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "rostra/arena.h"
#include "rostra/buf.h"
#include "rostra/conf.h"

enum { HTTPS_PORT = 443, ADDRESS_MAX = 128 };

struct calling {
	const struct conf *conf;
	struct buf body;
	bool blocked, too_long;
};

static bool
port_allowed(const struct conf *conf, unsigned port)
{
	struct str rest = str_of(conf->outbound_loopback_ports), word;
	int64_t n;

	/* A switch for tests: a product that is out in the world does not have it. */
	if (!str_starts(str_of(conf->public_url), STR("http://127.0.0.1:")))
		return false;
	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (str_int64(word, &n) && n == (int64_t)port)
			return true;
	}
	return false;
}

static bool
address_allowed(const struct conf *conf, const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

	if (address->sa_family == AF_INET && ntohl(v4->sin_addr.s_addr) == INADDR_LOOPBACK &&
	    port_allowed(conf, ntohs(v4->sin_port)))
		return true;
	if (address->sa_family == AF_INET)
		return ntohs(v4->sin_port) == HTTPS_PORT &&
		       address_is_global((const unsigned char *)&v4->sin_addr, 4);
	return address->sa_family == AF_INET6 && ntohs(v6->sin6_port) == HTTPS_PORT &&
	       address_is_global((const unsigned char *)&v6->sin6_addr, 16);
}

/* Every connection passes here with the address it goes to. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct calling *c = arg;

	if (purpose != CURLSOCKTYPE_IPCXN || !address_allowed(c->conf, &address->addr)) {
		c->blocked = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_body(char *bytes, size_t one, size_t n, void *arg)
{
	struct calling *c = arg;

	n *= one;
	if (c->body.n + n > OUTBOUND_BYTES_MAX) {
		c->too_long = true;
		return 0;
	}
	buf_put(&c->body, bytes, n);
	return n;
}

bool
outbound_url_good(const struct conf *conf, const char *url)
{
	struct str text = str_of(url);
	CURLU *u = curl_url();
	char *host = NULL, *user = NULL, *fragment = NULL, *port = NULL;
	bool good = u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK;
	int64_t number = 0;

	good = good && curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK && host[0] != '\0';
	good = good && curl_url_get(u, CURLUPART_USER, &user, 0) != CURLUE_OK;
	good = good && curl_url_get(u, CURLUPART_FRAGMENT, &fragment, 0) != CURLUE_OK;
	good = good && curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	       str_int64(str_of(port), &number);
	if (good && !str_starts(text, STR("https://")))
		good = str_starts(text, STR("http://127.0.0.1:")) &&
		       port_allowed(conf, (unsigned)number);
	curl_free(host);
	curl_free(user);
	curl_free(fragment);
	curl_free(port);
	curl_url_cleanup(u);
	return good;
}

static void
set_options(CURL *h, struct calling *c, const struct outbound_request *in,
            struct curl_slist *headers)
{
	(void)curl_easy_setopt(h, CURLOPT_URL, in->url);
	(void)curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR,
	                       "https,http"); /* http: outbound_url_good */
	(void)curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	(void)curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, c);
	(void)curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(h, CURLOPT_WRITEDATA, c);
	(void)curl_easy_setopt(h, CURLOPT_PROXY, ""); /* else the environment decides */
	(void)curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)OUTBOUND_TIMEOUT_S);
	(void)curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)OUTBOUND_TIMEOUT_S);
	(void)curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "");
	(void)curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	if (in->form != NULL)
		(void)curl_easy_setopt(h, CURLOPT_POSTFIELDS, in->form);
	if (in->user == NULL)
		return;
	(void)curl_easy_setopt(h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	(void)curl_easy_setopt(h, CURLOPT_USERNAME, in->user);
	(void)curl_easy_setopt(h, CURLOPT_PASSWORD, in->password);
}

static const char *
reason_of(const struct calling *c, CURLcode code)
{
	if (c->blocked)
		return "the address is not for us";
	if (c->too_long)
		return "the answer is too long";
	return code == CURLE_OPERATION_TIMEDOUT ? "it took too long" : "nobody answered";
}

/* Threads of this process that wait for others' servers: never more than half, so that slow ones do
 * not stop the rest. */
static atomic_int under_way;

bool
outbound_enter(const struct rq *rq)
{
	const int64_t most = rq->conf->api_threads > 1 ? rq->conf->api_threads / 2 : 1;

	if (atomic_fetch_add(&under_way, 1) < most)
		return true;
	atomic_fetch_sub(&under_way, 1);
	return false;
}

void
outbound_leave(void)
{
	atomic_fetch_sub(&under_way, 1);
}

static bool
call(struct rq *rq, const struct outbound_request *in, struct outbound_reply *out, const char **why)
{
	struct calling c = { .conf = rq->conf };
	struct curl_slist *headers;
	CURL *h;
	CURLcode code;
	long status = 0;

	*why = "the URL is not for us";
	if (!outbound_url_good(rq->conf, in->url))
		return false;
	h = curl_easy_init();
	headers = curl_slist_append(NULL, "Accept: application/json, */*;q=0.1");
	*why = "no memory";
	if (h == NULL || headers == NULL) {
		curl_slist_free_all(headers);
		curl_easy_cleanup(h);
		return false;
	}
	set_options(h, &c, in, headers);
	code = curl_easy_perform(h);
	(void)curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	*out = (struct outbound_reply){ (int)status,
		                        { arena_copy(rq->arena, c.body.s, c.body.n), c.body.n } };
	*why = code == CURLE_OK ? NULL : reason_of(&c, code);
	buf_free(&c.body);
	curl_slist_free_all(headers);
	curl_easy_cleanup(h);
	return code == CURLE_OK;
}

bool
outbound_call(struct rq *rq, const struct outbound_request *in, struct outbound_reply *out,
              const char **why)
{
	bool answered;

	*why = "too many calls are under way";
	if (!outbound_enter(rq))
		return false;
	answered = call(rq, in, out, why);
	outbound_leave();
	return answered;
}
