/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone.c - IANA time zones by GLib, which reads the system's tzdata, so that a package update
 * reaches us; the C library's own interface is one zone a process.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "rostra/clock.h"

/* Zones once read are kept: companies use few, and reading one is a file. */
enum { ZONES_KEPT = 64, ZONE_NAME_MAX = 64 };

#define ZONE_TABLE "/usr/share/zoneinfo/"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GTimeZone *kept[ZONES_KEPT];
static size_t n_kept;

/* "Europe/Berlin", "UTC", "Etc/GMT+3": never a path or an offset. */
static bool
name_plausible(struct str name)
{
	if (name.n == 0 || name.n > ZONE_NAME_MAX || name.s[0] < 'A' || name.s[0] > 'Z')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.s[i];

		if (!g_ascii_isalnum(c) && c != '/' && c != '_' && c != '-' && c != '+')
			return false;
	}
	return true;
}

/* GLib would also make a zone of a POSIX rule such as "CEST-2"; ours stand in the system's table.
 */
static bool
in_table(const char *iana)
{
	char path[sizeof(ZONE_TABLE) + ZONE_NAME_MAX];

	(void)snprintf(path, sizeof(path), "%s%s", ZONE_TABLE, iana);
	return cstr_eq(iana, "UTC") || access(path, R_OK) == 0;
}

static GTimeZone *
find_kept(const char *iana)
{
	for (size_t i = 0; i < n_kept; i++) {
		if (cstr_eq(g_time_zone_get_identifier(kept[i]), iana))
			return g_time_zone_ref(kept[i]);
	}
	return NULL;
}

/* A reference of the caller's, or NULL. */
static GTimeZone *
zone_ref(const char *iana)
{
	GTimeZone *z;

	if (!name_plausible(str_of(iana)))
		return NULL;
	(void)pthread_mutex_lock(&lock);
	z = find_kept(iana);
	if (z == NULL && in_table(iana)) {
		z = g_time_zone_new_identifier(iana);
		if (z != NULL && n_kept < ZONES_KEPT)
			kept[n_kept++] = g_time_zone_ref(z);
	}
	(void)pthread_mutex_unlock(&lock);
	return z;
}

bool
zone_known(const char *iana)
{
	GTimeZone *z = zone_ref(iana);

	if (z == NULL)
		return false;
	g_time_zone_unref(z);
	return true;
}

static int64_t
offset_us(GTimeZone *z, GTimeType type, int64_t seconds)
{
	return (int64_t)g_time_zone_get_offset(z, g_time_zone_find_interval(z, type, seconds)) *
	       US_PER_S;
}

bool
zone_day_start(const char *iana, int year, int month, int day, int64_t *out_us)
{
	GTimeZone *z = zone_ref(iana);
	int64_t local_us = civil_to_us((struct civil){ .year = year, .month = month, .day = day });
	gint64 seconds = local_us / US_PER_S;
	gint interval;

	if (z == NULL)
		return false;
	/* Moves `seconds` on to the first valid local time when midnight is skipped. */
	interval = g_time_zone_adjust_time(z, G_TIME_TYPE_STANDARD, &seconds);
	*out_us = seconds * US_PER_S - (int64_t)g_time_zone_get_offset(z, interval) * US_PER_S;
	g_time_zone_unref(z);
	return true;
}

bool
zone_civil(const char *iana, int64_t t_us, struct civil *out)
{
	GTimeZone *z = zone_ref(iana);
	int64_t seconds = t_us / US_PER_S - (t_us % US_PER_S < 0 ? 1 : 0);

	if (z == NULL)
		return false;
	*out = civil_from_us(t_us + offset_us(z, G_TIME_TYPE_UNIVERSAL, seconds));
	g_time_zone_unref(z);
	return true;
}
