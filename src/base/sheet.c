/* SPDX-License-Identifier: Apache-2.0 */
/* sheet.c - rows of a table as CSV, or as cells of a workbook by libxlsxwriter. */
#include "rostra/sheet.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "rostra/clock.h"
#include "rostra/csv.h"

enum {
	ROWS_MAX = 1048576, /* of a worksheet: LXW_ROW_MAX */
	EPOCH_DAY = 25569,  /* 1970-01-01 in days of a workbook */
	CHUNK = 65536,
	MICRO = 1000000,
};

struct sheet {
	struct buf *csv; /* NULL: a workbook */
	const struct sheet_column *columns;
	size_t n, at; /* columns; the next cell */
	int fd;       /* the file without a name; -1: none */
	lxw_workbook *book;
	lxw_worksheet *page;
	lxw_format *time, *date, *head;
	lxw_row_t row;
	struct buf text; /* a cell's, ended with NUL */
	bool failed;
};

struct sheet *
sheet_csv(struct arena *a, struct buf *out)
{
	struct sheet *s = arena_new(a, struct sheet);

	s->csv = out;
	s->fd = -1;
	return s;
}

/* --- a workbook --- */

/* The library opens its file by name and is given this one's, which nothing else has. */
static bool
open_book(struct arena *a, struct sheet *s, const char *folder)
{
	char *path = arena_printf(a, "%s/report-XXXXXX", folder);
	lxw_workbook_options options = { .constant_memory = LXW_TRUE,
		                         .tmpdir = arena_strdup(a, folder) };

	s->fd = mkostemp(path, O_CLOEXEC);
	if (s->fd < 0)
		return false;
	(void)unlink(path);
	s->book = workbook_new_opt(arena_printf(a, "/proc/self/fd/%d", s->fd), &options);
	if (s->book == NULL) {
		(void)close(s->fd);
		return false;
	}
	s->time = workbook_add_format(s->book);
	s->date = workbook_add_format(s->book);
	s->head = workbook_add_format(s->book);
	format_set_num_format(s->time, "yyyy-mm-dd hh:mm:ss.000");
	format_set_num_format(s->date, "yyyy-mm-dd");
	format_set_bold(s->head);
	return true;
}

struct sheet *
sheet_workbook(struct arena *a, const char *folder)
{
	struct sheet *s = arena_new(a, struct sheet);

	return open_book(a, s, folder) ? s : NULL;
}

static void
note(struct sheet *s, lxw_error e)
{
	s->failed = s->failed || e != LXW_NO_ERROR;
}

static void
write_text(struct sheet *s, struct str cell, lxw_format *format)
{
	buf_clear(&s->text);
	buf_str(&s->text, cell);
	buf_char(&s->text, '\0');
	note(s, worksheet_write_string(s->page, s->row, (lxw_col_t)s->at, s->text.s, format));
}

static void
write_double(struct sheet *s, double v, lxw_format *format)
{
	note(s, worksheet_write_number(s->page, s->row, (lxw_col_t)s->at, v, format));
}

static void
begin_page(struct sheet *s)
{
	s->page = workbook_add_worksheet(s->book, NULL);
	s->row = 0;
	if (s->page == NULL) {
		s->failed = true;
		return;
	}
	worksheet_freeze_panes(s->page, 1, 0);
	for (s->at = 0; s->at < s->n; s->at++)
		write_text(s, str_of(s->columns[s->at].name), s->head);
	s->at = 0;
	s->row++;
}

static void
book_date(struct sheet *s, struct str text)
{
	struct civil day = { 0 };

	if (date_parse(text, &day.year, &day.month, &day.day))
		write_double(s, (double)(civil_to_us(day) / US_PER_DAY + EPOCH_DAY), s->date);
	else
		write_text(s, text, NULL);
}

static void
book_number(struct sheet *s, int64_t v)
{
	switch (s->columns[s->at].cell) {
	case SHEET_TIME:
		write_double(s, (double)v / (double)US_PER_DAY + EPOCH_DAY, s->time);
		return;
	case SHEET_MICRO:
		write_double(s, (double)v / MICRO, NULL);
		return;
	default:
		write_double(s, (double)v, NULL);
	}
}

/* --- both --- */

void
sheet_head(struct sheet *s, const struct sheet_column *columns, size_t n)
{
	s->columns = columns;
	s->n = n;
	if (s->csv == NULL) {
		begin_page(s);
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_printf(s->csv, "%s%s%s", i > 0 ? "," : "", columns[i].name,
		           columns[i].cell == SHEET_MICRO ? "_millionths" : "");
	csv_end_row(s->csv);
}

void
sheet_text(struct sheet *s, struct str cell)
{
	if (s->csv != NULL)
		csv_text(s->csv, cell, s->at == 0);
	else if (s->columns[s->at].cell == SHEET_DATE)
		book_date(s, cell);
	else if (cell.n > 0)
		write_text(s, cell, NULL);
	s->at++;
}

void
sheet_uuid(struct sheet *s, struct uuid u)
{
	char text[UUID_TEXT_SIZE];
	struct str cell = { text, 0 };

	if (!uuid_is_zero(u)) {
		uuid_format(u, text);
		cell.n = sizeof(text) - 1;
	}
	if (s->csv == NULL) {
		sheet_text(s, cell);
		return;
	}
	csv_plain(s->csv, cell, s->at == 0);
	s->at++;
}

void
sheet_number(struct sheet *s, int64_t v)
{
	char text[RFC3339_SIZE];

	if (s->columns[s->at].cell == SHEET_TIME && v == TIME_NONE) {
		sheet_empty(s);
		return;
	}
	if (s->csv == NULL)
		book_number(s, v);
	else if (s->columns[s->at].cell == SHEET_TIME)
		csv_plain(s->csv, (struct str){ text, time_format(v, text) }, s->at == 0);
	else
		csv_number(s->csv, v, s->at == 0);
	s->at++;
}

void
sheet_empty(struct sheet *s)
{
	const enum sheet_cell cell = s->columns[s->at].cell;

	if (s->csv != NULL && (cell == SHEET_INT || cell == SHEET_MICRO))
		buf_cstr(s->csv, s->at == 0 ? "" : ",");
	else if (s->csv != NULL)
		csv_text(s->csv, (struct str){ "", 0 }, s->at == 0);
	s->at++;
}

void
sheet_end_row(struct sheet *s)
{
	s->at = 0;
	if (s->csv != NULL) {
		csv_end_row(s->csv);
		return;
	}
	s->row++;
	if (s->row == ROWS_MAX)
		begin_page(s);
}

bool
sheet_failed(const struct sheet *s)
{
	return s->failed || (s->csv != NULL && s->csv->failed);
}

static bool
send_file(int fd, struct buf *out)
{
	char chunk[CHUNK];
	ssize_t n = lseek(fd, 0, SEEK_SET) == 0 ? 1 : -1;

	while (n > 0 && !out->failed) {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			buf_put(out, chunk, (size_t)n);
	}
	return n == 0;
}

bool
sheet_close(struct sheet *s, struct buf *out)
{
	lxw_workbook *book = s->book;
	bool whole;

	if (s->csv != NULL)
		return !s->csv->failed;
	s->book = NULL;
	whole = workbook_close(book) == LXW_NO_ERROR && !s->failed && send_file(s->fd, out);
	sheet_discard(s);
	return whole;
}

void
sheet_discard(struct sheet *s)
{
	if (s->book != NULL)
		lxw_workbook_free(s->book);
	s->book = NULL;
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	buf_free(&s->text);
}
