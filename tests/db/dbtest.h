/* SPDX-License-Identifier: Apache-2.0 */
/* dbtest.h - what the database tests share: a unit of work on the server that run.sh names in the
 * environment. */
#ifndef ROSTRA_DBTEST_H
#define ROSTRA_DBTEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rostra/caller.h"
#include "rostra/conf.h"
#include "rostra/db.h"

/* A unit of work with its own arena, settings and connection. */
struct unit {
	struct rq rq;
	struct conf conf;
	struct caller who;
};

/* tables: NULL for a handle that only runs text. */
void unit_open(struct unit *u, const struct db_stmt_table *tables, size_t n_tables);
/* With the statements that demo data is loaded by. */
void unit_open_demo(struct unit *u);
void unit_close(struct unit *u);
/* A new unit of work on the same connection. */
void unit_begin(struct unit *u);
void unit_text(struct unit *u, const char *sql); /* must succeed */
/* One number; -1 when there is no row. */
int64_t unit_number(struct unit *u, const char *sql);
/* One text in the arena; NULL for none. */
const char *unit_word(struct unit *u, const char *sql);

#define assert_fault(e, want) assert_string_equal(fault_row(e)->name, fault_row(want)->name)

/*
 * A server in between, on its own socket: passes everything on until told to swallow the answer to
 * a COMMIT, or to say nothing any more.
 */
struct between;
struct between *between_start(const char *server_socket);
const char *between_socket(const struct between *b);
void between_lose_commit(struct between *b); /* the next one: done, but its answer is lost */
void between_go_silent(struct between *b);
void between_stop(struct between **b);

#endif
