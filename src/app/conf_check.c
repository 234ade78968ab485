/* SPDX-License-Identifier: Apache-2.0 */
/* conf_check.c - what a setting's text must look like beyond its type.  Each gives the reason, or
 * NULL. */
#include "conf_check.h"

#include <grp.h>
#include <stdio.h>

#include "rostra/confine.h"
#include "rostra/dns.h"
#include "rostra/log.h"

enum { PORT_MAX = 65535, NAME_MAX_BYTES = 255 };

static bool
is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] <= ' ' || s.s[i] > '~')
			return false;
	}
	return s.n > 0;
}

static bool
is_port(struct str s)
{
	int64_t port;

	return str_int64(s, &port) && port > 0 && port <= PORT_MAX;
}

const char *
check_given(struct str value)
{
	return value.n > 0 ? NULL : "must not be empty";
}

const char *
check_base_url(struct str value)
{
	struct str rest = value, host;

	if (str_starts(rest, STR("https://")))
		rest = (struct str){ value.s + 8, value.n - 8 };
	else if (str_starts(rest, STR("http://")))
		rest = (struct str){ value.s + 7, value.n - 7 };
	else
		return "must begin with https:// or http://";
	host = rest;
	while (str_split(&rest, '/', &host)) {
		if (rest.s != NULL || !is_word(host) || host.n > NAME_MAX_BYTES)
			return "must be scheme and host only, without a slash at the end";
	}
	return NULL;
}

/* "host[:port],…" */
const char *
check_hosts(struct str value)
{
	struct str rest = value, one, name;

	while (value.n > 0 && str_split(&rest, ',', &one)) {
		one = str_trim(one);
		if (!str_split(&one, ':', &name) || !is_word(name) || name.n > NAME_MAX_BYTES ||
		    (one.s != NULL && !is_port(one)))
			return "must be host or host:port, separated by commas";
	}
	return NULL;
}

const char *
check_group(struct str value)
{
	char name[NAME_MAX_BYTES + 1];

	if (value.n == 0)
		return NULL;
	if (value.n >= sizeof(name))
		return "is no group of this machine";
	(void)snprintf(name, sizeof(name), "%.*s", (int)value.n, value.s);
	return getgrnam(name) != NULL ? NULL : "is no group of this machine";
}

/* RFC 8252: also an app's own scheme; RFC 6749 3.1.2: never a fragment. */
const char *
check_redirect_uris(struct str value)
{
	struct str rest = value, uri, scheme;

	while (rest.n > 0 && str_split(&rest, ' ', &uri)) {
		const struct str whole = uri;

		if (whole.n == 0)
			continue;
		if (!str_split(&uri, ':', &scheme) || scheme.n == 0 || uri.n == 0)
			return "must be URIs separated by spaces";
		for (size_t i = 0; i < whole.n; i++) {
			if (whole.s[i] == '#')
				return "must be URIs without a fragment";
		}
	}
	return NULL;
}

const char *
check_ports(struct str value)
{
	struct str rest = value, port;

	while (rest.n > 0 && str_split(&rest, ' ', &port)) {
		if (port.n > 0 && !is_port(port))
			return "must be numbers of ports separated by spaces";
	}
	return NULL;
}

const char *
check_name_server(struct str value)
{
	unsigned char address[4];
	unsigned port;

	return value.n == 0 || dns_server_parse(value, address, &port)
	           ? NULL
	           : "must be an IPv4 address, or address:port";
}

const char *
check_log_file(struct str value)
{
	return str_is(value, "-") || (value.n > 0 && value.s[0] == '/')
	           ? NULL
	           : "must be an absolute path, or - for standard error";
}

const char *
check_log_level(struct str value)
{
	enum log_level level;

	return log_level_of(value, &level) ? NULL : "must be debug, info, warn or error";
}

const char *
check_system_calls(struct str value)
{
	enum confine_calls calls;

	return confine_calls_of(value, &calls) ? NULL : "must be refuse, kill or off";
}
