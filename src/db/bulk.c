/* SPDX-License-Identifier: Apache-2.0 */
/* bulk.c - the same statement for many rows in one round trip: MariaDB's array binding, column by
 * column. */
#include <stdlib.h>
#include <string.h>

#include "rostra/log.h"

#include "db_int.h"

/* Galera wants transactions below 1000 rows; a packet stays below 16 MiB. */
enum { BULK_ROWS_MAX = 500, BULK_ROOM_FIRST = 4096 };

/* The arrays of one column. */
struct column {
	long long *value; /* numbers */
	void **at;        /* everything else */
	unsigned long *length;
	char *indicator;
	union db_cell *cell;
};
enum {
	COLUMN_ROW_BYTES =
	    sizeof(long long) + sizeof(unsigned long) + sizeof(union db_cell) + sizeof(long long)
};

static enum enum_field_types
wire_type(enum db_type t)
{
	switch (t) {
	case DB_INT:
	case DB_UINT:
	case DB_BOOL:
	case DB_SET:
		return MYSQL_TYPE_LONGLONG;
	case DB_DOUBLE:
		return MYSQL_TYPE_DOUBLE;
	case DB_TIME:
		return MYSQL_TYPE_DATETIME;
	case DB_BYTES:
	case DB_UUID: /* as its 16 bytes, which nobody has to write or to read as text */
		return MYSQL_TYPE_BLOB;
	case DB_STR:
	case DB_VIEW:
	case DB_ENUM:
		break;
	}
	return MYSQL_TYPE_STRING;
}

static bool
is_number(enum db_type t)
{
	return wire_type(t) == MYSQL_TYPE_LONGLONG || wire_type(t) == MYSQL_TYPE_DOUBLE;
}

static struct column
column_of(struct db *db, size_t i, size_t rows)
{
	char *at = db->bulk + i * rows * COLUMN_ROW_BYTES;
	struct column c;

	c.cell = (union db_cell *)(void *)at;
	at += rows * sizeof(*c.cell);
	c.value = (long long *)(void *)at;
	c.at = (void **)(void *)at; /* the same room: a column is one or the other */
	at += rows * sizeof(*c.value);
	c.length = (unsigned long *)(void *)at;
	at += rows * sizeof(*c.length);
	c.indicator = at;
	return c;
}

static void
make_room(struct db *db, size_t columns, size_t rows)
{
	const size_t want = columns * rows * COLUMN_ROW_BYTES;
	size_t room = db->bulk_room ? db->bulk_room : BULK_ROOM_FIRST;

	if (want <= db->bulk_room)
		return;
	while (room < want) /* groups that are each a row larger would leave a hole each */
		room *= 2;
	free(db->bulk);
	db->bulk = malloc(room);
	if (!db->bulk)
		log_die("memory", "no memory for %zu bytes of rows", room);
	db->bulk_room = room;
}

static void
fill_uuid(const struct db_col *col, struct column c, size_t r, const void *row)
{
	struct uuid *u = (struct uuid *)(void *)&c.cell[r];

	memcpy(u, (const char *)row + col->off, sizeof(*u));
	c.indicator[r] = uuid_is_zero(*u) ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
	c.length[r] = uuid_is_zero(*u) ? 0 : sizeof(*u);
	c.at[r] = u;
}

static void
fill_row(const struct db_col *col, struct column c, size_t r, const void *row)
{
	MYSQL_BIND b = { 0 };

	if (col->type == DB_UUID) {
		fill_uuid(col, c, r, row);
		return;
	}
	db_bind_one((struct db_slot){ &b, &c.cell[r], &c.length[r] }, col, row);
	c.indicator[r] =
	    b.buffer_type == MYSQL_TYPE_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
	if (is_number(col->type))
		memcpy(&c.value[r], &c.cell[r], sizeof(c.value[r]));
	else
		c.at[r] = b.buffer;
	if (b.buffer_type == MYSQL_TYPE_NULL)
		c.length[r] = 0;
}

static void
fill(struct db *db, const struct db_stmt *s, const char *rows, size_t stride, size_t n)
{
	memset(db->params, 0, s->n_in * sizeof(db->params[0]));
	for (size_t i = 0; i < s->n_in; i++) {
		struct column c = column_of(db, i, n);
		MYSQL_BIND *b = &db->params[i];

		for (size_t r = 0; r < n; r++)
			fill_row(&s->in[i], c, r, rows + r * stride);
		b->buffer_type = wire_type(s->in[i].type);
		b->buffer = is_number(s->in[i].type) ? (void *)c.value : (void *)c.at;
		b->length = c.length;
		b->u.indicator = c.indicator;
		b->is_unsigned = s->in[i].type == DB_UINT ? 1 : 0;
	}
}

static enum fault
send_rows(struct rq *rq, const struct db_stmt *s, const char *rows, size_t stride, unsigned n,
          uint64_t *affected)
{
	struct db *db = rq->db;
	enum fault e = db_ready(rq);
	int64_t began = clock_monotonic_us();
	unsigned number = 0;
	unsigned no_array = 0;
	MYSQL_STMT *h;

	if (e)
		return e;
	e = db_handle(rq, s, &h);
	if (e)
		return e;
	fill(db, s, rows, stride, n);
	(void)mysql_stmt_attr_set(h, STMT_ATTR_ARRAY_SIZE, &n);
	if (mysql_stmt_bind_param(h, db->params) || mysql_stmt_execute(h))
		number = mysql_stmt_errno(h);
	rq->stats.queries++;
	rq->stats.db_us += clock_monotonic_us() - began;
	(void)mysql_stmt_attr_set(h, STMT_ATTR_ARRAY_SIZE, &no_array);
	if (number)
		return db_fault(rq, db_note(rq, s->name, number, mysql_stmt_error(h)), false);
	*affected += mysql_stmt_affected_rows(h);
	return FAULT_NONE;
}

enum fault
db_bulk(struct rq *rq, const struct db_stmt *s, const void *rows, size_t stride, size_t n,
        uint64_t *ret_affected)
{
	const char *at = rows;
	uint64_t affected = 0;

	make_room(rq->db, s->n_in, n < BULK_ROWS_MAX ? n : BULK_ROWS_MAX);
	while (n > 0) {
		unsigned now = n < BULK_ROWS_MAX ? (unsigned)n : BULK_ROWS_MAX;
		enum fault e = send_rows(rq, s, at, stride, now, &affected);

		if (e)
			return e;
		at += now * stride;
		n -= now;
	}
	if (ret_affected)
		*ret_affected = affected;
	return FAULT_NONE;
}
