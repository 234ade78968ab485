/* SPDX-License-Identifier: Apache-2.0 */
/* dns.c - a question to a name server, by the C library's stub resolver with a state of its own. */
#include "rostra/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/types.h>

#include "rostra/arena.h"
#include "rostra/conf.h"
#include "rostra/outbound.h"

enum { DNS_PORT = 53, SERVERS_MAX = 2 };

bool
dns_server_parse(struct str text, unsigned char address[4], unsigned *ret_port)
{
	struct str rest = text, host;
	char dotted[INET_ADDRSTRLEN];
	int64_t port = DNS_PORT;

	if (!str_split(&rest, ':', &host) || host.n >= sizeof(dotted))
		return false;
	if (rest.s != NULL && (!str_int64(rest, &port) || port < 1 || port > 65535))
		return false;
	memcpy(dotted, host.s, host.n);
	dotted[host.n] = '\0';
	*ret_port = (unsigned)port;
	return inet_pton(AF_INET, dotted, address) == 1;
}

static bool
choose_server(const struct conf *conf, struct __res_state *state)
{
	struct sockaddr_in *to = &state->nsaddr_list[0];
	unsigned char address[4];
	unsigned port;

	if (conf->dns_server[0] == '\0') {
		state->nscount = state->nscount > SERVERS_MAX ? SERVERS_MAX : state->nscount;
		return true;
	}
	if (!dns_server_parse(str_of(conf->dns_server), address, &port))
		return false;
	*to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	memcpy(&to->sin_addr, address, sizeof(address));
	state->nscount = 1;
	return true;
}

/* -1: silence; 0: there is no such name, or none with such records; else the answer's bytes. */
static int
ask(const struct conf *conf, const char *name, unsigned char *answer)
{
	struct __res_state state;
	int n = -1;

	memset(&state, 0, sizeof(state));
	if (res_ninit(&state) != 0)
		return -1;
	state.retrans = DNS_TRY_S;
	state.retry = DNS_TRIES;
	if (choose_server(conf, &state)) {
		n = res_nquery(&state, name, ns_c_in, ns_t_txt, answer, DNS_ANSWER_MAX);
		if (n < 0 && (state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA))
			n = 0;
	}
	res_nclose(&state);
	return n > DNS_ANSWER_MAX ? DNS_ANSWER_MAX : n;
}

enum dns_verdict
dns_txt(struct rq *rq, const char *name, dns_text_fn *fn, void *arg)
{
	unsigned char *answer = arena_alloc(rq->arena, DNS_ANSWER_MAX, 1);
	int n;

	if (!outbound_enter(rq))
		return DNS_SILENT;
	n = ask(rq->conf, name, answer);
	outbound_leave();
	if (n == 0)
		return DNS_ANSWERED;
	return n > 0 && dns_read_txt((struct str){ (const char *)answer, (size_t)n }, fn, arg)
	           ? DNS_ANSWERED
	           : DNS_SILENT;
}
