/* SPDX-License-Identifier: Apache-2.0 */
/* place.h - country and city of a part of the internet, from a file in MaxMind's format.
 * src/base/place.c alone includes libmaxminddb. */
#ifndef ROSTRA_PLACE_H
#define ROSTRA_PLACE_H

#include "rostra/str.h"

enum { PLACE_CITY_MAX = 80 };
struct place {
	char country[3];               /* ISO 3166-1; "" unknown */
	char city[4 * PLACE_CITY_MAX]; /* UTF-8; "" unknown */
};

struct places;
/* NULL: not readable as such a file. */
struct places *places_open(const char *file);
void places_close(struct places **p);
/* Of "192.0.2.0/24" or "2001:db8::/48": of its first address.  Nothing known: both "". */
void places_find(const struct places *p, struct str prefix, struct place *ret);
/* The same by a file that is opened for this once; "", or not readable as such a file: nothing is
 * known. */
void place_look_up(const char *file, struct str prefix, struct place *ret);

#endif
