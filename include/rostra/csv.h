/* SPDX-License-Identifier: Apache-2.0 */
/* csv.h - RFC 4180 in and out. */
#ifndef ROSTRA_CSV_H
#define ROSTRA_CSV_H

#include "rostra/buf.h"

/* Out: every text field quoted; a cell that a spreadsheet would run as a formula gets a leading '. */
void csv_text(struct buf *b, struct str cell, bool first);
void csv_plain(struct buf *b, struct str cell, bool first); /* of a text that has no quote and is no formula */
void csv_number(struct buf *b, int64_t v, bool first);
void csv_end_row(struct buf *b); /* CRLF */

/* In: fed in pieces; calls row() for each record with its first line's number.  Limits bound the memory. */
enum { CSV_FIELDS_MAX = 64, CSV_RECORD_MAX = 65536 };
struct csv_reader;
typedef bool csv_row_fn(void *arg, int64_t line, const struct str *cells, size_t n); /* false stops */
struct csv_reader *csv_reader_create(struct arena *a, csv_row_fn *row, void *arg);
/*
 * From now on a record that is unreadable is told to bad() (with row's arg and its first line), and reading goes on at
 * the next line.  A quote that is never closed takes what follows it: up to 64 KiB, or the end.
 */
typedef bool csv_bad_fn(void *arg, int64_t line, const char *why); /* false stops */
void csv_go_on(struct csv_reader *r, csv_bad_fn *bad);
/* False when row() stopped or the input is unreadable; *fault then says why (NULL: row() stopped). */
bool csv_feed(struct csv_reader *r, const char *bytes, size_t n, const char **fault);
bool csv_finish(struct csv_reader *r, const char **fault);

#endif
