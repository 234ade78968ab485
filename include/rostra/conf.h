/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.h - settings.  One table (src/app/conf_table.c) has a row for each: name, type, place, default, help.
 * Order: default < file < ROSTRA_* environment (ROSTRA_DB_SOCKET sets db_socket).  An unknown key or a bad
 * value stops the start with file, line and reason.
 */
#ifndef ROSTRA_CONF_H
#define ROSTRA_CONF_H

#include "rostra/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What is in force.  Strings live as long as the process. */
struct conf {
	const char *state_dir;     /* spool, snapshots, pid file */
	const char *socket_dir;    /* api.sock, link.sock */
	const char *sql_dir;       /* migrations */
	const char *click_rules;   /* file: who is no person */
	const char *click_ranges;  /* the operator's own addition; "" for none */
	const char *click_places;  /* file of countries and cities; "" for none */
	const char *db_hosts;      /* "host[:port],…" tried in order; "" when db_socket is used */
	const char *db_socket;     /* unix socket; "" for TCP */
	const char *db_user;
	const char *db_password_file; /* "" for none (unix_socket authentication) */
	const char *db_name;
	const char *token_keys_file;  /* lines "kid base64url(32 bytes)"; the first one signs */
	const char *cursor_key_file;  /* one line, base64url(32 bytes): cursors and visitor cookies */
	const char *seal_key_file;    /* lines of base64url(32 bytes): secrets in the tables; the first seals */
	const char *app_redirect_uris; /* where sign-in may return to, space-separated */
	const char *outbound_loopback_ports; /* for tests: only while public_url is on 127.0.0.1 */
	const char *dns_server;       /* "192.0.2.1[:port]"; "": the machine's own resolvers */
	const char *public_url;       /* "https://api.example.com": no trailing slash */
	const char *link_url;         /* "https://go.example.com" */
	const char *log_file;         /* "-" is stderr */
	const char *log_level;        /* debug info warn error */
	const char *system_calls;     /* off refuse kill: calls that no worker needs (confine.h) */
	const char *listen_group;     /* group of the sockets (0660); "" keeps the process's */
	int64_t     api_processes, api_threads;
	int64_t     link_processes, link_threads;
	int64_t     drain_s;
	int64_t     request_deadline_ms;
	int64_t     db_connect_timeout_s, db_read_timeout_s, db_write_timeout_s, db_sync_wait;
	int64_t     spool_max_mb;
	int64_t     click_keep_months; /* 0: for ever */
	int64_t     spool_sync_ms;    /* fdatasync at most this long after a click; 0: each time */
	int64_t     spool_segment_kb;
	int64_t     link_cache_s;     /* a change of what a link leads to shows within this */
	int64_t     board_fresh_ms;   /* a board's standing is counted anew after this */
	int64_t     caller_cache_s;   /* a person's state is asked for again after this */
	int64_t     rate_read_per_min, rate_write_per_min, rate_public_per_min; /* per caller or address */
	int64_t     rate_directory_per_min; /* per key of a directory */
	int64_t     rate_sign_in_per_min, rate_company_sign_in_per_min; /* per person, per company */
	int64_t     jobs_poll_ms;
	bool        phase_costs;        /* /metrics tells the CPU time of a request's phases */
	bool        trust_link_headers; /* nginx in front sets REMOTE_ADDR; always on there */
};

enum conf_type { CONF_STRING, CONF_PATH, CONF_INT, CONF_BOOL, CONF_SECRET_FILE };

/* The reason why a value is refused; NULL when it is good. */
typedef const char *conf_check_fn(struct str value);

struct conf_row {
	const char    *name;
	enum conf_type type;
	size_t         off;
	const char    *def;
	int64_t        min, max; /* CONF_INT */
	const char    *help;
	conf_check_fn *check; /* strings and paths: beyond the type; NULL for none */
};

extern const struct conf_row conf_rows[]; /* ends with name NULL */

/* path NULL: no file.  On failure false and err says "file:line: reason". */
bool conf_load(struct conf *out, const struct conf_row *rows, const char *path, char *err, size_t err_n);
/* The text form of one setting, as `rostra config` shows it. */
const char *conf_value(const struct conf *c, const struct conf_row *row, struct arena *a);
/* Reads a secret file as it is, as conf_secret does one line. */
bool conf_secret_lines(const char *path, char *out, size_t room, char *err, size_t err_n);
/* Reads a one-line secret file (mode checked: no access for others); the caller wipes it. */
bool conf_secret(const char *path, char *out, size_t room, char *err, size_t err_n);

#endif
