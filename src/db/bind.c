/* SPDX-License-Identifier: Apache-2.0 */
/* bind.c - values between C structs and the binary protocol, by column tables. */
#include <string.h>

#include "db_int.h"

static const void *
field_of(const void *in, const struct db_col *col)
{
	return (const char *)in + col->off;
}

static MYSQL_TIME
time_of(int64_t t_us)
{
	struct civil c = civil_from_us(t_us);
	MYSQL_TIME t = { 0 };

	t.year = (unsigned)c.year;
	t.month = (unsigned)c.month;
	t.day = (unsigned)c.day;
	t.hour = (unsigned)c.hour;
	t.minute = (unsigned)c.minute;
	t.second = (unsigned)c.second;
	t.second_part = (unsigned long)c.us;
	t.time_type = MYSQL_TIMESTAMP_DATETIME;
	return t;
}

static int64_t
time_from(const MYSQL_TIME *t)
{
	return civil_to_us((struct civil){ .year = (int)t->year,
	                                   .month = (int)t->month,
	                                   .day = (int)t->day,
	                                   .hour = (int)t->hour,
	                                   .minute = (int)t->minute,
	                                   .second = (int)t->second,
	                                   .us = (int)t->second_part });
}

/* --- parameters
 * ------------------------------------------------------------------------------------------ */

static void
put_null(struct db_slot s)
{
	s.bind->buffer_type = MYSQL_TYPE_NULL;
}

static void
put_fixed(struct db_slot s, enum enum_field_types type)
{
	s.bind->buffer_type = type;
	s.bind->buffer = s.cell;
}

static void
put_bytes(struct db_slot s, enum enum_field_types type, const void *bytes, size_t n)
{
	if (!bytes) {
		put_null(s);
		return;
	}
	*s.length = (unsigned long)n;
	s.bind->buffer_type = type;
	/* The library's field is not const; it only reads. */
	memcpy(&s.bind->buffer, &bytes, sizeof(bytes));
	s.bind->buffer_length = (unsigned long)n;
	s.bind->length = s.length;
}

static void
put_int(struct db_slot s, int64_t v)
{
	s.cell->i = v;
	if (v == J_NO_INT)
		put_null(s);
	else
		put_fixed(s, MYSQL_TYPE_LONGLONG);
}

static void
put_uint(struct db_slot s, uint64_t v)
{
	memcpy(&s.cell->i, &v, sizeof(v));
	put_fixed(s, MYSQL_TYPE_LONGLONG);
	s.bind->is_unsigned = 1;
}

static void
put_uuid(struct db_slot s, struct uuid u)
{
	if (uuid_is_zero(u)) {
		put_null(s);
		return;
	}
	uuid_format(u, s.cell->text);
	put_bytes(s, MYSQL_TYPE_STRING, s.cell->text, UUID_TEXT_SIZE - 1);
}

static void
put_time(struct db_slot s, int64_t t_us)
{
	if (t_us == TIME_NONE) {
		put_null(s);
		return;
	}
	s.cell->t = time_of(t_us);
	put_fixed(s, MYSQL_TYPE_DATETIME);
}

static void
put_word(struct db_slot s, const struct db_col *col, int index)
{
	const char *word = index < 0 ? NULL : col->names[index];

	put_bytes(s, MYSQL_TYPE_STRING, word, word ? strlen(word) : 0);
}

void
db_bind_one(struct db_slot s, const struct db_col *col, const void *in)
{
	const void *field = field_of(in, col);

	switch (col->type) {
	case DB_INT:
		put_int(s, *(const int64_t *)field);
		break;
	case DB_UINT:
		put_uint(s, *(const uint64_t *)field);
		break;
	case DB_BOOL:
		put_uint(s, *(const bool *)field);
		break;
	case DB_SET:
		put_uint(s, *(const uint32_t *)field);
		break;
	case DB_STR: {
		const char *text = *(const char *const *)field;

		put_bytes(s, MYSQL_TYPE_STRING, text, text ? strlen(text) : 0);
		break;
	}
	case DB_VIEW: {
		const struct str *view = field;

		put_bytes(s, MYSQL_TYPE_STRING, view->s, view->n);
		break;
	}
	case DB_UUID:
		put_uuid(s, *(const struct uuid *)field);
		break;
	case DB_TIME:
		put_time(s, *(const int64_t *)field);
		break;
	case DB_ENUM:
		put_word(s, col, *(const int *)field);
		break;
	case DB_BYTES:
		put_bytes(s, MYSQL_TYPE_BLOB, field, col->size);
		break;
	case DB_DOUBLE:
		s.cell->d = *(const double *)field;
		put_fixed(s, MYSQL_TYPE_DOUBLE);
		break;
	}
}

void
db_bind_in(struct db *db, const struct db_stmt *s, const void *in)
{
	memset(db->params, 0, s->n_in * sizeof(db->params[0]));
	for (size_t i = 0; i < s->n_in; i++)
		db_bind_one((struct db_slot){ &db->params[i], &db->in[i], &db->in_length[i] },
		            &s->in[i], in);
}

/* --- rows
 * ------------------------------------------------------------------------------------------------
 */

bool
db_column_fits(const struct db_col *col, enum enum_field_types type)
{
	switch (type) {
	case MYSQL_TYPE_NULL:
		return true;
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
	case MYSQL_TYPE_YEAR:
		return col->type == DB_INT || col->type == DB_UINT || col->type == DB_BOOL ||
		       col->type == DB_SET || col->type == DB_DOUBLE;
	case MYSQL_TYPE_NEWDECIMAL:
		return col->type == DB_INT || col->type == DB_UINT || col->type == DB_DOUBLE ||
		       col->type == DB_STR;
	case MYSQL_TYPE_FLOAT:
	case MYSQL_TYPE_DOUBLE:
		return col->type == DB_DOUBLE;
	case MYSQL_TYPE_DATE:
	case MYSQL_TYPE_DATETIME:
	case MYSQL_TYPE_TIMESTAMP:
		return col->type == DB_TIME;
	default:
		return col->type == DB_STR || col->type == DB_VIEW || col->type == DB_UUID ||
		       col->type == DB_ENUM || col->type == DB_BYTES;
	}
}

static void
bind_column(struct db *db, const struct db_col *col, size_t i, MYSQL_BIND *b)
{
	memset(b, 0, sizeof(*b));
	b->buffer = &db->out[i];
	b->buffer_length = sizeof(db->out[i]);
	b->length = &db->out_length[i];
	b->is_null = &db->out_null[i];
	b->error = &db->out_cut[i];
	switch (col->type) {
	case DB_INT:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		break;
	case DB_UINT:
	case DB_BOOL:
	case DB_SET:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->is_unsigned = 1;
		break;
	case DB_TIME:
		b->buffer_type = MYSQL_TYPE_DATETIME;
		break;
	case DB_DOUBLE:
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		break;
	case DB_BYTES:
		b->buffer_type = MYSQL_TYPE_BLOB;
		break;
	case DB_STR:
	case DB_VIEW:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer_length =
		    0; /* the length only; the bytes are fetched when there is room */
		break;
	case DB_UUID:
	case DB_ENUM:
		b->buffer_type = MYSQL_TYPE_STRING;
		break;
	}
}

void
db_bind_out(struct db *db, const struct db_stmt *s, MYSQL_BIND *out)
{
	/* The library leaves the flag of a DATETIME as it was: it must not be another statement's.
	 */
	memset(db->out_cut, 0, sizeof(db->out_cut[0]) * s->n_out);
	for (size_t i = 0; i < s->n_out; i++)
		bind_column(db, &s->out[i], i, &out[i]);
}

static bool
get_text(MYSQL_STMT *h, size_t i, unsigned long length, struct arena *a, struct str *ret)
{
	char *bytes = arena_alloc(a, (size_t)length + 1, 1);
	MYSQL_BIND b = { 0 };

	b.buffer_type = MYSQL_TYPE_STRING;
	b.buffer = bytes;
	b.buffer_length = length;
	if (length > 0 && mysql_stmt_fetch_column(h, &b, (unsigned)i, 0) != 0)
		return false;
	bytes[length] = '\0';
	ret->s = bytes;
	ret->n = (size_t)length;
	return true;
}

static bool
get_word(const struct db_col *col, struct str text, int *ret)
{
	for (int i = 0; col->names[i]; i++) {
		if (str_is(text, col->names[i])) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static void
set_null(const struct db_col *col, void *field)
{
	switch (col->type) {
	case DB_INT:
	case DB_TIME: /* TIME_NONE is the same number */
		*(int64_t *)field = J_NO_INT;
		break;
	case DB_ENUM:
		*(int *)field = -1;
		break;
	case DB_UINT:
		*(uint64_t *)field = 0;
		break;
	case DB_BOOL:
		*(bool *)field = false;
		break;
	case DB_SET:
		*(uint32_t *)field = 0;
		break;
	case DB_DOUBLE:
		*(double *)field = 0;
		break;
	case DB_STR:
		*(const char **)field = NULL;
		break;
	case DB_VIEW:
		*(struct str *)field = (struct str){ NULL, 0 };
		break;
	case DB_UUID:
		*(struct uuid *)field = (struct uuid){ { 0 } };
		break;
	case DB_BYTES:
		memset(field, 0, col->size);
		break;
	}
}

/* False when the value does not fit the column's C type. */
static bool
get_fixed(const struct db *db, const struct db_col *col, size_t i, void *field)
{
	const union db_cell *cell = &db->out[i];
	struct str text = { cell->text, (size_t)db->out_length[i] };

	/* The library leaves the flag of a DATETIME as the statement before it did. */
	if (db->out_cut[i] && col->type != DB_TIME)
		return false;
	switch (col->type) {
	case DB_INT:
		*(int64_t *)field = cell->i;
		return true;
	case DB_UINT:
		memcpy(field, &cell->i, sizeof(uint64_t));
		return true;
	case DB_BOOL:
		*(bool *)field = cell->i != 0;
		return true;
	case DB_SET:
		*(uint32_t *)field = (uint32_t)cell->i;
		return true;
	case DB_TIME:
		*(int64_t *)field = time_from(&cell->t);
		return true;
	case DB_DOUBLE:
		*(double *)field = cell->d;
		return true;
	case DB_UUID:
		return uuid_parse(text, field);
	case DB_ENUM:
		return get_word(col, text, field);
	case DB_BYTES:
		if (text.n != col->size)
			return false;
		memcpy(field, cell->text, col->size);
		return true;
	case DB_STR:
	case DB_VIEW:
		break;
	}
	return false;
}

static bool
get_column(struct db *db, const struct db_col *col, size_t i, MYSQL_STMT *h, struct arena *a,
           void *field)
{
	struct str text;

	if (db->out_null[i]) {
		set_null(col, field);
		return true;
	}
	if (col->type != DB_STR && col->type != DB_VIEW)
		return get_fixed(db, col, i, field);
	if (!get_text(h, i, db->out_length[i], a, &text))
		return false;
	if (col->type == DB_STR)
		*(const char **)field = text.s;
	else
		*(struct str *)field = text;
	return true;
}

enum fault
db_row_out(struct rq *rq, const struct db_stmt *s, MYSQL_STMT *h, struct arena *a, void *out)
{
	for (size_t i = 0; i < s->n_out; i++) {
		if (get_column(rq->db, &s->out[i], i, h, a, (char *)out + s->out[i].off))
			continue;
		problem_internal(&rq->problem, "%s: column %s holds a value that does not fit",
		                 s->name, s->out[i].name);
		return db_internal(rq);
	}
	return FAULT_NONE;
}
