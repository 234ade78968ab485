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

struct paths {
	struct str rest;
	const char *ids; /* n_ids */
	size_t n_ids;
	int64_t at_us; /* of the conversion last read */
};
/* false, of each: the bytes are no paths.  packed: they are here, as this release packs them, else
 * the rows have to tell. */
bool paths_open(struct str bytes, int64_t day_us, struct paths *ret, bool *ret_packed) MUST_CHECK;
/* The next conversion, while there is a rest; then as many touches as it says. */
bool paths_next(struct paths *p, uint64_t numbers[CONVERSION_NUMBERS]) MUST_CHECK;
bool paths_touch(struct paths *p, uint64_t numbers[TOUCH_NUMBERS]) MUST_CHECK;
/* The instant of a milestone, or TIME_NONE. */
int64_t paths_before(const struct paths *p, uint64_t number);
struct uuid paths_id(const struct paths *p, uint64_t place);

#endif
