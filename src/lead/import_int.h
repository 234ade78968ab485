/* SPDX-License-Identifier: Apache-2.0 */
/* import_int.h - between the files that read leads from a file: what its columns are, its rows. */
#ifndef ROSTRA_IMPORT_INT_H
#define ROSTRA_IMPORT_INT_H

#include "rostra/csv.h"

#include "lead_int.h"

enum column {
	COLUMN_EXTERNAL_ID,
	COLUMN_EMAIL,
	COLUMN_EMAIL_SHA256,
	COLUMN_NAME,
	COLUMN_ORGANISATION,
	COLUMN_PHONE,
	COLUMN_MESSAGE,
	COLUMN_CLICK_ID,
	COLUMN_CREATED_AT,
	COLUMN_VALUE_MINOR,
	COLUMN_CURRENCY,
	COLUMN__MAX,
	COLUMN_IGNORED = COLUMN__MAX
};

/* Of one file. */
struct import_columns {
	const char *option; /* as lead_import_options has it */
	size_t n;
	enum column column[CSV_FIELDS_MAX];
};

/* The column of a fault: "#/value/amount_minor" is value_minor, "#/value/currency" currency, "#/x"
 * x; NULL: none. */
const char *import_column_of(const char *pointer);
/* INVALID at #/header, which every fault of the header is. */
enum fault import_header_fault(struct rq *rq, const char *detail) MUST_CHECK;
/* Takes the first line.  BAD_QUERY when the option is none. */
enum fault import_header(struct rq *rq, struct import_columns *ret, const struct str *cells,
                         size_t n) MUST_CHECK;
/* A row as a lead, its words in a.  INVALID with what is wrong in its columns. */
enum fault import_row(struct rq *rq, struct arena *a, const struct import_columns *columns,
                      const struct str *cells, size_t n, struct lead_new *out) MUST_CHECK;

#endif
