/* SPDX-License-Identifier: Apache-2.0 */
/* conf_check.h - what a setting's text must look like beyond its type: the reason it is refused, or
 * NULL. */
#ifndef ROSTRA_CONF_CHECK_H
#define ROSTRA_CONF_CHECK_H

#include "rostra/conf.h"

const char *check_given(struct str value);         /* not empty */
const char *check_base_url(struct str value);      /* https://host[:port] */
const char *check_hosts(struct str value);         /* host[:port],…; may be empty */
const char *check_group(struct str value);         /* a group of this machine; may be empty */
const char *check_redirect_uris(struct str value); /* separated by spaces; may be empty */
const char *check_ports(struct str value);         /* separated by spaces; may be empty */
const char *check_name_server(struct str value);   /* 192.0.2.1[:port]; may be empty */
const char *check_log_file(struct str value);      /* - or an absolute path */
const char *check_log_level(struct str value);
const char *check_system_calls(struct str value);

#endif
