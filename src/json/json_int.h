/* SPDX-License-Identifier: Apache-2.0 */
/* json_int.h - between the files of json. */
#ifndef ROSTRA_JSON_INT_H
#define ROSTRA_JSON_INT_H

#include "rostra/json.h"

enum { JSON_DEPTH_MAX = 16 };

/*
 * Checks of one value against its row.  Each answers NULL or what is wrong, a literal or arena
 * text; the value is written only when it is right.
 */
const char *j_check_string(struct arena *a, const struct j_field *f, int64_t max, struct str v,
                           const char **out);
const char *j_check_int(struct arena *a, const struct j_field *f, int64_t v, int64_t *out);
const char *j_check_word(struct arena *a, const struct j_field *f, struct str v, int *out);
const char *j_check_count(struct arena *a, const struct j_field *f, size_t n);
const char *j_check_uuid(struct str v, struct uuid *out);
const char *j_check_time(struct str v, int64_t *out);

/* Writes the default of an absent member: defaults of the row, NULL, zero, empty. */
void j_set_default(const struct j_field *f, void *obj);
/* Bytes of the C member; of a list's item. */
size_t j_item_size(const struct j_field *f);

/* Is the text nested deeper than max?  Strings are stepped over; anything malformed is left to the
 * parser. */
bool json_too_deep(struct str text, size_t max);

#endif
