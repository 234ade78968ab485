/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums.h - what reports count, summed by day and month: a year of twenty million clicks is read in
 * some hundred rows.
 *
 * A row is one UTC day (or month) of one company, of one thing that is counted and by one dimension:
 * all keys with their counts, packed.  A day is counted from the rows, as a whole, never moved by
 * plus and minus, so it may be counted again at any time.  Who changes what a day counts marks it in
 * the same transaction; the jobs count marked days again.  A month is the sum of its days, made when
 * it is over.  A report reads months and days that carry no mark, and the rows for whatever is left
 * (marked, not counted yet, parts of days): so it is exact at every moment, and the sums can be lost
 * altogether.
 *
 * Nothing here knows what is counted: report does (src/report/count.c).
 */
#ifndef ROSTRA_SUMS_H
#define ROSTRA_SUMS_H

#include "rostra/db.h"

extern const struct db_stmt_table sums_stmts;

/* --- what there is -------------------------------------------------------------------------- */

/* Counted together, from the same rows; a mark is of one of them. */
enum sum_kind { SUM_SHARES, SUM_CLICKS, SUM_LEADS, SUM_KIND__MAX };
extern const char *const sum_kind_names[SUM_KIND__MAX + 1];

enum sum_what {
	SUM_SHARE,       /* sub: 1 in words of one's own, else 0 */
	SUM_CLICK,       /* human ones; sub: enum network */
	SUM_OTHER_CLICK, /* the rest; sub: enum click_class */
	/* credit in millionths, in the order of their stages; sub: the model */
	SUM_LEAD,
	SUM_QUALIFIED,
	SUM_OPPORTUNITY,
	SUM_WON,
	SUM_EVENT, /* events of leads, by quarter; sub: the stage, and of values SUM_VALUE more */
	/* credit by currency, with values; sub: which part of it, as report says */
	SUM_LEAD_CREDIT,
	SUM_QUALIFIED_CREDIT,
	SUM_OPPORTUNITY_CREDIT,
	SUM_WON_CREDIT,
	SUM_WHAT__MAX
};
extern const char *const sum_what_names[SUM_WHAT__MAX + 1];
enum { SUM_VALUE = 16 };

enum sum_by {
	SUM_BY_PERSON, /* the dimensions of reports, in their order; key: an id, or none */
	SUM_BY_TEAM,
	SUM_BY_NETWORK, /* key: sum_key_small(1 + enum network) */
	SUM_BY_POST,
	SUM_BY_CAMPAIGN,
	SUM_BY_CHANNEL,
	SUM_BY_QUARTER, /* of an hour, from 0 to 95; only of days.  Of values with the currency */
	SUM_BY_PATH,    /* no keys: conversions with their touches, as report packs them; only of days */
	SUM_BY_ROW,     /* beside those: the ids that rows of credit show as well */
	SUM_BY_SHARER,  /* no keys: who shared what, as report packs it; only of days */
	SUM_BY__MAX
};
extern const char *const sum_by_names[SUM_BY__MAX + 1];

enum sum_span { SUM_DAY, SUM_MONTH, SUM_SPAN__MAX };
extern const char *const sum_span_names[SUM_SPAN__MAX + 1];

/* --- counts of keys (pack.c): pure ------------------------------------------------------------- */

/* Zero is none, such as no team. */
struct sum_cell {
	struct uuid key;
	uint32_t sub;
	int64_t n;
};
struct sum_map;
struct sum_map *sum_map_new(struct arena *a);
void sum_map_add(struct sum_map *m, struct uuid key, uint32_t sub, int64_t n);
/* The cell's count, zero at first; good until something else is added. */
int64_t *sum_map_at(struct sum_map *m, struct uuid key, uint32_t sub);
/* How many cells there are, zero or not. */
size_t sum_map_size(const struct sum_map *m);
/* All that are not zero, by key and sub, in the arena. */
const struct sum_cell *sum_map_cells(const struct sum_map *m, size_t *ret_n);
struct uuid sum_key_small(uint32_t n);
uint32_t sum_key_number(struct uuid key);
/* The key of what nobody is credited for. */
struct uuid sum_key_nobody(void);

/*
 * Cells as bytes: the same cells are always the same bytes.  A key, how many subs it has, and of
 * each the sub and n (zigzag) as numbers of seven bits a byte, the lowest first.
 */
struct str sums_pack(struct arena *a, const struct sum_map *m);
typedef void sum_cell_fn(const struct sum_cell *c, void *arg);
/* Each cell in its order.  false: the bytes are not whole; fn may have been called. */
bool sums_cells(struct str bytes, sum_cell_fn *fn, void *arg) MUST_CHECK;
/* Adds them to the map.  only: this sub, and as sub 0; SUM_EACH: every one, as it is; SUM_ALL:
 * every one, as sub 0.  false: as sums_cells. */
enum { SUM_EACH = -1, SUM_ALL = -2 };
bool sums_unpack(struct str bytes, int only, struct sum_map *to) MUST_CHECK;
/* A number of such bytes: put, and taken off the front. */
enum { SUM_NUMBER_BYTES = 10 };
void sums_put_number(unsigned char **at, uint64_t n); /* room for SUM_NUMBER_BYTES */
bool sums_get_number(struct str *rest, uint64_t *ret) MUST_CHECK;
/* Negative ones too, near zero in few bytes. */
uint64_t sums_zigzag(int64_t n);
int64_t sums_of_zigzag(uint64_t n);

/* --- records with ids (id_pack.c): pure ---------------------------------------------------------- */

/*
 * A format, how many ids there are and the ids, each once, then whatever was put: numbers as sums
 * have them, of which some are places of ids, and bytes.
 */
enum { ID_PACK_NONE = 0, ID_PACK_BYTES_MAX = 8 << 20 };
struct id_pack;
struct id_pack *id_pack_begin(struct arena *a);
uint64_t id_pack_place(struct id_pack *k, struct uuid id);
/* Of one record: some hundred bytes at most. */
void id_pack_put(struct id_pack *k, const uint64_t *numbers, size_t n);
void id_pack_put_bytes(struct id_pack *k, const void *bytes, size_t n);
/* More than a row should hold. */
bool id_pack_is_full(const struct id_pack *k);
/* ID_PACK_NONE: the format alone, for the rows have to tell. */
struct str id_pack_end(const struct id_pack *k, uint64_t format);

struct id_packed {
	struct str rest; /* not read yet */
	const char *ids; /* n_ids */
	size_t n_ids;
};
/* false, of each: the bytes are no pack.  packed: of this format, else there is nothing to read. */
bool id_packed_open(struct str bytes, uint64_t format, struct id_packed *ret,
                    bool *ret_packed) MUST_CHECK;
bool id_packed_get(struct id_packed *p, uint64_t *numbers, size_t n) MUST_CHECK;
bool id_packed_get_bytes(struct id_packed *p, void *ret, size_t n) MUST_CHECK;
/* place: below n_ids. */
struct uuid id_packed_id(const struct id_packed *p, uint64_t place);

/* --- marks (sums_sql.c): in the transaction of the change --------------------------------------- */

struct sum_mark {
	struct uuid company_id;
	int kind;
	int64_t day_us; /* an instant of the day, UTC */
};
/* Part of a statement that changes a day: the company and an instant of it. */
#define SUM_MARK_INTO(kind)                                                                        \
	"INSERT INTO report_due (company_id, kind, day) VALUES (?, '" kind "', DATE(?))"
/* One for each company and day, where marks of one follow each other. */
enum fault sums_mark(struct rq *rq, const struct sum_mark *marks, size_t n) MUST_CHECK;
/* The days of all events of a lead: its events or touches change. */
enum fault sums_mark_lead(struct rq *rq, struct uuid company, struct uuid lead) MUST_CHECK;
/* All days of leads of the caller's company: the window of a campaign, or its own, changes. */
enum fault sums_mark_windows(struct rq *rq) MUST_CHECK;
/* All days of a company that have rows or sums. */
enum fault sums_mark_all(struct rq *rq, struct uuid company) MUST_CHECK;

/* --- rows (sums_sql.c) -------------------------------------------------------------------------- */

struct sum_row {
	struct uuid company_id;
	int what, by, span;
	int64_t day_us; /* the first day */
	int64_t counted_us;
	struct str counts;
	struct str rows; /* SUM_BY_ROW beside SUM_BY_PATH: only of sums_each_packed */
};
/* In place of those there are. */
enum fault sums_put(struct rq *rq, const struct sum_row *rows, size_t n) MUST_CHECK;

/* Of the caller's company; from_us and to_us are beginnings of UTC days, to_us excluded. */
struct sums_range {
	struct uuid company_id;
	int kind, what, by, span;
	int64_t from_us, to_us;
};
/* struct sum_row, with day_us and counts: these die with fn.  Not those that another release left
 * behind, which counted the day anew without them. */
enum fault sums_each(struct rq *rq, const struct sums_range *r, db_row_fn *fn, void *arg) MUST_CHECK;
/* The same of days that have SUM_BY_PATH and SUM_BY_ROW and carry no mark, in their order. */
enum fault sums_each_packed(struct rq *rq, const struct sums_range *r, db_row_fn *fn,
                            void *arg) MUST_CHECK;
/* struct sum_row with day_us: each day that carries a mark of the kind. */
enum fault sums_due(struct rq *rq, const struct sums_range *r, db_row_fn *fn, void *arg) MUST_CHECK;
/* The same of months whose rows are what their days are, but for days that carry marks. */
enum fault sums_whole(struct rq *rq, const struct sums_range *r, db_row_fn *fn,
                      void *arg) MUST_CHECK;

/* --- counting anew: in a transaction ------------------------------------------------------------- */

/* A day's or month's kind, of any company. */
struct sums_task {
	struct uuid company_id;
	int kind;
	int64_t day_us, month_us;
};
/* Marked days, and months that are over and not whole; of all companies, or of one.  Rows: struct
 * sums_task. */
enum fault sums_tasks(struct rq *rq, struct uuid company, int64_t limit, db_row_fn *fn,
                      void *arg) MUST_CHECK;
enum fault sums_months(struct rq *rq, struct uuid company, int64_t limit, db_row_fn *fn,
                       void *arg) MUST_CHECK;
/* All days of the caller's company that have sums, by kind. */
enum fault sums_counted(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
/* Whoever counts within a month locks it, and it is whole no more. */
enum fault sums_lock(struct rq *rq, const struct sums_task *t) MUST_CHECK;
enum fault sums_set_whole(struct rq *rq, const struct sums_task *t) MUST_CHECK;
/*
 * Takes the day's marks away, waiting for those that are being made: what is read afterwards has all
 * that they are of.
 */
enum fault sums_unmark(struct rq *rq, const struct sums_task *t) MUST_CHECK;

#endif
