/* SPDX-License-Identifier: Apache-2.0 */
/* uuid.h - UUIDs (RFC 9562); ours are version 7, made here. */
#ifndef ROSTRA_UUID_H
#define ROSTRA_UUID_H

#include "rostra/str.h"

struct uuid {
	unsigned char b[16];
};

enum { UUID_TEXT_SIZE = 37 };

struct uuid uuid_v7(int64_t now_us);          /* monotonic within a thread: a later call sorts later */
struct uuid uuid_v7_from(int64_t at_us, const unsigned char random[10]); /* deterministic, for demo data */
/*
 * Of 16 bytes of a digest: the same id for the same words.  It has the form of version 5, for MariaDB 10.11 refuses
 * version 8, which RFC 9562 has for digests other than SHA-1, and many a value of raw bytes ("Incorrect uuid value").
 */
struct uuid uuid_of_digest(const unsigned char digest[16]);
bool        uuid_parse(struct str text, struct uuid *out); /* 36 characters, either case */
void        uuid_format(struct uuid u, char out[UUID_TEXT_SIZE]); /* lower case */
bool        uuid_eq(struct uuid a, struct uuid b);
uint32_t    uuid_tail(struct uuid u);          /* its last four bytes: random in a UUIDv7, so they do as a hash */
bool        uuid_is_zero(struct uuid u);       /* the zero UUID stands for "none": SQL NULL, JSON null */
int         uuid_cmp(struct uuid a, struct uuid b);
bool        uuid_is_v7(struct uuid u);         /* version and variant bits */
int64_t     uuid_v7_time_us(struct uuid u);    /* its 48-bit milliseconds, as microseconds */

/*
 * Ids that clients make.  A phone may send what it made offline days ago, and its clock is wrong as often as not; ours
 * may jump, too.  So the time in such an id says when its row was put within these bounds, and nothing more.
 */
enum { UUID_CLIENT_BEHIND_DAYS = 30, UUID_CLIENT_AHEAD_DAYS = 1 };

enum uuid_age {
	UUID_AGE_FITS,
	UUID_AGE_BEHIND, /* made too long ago, or not of version 7 */
	UUID_AGE_AHEAD,  /* by a clock that is ahead of ours */
};

enum uuid_age uuid_client_age(struct uuid u, int64_t now_us);

/* Between which ids lie those of rows that clients put at from_us or later and before to_us. */
void uuid_client_bounds(int64_t from_us, int64_t to_us, struct uuid *ret_first, struct uuid *ret_last);

#endif
