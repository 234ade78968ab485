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
bool        uuid_parse(struct str text, struct uuid *out); /* 36 characters, either case */
void        uuid_format(struct uuid u, char out[UUID_TEXT_SIZE]); /* lower case */
bool        uuid_eq(struct uuid a, struct uuid b);
uint32_t    uuid_tail(struct uuid u);          /* its last four bytes: random in a UUIDv7, so they do as a hash */
bool        uuid_is_zero(struct uuid u);       /* the zero UUID stands for "none": SQL NULL, JSON null */
int         uuid_cmp(struct uuid a, struct uuid b);
bool        uuid_is_v7(struct uuid u);         /* version and variant bits */
int64_t     uuid_v7_time_us(struct uuid u);    /* its 48-bit milliseconds, as microseconds */

#endif
