/* SPDX-License-Identifier: Apache-2.0 */
/* paths_int.h - packed paths (paths.c says how), and what reads them. */
#ifndef ROSTRA_REPORT_PATHS_INT_H
#define ROSTRA_REPORT_PATHS_INT_H

#include "sums_int.h"

enum conversion_number {
	CONVERSION_AFTER,
	CONVERSION_CURRENCY,
	CONVERSION_VALUE,
	CONVERSION_CAMPAIGN,
	CONVERSION_LEAD, /* milestones: see paths_before */
	CONVERSION_OPPORTUNITY,
	CONVERSION_WON,
	CONVERSION_TOUCHES,
	CONVERSION_NUMBERS
};
enum touch_number {
	TOUCH_AGE,
	TOUCH_PERSON,
	TOUCH_TEAM,
	TOUCH_NETWORK,
	TOUCH_POST,
	TOUCH_CAMPAIGN,
	TOUCH_CHANNEL,
	TOUCH_NUMBERS
};

/* Conversions are added in their order, with the touches of the widest window. */
struct paths_pack;
struct paths_pack *paths_pack_begin(struct arena *a, int64_t day_us);
void paths_pack_add(struct paths_pack *k, const struct path *p);
struct str paths_pack_end(const struct paths_pack *k);
/* The ids of their rows, which go beside them. */
struct str paths_pack_rows(const struct paths_pack *k);

struct paths {
	struct id_packed pack; /* whose rest is read on */
	struct id_packed rows; /* where paths_open_rows was asked, too */
	int64_t at_us;         /* of the conversion last read */
};
/* false, of each: the bytes are no paths.  packed: they are here, as this release packs them, else
 * the rows have to tell. */
bool paths_open(struct str bytes, int64_t day_us, struct paths *ret, bool *ret_packed) MUST_CHECK;
/* The next conversion, while there is a rest; then as many touches as it says. */
bool paths_next(struct paths *p, uint64_t numbers[CONVERSION_NUMBERS]) MUST_CHECK;
bool paths_touch(struct paths *p, uint64_t numbers[TOUCH_NUMBERS]) MUST_CHECK;
/* The same of the ids of rows, of what was opened; each after the next conversion or touch. */
bool paths_open_rows(struct str bytes, struct paths *p, bool *ret_packed) MUST_CHECK;
bool paths_next_ids(struct paths *p, struct stream_row *ret) MUST_CHECK;  /* id and lead_id */
bool paths_touch_ids(struct paths *p, struct stream_row *ret) MUST_CHECK; /* share_id, click_id */
/* The instant of a milestone, or TIME_NONE. */
int64_t paths_before(const struct paths *p, uint64_t number);
struct uuid paths_id(const struct paths *p, uint64_t place);

/* --- to the walk (paths_read.c) ----------------------------------------------------------------
 */

/* Conversions of packed days with their touches, as rows of the stream. */
struct paths_reader;
/* others: where conversions of other currencies are counted; NULL: nowhere. */
enum fault paths_reader_new(struct rq *rq, const struct report_ask *ask, struct walk *w,
                            struct totals *others, struct paths_reader **ret) MUST_CHECK;
/* A day's, of which ask's period takes in some.  With rows, too, where the day has them: then they
 * are those of report_sql_credits, else those of report_sql_stream.  packed: see paths_open. */
enum fault paths_read_day(struct paths_reader *r, const struct sum_row *day,
                          bool *ret_packed) MUST_CHECK;

#endif
