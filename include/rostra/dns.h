/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns.h - TXT records, asked of the machine's resolvers or of the one of the setting dns_server.
 * The C library's stub resolver does it: one question at a time, by the thread that waits anyway,
 * is no work for a library of its own.
 */
#ifndef ROSTRA_DNS_H
#define ROSTRA_DNS_H

#include "rostra/rq.h"
#include "rostra/str.h"

enum { DNS_TRY_S = 2, DNS_TRIES = 2, DNS_ANSWER_MAX = 16 * 1024 };
enum dns_verdict {
	DNS_ANSWERED, /* with any number of records, none included */
	DNS_SILENT,   /* no answer, a refusal or none that can be read; it may be tried again */
};
/* One record, its strings joined (RFC 7208 3.3); false ends it.  text lives as long as the call. */
typedef bool dns_text_fn(struct str text, void *arg);

/* Waits DNS_TRIES times DNS_TRY_S for each of two servers at most. */
enum dns_verdict dns_txt(struct rq *rq, const char *name, dns_text_fn *fn, void *arg);
/* The TXT records of an answer (RFC 1035 4); false: it is none, or bent. */
bool dns_read_txt(struct str message, dns_text_fn *fn, void *arg);
/* "192.0.2.1" or "192.0.2.1:5353", an IPv4 address in network order and a port; false: neither. */
bool dns_server_parse(struct str text, unsigned char address[4], unsigned *ret_port);

#endif
