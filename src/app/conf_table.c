/* SPDX-License-Identifier: Apache-2.0 */
/* conf_table.c - the one table of settings.  rostra.conf(5) has a paragraph for each; a guard
 * compares them. */
#include <stddef.h>

#include "conf_check.h"

/* clang-format off */
#define SETTING(type, member, def, lo, hi, help, check) \
	{ #member, type, offsetof(struct conf, member), def, lo, hi, help, check }
#define TEXT(member, def, help, check)   SETTING(CONF_STRING, member, def, 0, 0, help, check)
#define PLACE(member, def, help, check)  SETTING(CONF_PATH, member, def, 0, 0, help, check)
#define SECRET(member, def, help, check) SETTING(CONF_SECRET_FILE, member, def, 0, 0, help, check)
#define NUMBER(member, def, lo, hi, help) SETTING(CONF_INT, member, def, lo, hi, help, NULL)
#define YESNO(member, def, help)  SETTING(CONF_BOOL, member, def, 0, 0, help, NULL)

const struct conf_row conf_rows[] = {
	PLACE(state_dir, ROSTRA_STATE_DIR, "click spool, snapshot of links, hour of visits, pid file", check_given),
	PLACE(socket_dir, "/run/rostra", "the workers' sockets api.sock and link.sock", check_given),
	PLACE(sql_dir, ROSTRA_SQL_DIR, "migrations", check_given),
	PLACE(click_rules, ROSTRA_DATA_DIR "/crawlers.rules", "user agents that are no people", check_given),
	PLACE(click_ranges, "", "the operator's own rules, such as address ranges; empty for none", NULL),
	PLACE(click_places, "", "countries and cities in MaxMind's format; empty for none", NULL),
	TEXT(system_calls, "refuse", "what becomes of calls that no worker needs: refuse, kill or off", check_system_calls),
	TEXT(listen_group, "", "group of the sockets, mode 0660; empty keeps the process's", check_group),
	TEXT(public_url, "http://127.0.0.1:8080", "the API as clients see it; issuer of access tokens", check_base_url),
	TEXT(link_url, "http://127.0.0.1:8081", "the link host as strangers see it", check_base_url),

	TEXT(db_hosts, "", "host[:port],… when db_socket is empty: the first that serves, until it fails", check_hosts),
	PLACE(db_socket, "/run/mysqld/mysqld.sock", "unix socket of MariaDB; empty for TCP", NULL),
	TEXT(db_user, "rostra", "who connects", check_given),
	SECRET(db_password_file, "", "file with the password; empty for unix_socket authentication", NULL),
	TEXT(db_name, "rostra", "the database", check_given),
	NUMBER(db_connect_timeout_s, "2", 1, 60, "seconds to connect"),
	NUMBER(db_read_timeout_s, "5", 1, 3600, "seconds a statement may take to answer"),
	NUMBER(db_sync_wait, "7", 0, 15, "of several db_hosts: wsrep_sync_wait, what waits for commits on other nodes"),
	NUMBER(db_write_timeout_s, "5", 1, 3600, "seconds a statement may take to be sent"),

	SECRET(token_keys_file, ROSTRA_CONF_DIR "/token.keys", "keys of access tokens, the first signs", check_given),
	SECRET(cursor_key_file, ROSTRA_CONF_DIR "/cursor.key", "key of cursors and visitor cookies", check_given),
	SECRET(seal_key_file, ROSTRA_CONF_DIR "/seal.key", "key of the secrets kept in the database", check_given),

	TEXT(app_redirect_uris, "", "where a sign-in may return to, separated by spaces", check_redirect_uris),
	TEXT(dns_server, "", "name server for proofs of e-mail domains, 192.0.2.1[:port]; empty: the machine's own", check_name_server),
	TEXT(outbound_loopback_ports, "", "ports of 127.0.0.1 that may be called out to, for tests", check_ports),

	NUMBER(api_processes, "1", 1, 64, "processes of the api pool"),
	NUMBER(api_threads, "16", 1, 128, "threads of each, with a database connection each"),
	NUMBER(link_processes, "2", 1, 64, "processes of the link pool"),
	NUMBER(link_threads, "4", 1, 128, "threads of each"),
	NUMBER(drain_s, "20", 1, 600, "seconds that requests under way have to end"),
	NUMBER(request_deadline_ms, "4000", 100, 60000, "after this a request starts nothing again"),
	NUMBER(board_fresh_ms, "3000", 0, 60000, "milliseconds after which a board is counted anew"),
	NUMBER(caller_cache_s, "4", 0, 5, "seconds a caller's state is remembered"),
	NUMBER(link_cache_s, "3", 0, 300, "seconds within which a change of a link shows while the database answers"),
	YESNO(trust_link_headers, "yes", "nginx in front names the client's address"),

	NUMBER(rate_read_per_min, "600", 0, 100000000, "reads of one caller a minute; 0 is no limit"),
	NUMBER(rate_write_per_min, "120", 0, 100000000, "writes of one caller a minute; 0 is no limit"),
	NUMBER(rate_directory_per_min, "3000", 0, 100000000, "SCIM requests of one key a minute; 0 is no limit"),
	NUMBER(rate_public_per_min, "300", 0, 100000000, "requests of one address a minute; 0 is no limit"),
	NUMBER(rate_sign_in_per_min, "120", 0, 100000000, "tokens of one person a minute; 0 is no limit"),
	NUMBER(rate_company_sign_in_per_min, "60000", 0, 100000000,
	       "sign-ins begun in one company a minute, and as many tokens; 0 is no limit"),

	NUMBER(click_keep_months, "0", 0, 1200, "whole months that clicks are kept behind this one; 0 is for ever"),
	NUMBER(spool_max_mb, "1024", 1, 1048576, "most that waits in the click spool"),
	NUMBER(spool_sync_ms, "100", 0, 10000, "a click is on the disk after this; 0 before each answer"),
	NUMBER(spool_segment_kb, "1024", 4, 1048576, "size at which a segment of the spool is finished"),
	NUMBER(jobs_poll_ms, "500", 10, 60000, "pause between looks for background work"),

	YESNO(phase_costs, "no", "/metrics tells what the phases of requests cost: for measurements"),
	TEXT(log_file, "-", "where JSON lines go; - is standard error", check_log_file),
	TEXT(log_level, "info", "debug, info, warn or error", check_log_level),
	{ NULL, CONF_STRING, 0, NULL, 0, 0, NULL, NULL },
};
/* clang-format on */
