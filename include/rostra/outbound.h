/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbound.h - calls to servers that others name: one guarded client.  The address is judged when
 * it is connected to, so that no spelling of a name and no DNS answer leads inside; no redirects,
 * no proxy of the environment, no cookies. src/outbound alone includes libcurl.
 */
#ifndef ROSTRA_OUTBOUND_H
#define ROSTRA_OUTBOUND_H

#include "rostra/rq.h"
#include "rostra/str.h"

enum { OUTBOUND_TIMEOUT_S = 5, OUTBOUND_BYTES_MAX = 1 << 20 };

struct outbound_request {
	const char *url;             /* https, or http to a loopback port that is allowed */
	const char *form;            /* a POST of application/x-www-form-urlencoded; NULL: a GET */
	const char *user, *password; /* sent as Basic (RFC 7617); NULL: none */
};
struct outbound_reply {
	int status;
	struct str body; /* decompressed, at most OUTBOUND_BYTES_MAX; in the arena */
};

/*
 * False when there is no answer: the address is not for us, nobody listens, it took too long or was
 * too long, or half of this process's threads wait for other servers already.  *why is a literal
 * for the log: the company that named the server is told no difference.
 */
bool outbound_call(struct rq *rq, const struct outbound_request *in, struct outbound_reply *out,
                   const char **why);
/* May a server be named so?  https with a host and without user or fragment; see outbound_call. */
bool outbound_url_good(const struct conf *conf, const char *url);

/* For other calls that wait for a server (dns.h): true, and then one outbound_leave; false: too
 * many wait already. */
bool outbound_enter(const struct rq *rq);
void outbound_leave(void);
/* Is an IPv4 (n 4) or IPv6 (n 16) address global unicast? */
bool address_is_global(const unsigned char *bytes, size_t n);
/* "a=b&c=d": appends a member, percent-encoded as RFC 6749 appendix B says. */
char *form_add(struct arena *a, const char *form, const char *name, const char *value);
/* One value, percent-encoded; letters, digits and -._* stay (some providers take %2D for another
 * client). */
char *form_encode(struct arena *a, const char *value);

#endif
