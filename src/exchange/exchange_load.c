/* SPDX-License-Identifier: Apache-2.0 */
/* exchange_load.c - a file of exchange rates: checked as a whole, then stored as a whole. */
#include <ctype.h>
#include <string.h>

#include "rostra/audit.h"
#include "rostra/csv.h"

#include "exchange_int.h"

enum column { COLUMN_DAY, COLUMN_BASE, COLUMN_CURRENCY, COLUMN_RATE, COLUMN__MAX };

static const char *const column_names[COLUMN__MAX] = {
	[COLUMN_DAY] = "day",
	[COLUMN_BASE] = "base",
	[COLUMN_CURRENCY] = "currency",
	[COLUMN_RATE] = "rate",
};

struct exchange_loader {
	struct rq *rq;
	struct csv_reader *reader;
	struct exchange_faults *faults;
	struct exchange_row *rows;
	size_t n, room;
	size_t place[COLUMN__MAX]; /* of the column, from 1 on; 0: not seen */
	size_t n_columns;
	bool replace, have_header, refused;
	enum fault failed;
	struct exchange_load result;
	int64_t from_us, to_us;
};

static void
refuse(struct exchange_loader *l, int64_t line, const char *detail)
{
	struct exchange_faults *f = l->faults;

	l->refused = true;
	if (f->n < EXCHANGE_FAULTS_MAX)
		f->list[f->n++] = (struct exchange_fault){ line, detail };
}

static enum fault
take_header(struct exchange_loader *l, const struct str *cells, size_t n)
{
	l->have_header = true;
	l->n_columns = n;
	for (size_t c = 0; c < n; c++) {
		for (int k = 0; k < COLUMN__MAX; k++) {
			if (str_eq_nocase(str_trim(cells[c]), str_of(column_names[k])))
				l->place[k] = c + 1;
		}
	}
	for (int k = 0; k < COLUMN__MAX; k++) {
		if (l->place[k] == 0 || n != COLUMN__MAX)
			return rq_fail(l->rq, FAULT_INVALID,
			               "The first row must name day, base, currency and rate.");
	}
	return FAULT_NONE;
}

static bool
take_currency(struct str cell, char out[CURRENCY_SIZE])
{
	if (cell.n != CURRENCY_SIZE - 1)
		return false;
	for (size_t i = 0; i < cell.n; i++) {
		if (!isupper((unsigned char)cell.s[i]))
			return false;
	}
	memcpy(out, cell.s, cell.n);
	out[cell.n] = '\0';
	return true;
}

/* What is wrong with the line; NULL: nothing. */
static const char *
read_line(struct exchange_loader *l, const struct str *cells, struct exchange_row *out)
{
	struct str cell[COLUMN__MAX];
	int year = 0, month = 0, day = 0;

	for (int k = 0; k < COLUMN__MAX; k++)
		cell[k] = str_trim(cells[l->place[k] - 1]);
	if (!date_parse(cell[COLUMN_DAY], &year, &month, &day))
		return "day must be a date such as 2026-11-27";
	out->day_us = civil_to_us((struct civil){ .year = year, .month = month, .day = day });
	if (out->day_us > l->rq->now_us)
		return "day must not lie in the future";
	if (!take_currency(cell[COLUMN_BASE], out->base) ||
	    !take_currency(cell[COLUMN_CURRENCY], out->currency))
		return "base and currency must be three capitals, such as EUR";
	if (l->n > 0 && !cstr_eq(l->rows[0].base, out->base))
		return "base must be the same in the whole file";
	if (cstr_eq(out->base, out->currency))
		return "currency must not be the base";
	if (!exchange_rate_parse(cell[COLUMN_RATE], &out->billionths))
		return "rate must be above 0, such as 1.0843, with at most nine decimals";
	return NULL;
}

static struct exchange_row *
next_row(struct exchange_loader *l)
{
	l->rows = arena_grow(l->rq->arena, l->rows, l->n, &l->room);
	return &l->rows[l->n];
}

static bool
take_record(void *arg, int64_t line, const struct str *cells, size_t n)
{
	struct exchange_loader *l = arg;
	struct exchange_row *row;
	const char *why;

	if (!l->have_header) {
		l->failed = take_header(l, cells, n);
		return l->failed == FAULT_NONE;
	}
	if (n == 0 || (n == 1 && cells[0].n == 0))
		return true;
	if (l->n == EXCHANGE_LINES_MAX) {
		l->failed = rq_fail(l->rq, FAULT_INVALID, "A file has at most 200000 rates.");
		return false;
	}
	l->result.lines++;
	row = next_row(l);
	*row = (struct exchange_row){ .company_id = rq_company(l->rq),
		                      .loaded_at = l->rq->now_us,
		                      .line = line };
	why = n == l->n_columns ? read_line(l, cells, row) : "must have four cells";
	if (why != NULL)
		refuse(l, line, why);
	else
		l->n++;
	return true;
}

struct exchange_loader *
exchange_load_begin(struct rq *rq, bool replace, struct exchange_faults *faults)
{
	struct exchange_loader *l = arena_new(rq->arena, struct exchange_loader);

	l->rq = rq;
	l->replace = replace;
	l->faults = faults;
	l->reader = csv_reader_create(rq->arena, take_record, l);
	return l;
}

static enum fault
unreadable(struct exchange_loader *l, const char *why)
{
	if (l->failed)
		return l->failed;
	return rq_fail(l->rq, FAULT_BAD_REQUEST, "The file is not readable as CSV: %s.",
	               why != NULL ? why : "it was stopped");
}

enum fault
exchange_load_feed(struct exchange_loader *l, const char *bytes, size_t n)
{
	const char *why = NULL;

	return csv_feed(l->reader, bytes, n, &why) ? FAULT_NONE : unreadable(l, why);
}

/* --- the whole --- */

/* A day and currency told twice is a fault of the later line, even with the same rate. */
static void
check_repeats(struct exchange_loader *l)
{
	struct exchange all;

	exchange_of(l->rows, l->n, &all);
	l->from_us = l->to_us = l->n > 0 ? l->rows[0].day_us : 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct exchange_row *r = &l->rows[i], *before = r - 1;

		l->from_us = r->day_us < l->from_us ? r->day_us : l->from_us;
		l->to_us = r->day_us > l->to_us ? r->day_us : l->to_us;
		if (i > 0 && cstr_eq(r->currency, before->currency) && r->day_us == before->day_us)
			refuse(l, r->line > before->line ? r->line : before->line,
			       "day and currency are in the file already");
	}
}

/* Keeps the rows that are not there yet with this rate. */
static void
compare(struct exchange_loader *l, const struct exchange *there, size_t *ret_n)
{
	size_t n = 0;

	l->result.added = l->result.same = l->result.changed = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct exchange_row *r = &l->rows[i],
					  *old = exchange_row_of(there, r->currency, r->day_us);

		if (old != NULL && old->billionths == r->billionths) {
			l->result.same++;
			continue;
		}
		if (old != NULL && !l->replace)
			refuse(l, r->line, "there is another rate of this day: replace it, or not");
		l->result.changed += old != NULL;
		l->result.added += old == NULL;
		l->rows[n] = *r;
		l->rows[n].currency_text = l->rows[n].currency;
		l->rows[n].base_text = l->rows[n].base;
		n++;
	}
	*ret_n = n;
}

static enum fault
refused(struct exchange_loader *l)
{
	return rq_fail(l->rq, FAULT_INVALID, "Nothing was stored: some lines are not acceptable.");
}

static enum fault
check_base(struct rq *rq, const struct exchange_loader *l)
{
	struct exchange_row there;
	bool found;
	enum fault e = exchange_sql_base(rq, &there, &found);

	if (e || !found || cstr_eq(there.base_text, l->rows[0].base))
		return e;
	return rq_fail(rq, FAULT_INVALID, "The rates of this company are given for one %s.",
	               there.base_text);
}

static enum fault
store_tx(struct rq *rq, void *arg)
{
	struct exchange_loader *l = arg;
	const char *count;
	struct exchange *there = NULL;
	size_t n = 0;
	enum fault e = check_base(rq, l);

	if (!e)
		e = exchange_read(rq, l->from_us, l->to_us, &there);
	if (e)
		return e;
	compare(l, there, &n);
	if (l->refused)
		return refused(l);
	if (n == 0)
		return FAULT_NONE;
	count = arena_printf(rq->arena, "%zu", n);
	e = exchange_sql_put(rq, l->rows, n);
	return e ? e
	         : audit_put(rq,
	                     &(const struct audit_deed){
				 .action = "exchange_rates.loaded",
				 .kind = AUDIT_COMPANY,
				 .object = rq_company(rq),
				 .changes = &(const struct audit_change){ "rates", NULL, count },
				 .n = 1 });
}

enum fault
exchange_load_finish(struct exchange_loader *l, struct exchange_load *ret)
{
	const char *why = NULL;
	enum fault e = csv_finish(l->reader, &why) ? FAULT_NONE : unreadable(l, why);

	if (!e && !l->have_header)
		e = rq_fail(l->rq, FAULT_INVALID,
		            "The first row must name day, base, currency and rate.");
	if (e)
		return e;
	check_repeats(l);
	if (l->refused)
		return refused(l);
	if (l->n > 0)
		e = db_tx(l->rq, store_tx, l);
	*ret = l->result;
	return e;
}
