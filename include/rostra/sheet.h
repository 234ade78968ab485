/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - a table on its way out: CSV (csv.h) into a buffer, or an Excel workbook whose cells have types.  Neither
 * grows in memory with its rows.  src/base/sheet.c alone includes libxlsxwriter.
 */
#ifndef ROSTRA_SHEET_H
#define ROSTRA_SHEET_H

#include "rostra/arena.h"
#include "rostra/buf.h"
#include "rostra/uuid.h"

enum sheet_cell {
	SHEET_TEXT,
	SHEET_INT,   /* int64_t; a workbook's numbers are exact to 2^53 */
	SHEET_MICRO, /* int64_t millionths: in CSV as they are, NAME_millionths; in a workbook a number with decimals */
	SHEET_TIME,  /* int64_t us; UTC; TIME_NONE is an empty cell */
	SHEET_DATE,  /* text YYYY-MM-DD */
};
struct sheet_column {
	const char     *name;
	enum sheet_cell cell;
};
#define SHEET_WORKBOOK_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
struct sheet;

/* Into out, which may be a stream. */
struct sheet *sheet_csv(struct arena *a, struct buf *out);
/* Into a file without a name in the folder; more rows than a worksheet holds go on in the next.  NULL: errno says why. */
struct sheet *sheet_workbook(struct arena *a, const char *folder);

/* First of all; columns live as long as the sheet.  Then as many cells a row, in their order. */
void sheet_head(struct sheet *s, const struct sheet_column *columns, size_t n);
void sheet_text(struct sheet *s, struct str cell);
/* TEXT; empty for the zero UUID. */
void sheet_uuid(struct sheet *s, struct uuid u);
/* INT, MICRO or TIME, as the column says. */
void sheet_number(struct sheet *s, int64_t v);
/* Nothing in this cell. */
void sheet_empty(struct sheet *s);
void sheet_end_row(struct sheet *s);
/* Somebody waits for the rest no more, or it cannot be written. */
bool sheet_failed(const struct sheet *s);

/* Ends a workbook and puts it into out; false when it is not whole.  For CSV there is nothing to do. */
bool sheet_close(struct sheet *s, struct buf *out);
/* Lets go of a workbook that is not wanted; after sheet_close nothing is left to do. */
void sheet_discard(struct sheet *s);

#endif
