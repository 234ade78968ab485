/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.c - is the caller of a good token still in?  Answers are remembered for caller_cache_s, so
 * that a deactivation, a change of role or a suspension bites within that time in every process.
 */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/conf.h"
#include "rostra/shared.h"

#include "access_int.h"

/* What is remembered of a person. */
struct person_memo {
	bool consent_due;
	bool in; /* they and their company are active, and the session goes on */
	enum role role;
	char language[16];
	char min_app_version[VERSION_TEXT_MAX + 1];
};

static struct sha256
person_key(const struct caller *who)
{
	struct str parts[] = {
		STR("person"),
		{ (const char *)who->company.b, sizeof(who->company.b) },
		{ (const char *)who->person.b, sizeof(who->person.b) },
		{ (const char *)who->session.b, sizeof(who->session.b) },
	};

	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
}

static bool
remembered(struct rq *rq, struct sha256 key, void *memo, size_t n)
{
	struct str value;
	int64_t put_at_us;

	if (rq->shared == NULL || rq->shared->callers == NULL ||
	    !cache_get(rq->shared->callers, key, rq->arena, &value, &put_at_us) || value.n != n)
		return false;
	if (clock_monotonic_us() - put_at_us > rq->conf->caller_cache_s * US_PER_S)
		return false;
	memcpy(memo, value.s, n);
	return true;
}

static void
remember(struct rq *rq, struct sha256 key, const void *memo, size_t n)
{
	if (rq->shared != NULL && rq->shared->callers != NULL)
		cache_put(rq->shared->callers, key, (struct str){ memo, n }, clock_monotonic_us());
}

static void
copy_text(char *out, size_t room, const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	if (n >= room)
		n = room - 1;
	if (n > 0)
		memcpy(out, text, n);
	out[n] = '\0';
}

static enum fault
person_memo(struct rq *rq, const struct caller *who, struct person_memo *ret)
{
	struct sha256 key = person_key(who);
	struct person_now now = { 0 };
	enum fault e;

	memset(ret, 0, sizeof(*ret)); /* padding too: it is copied as bytes */
	if (remembered(rq, key, ret, sizeof(*ret)))
		return FAULT_NONE;
	e = access_sql_person(rq, who, &now, &ret->in);
	if (e)
		return e;
	if (ret->in) {
		ret->role = (enum role)now.role;
		ret->consent_due = now.consent_due;
		copy_text(ret->language, sizeof(ret->language), now.language);
		copy_text(ret->min_app_version, sizeof(ret->min_app_version), now.min_app_version);
	}
	/* Who accepts goes on at once, in every process. */
	if (!ret->consent_due)
		remember(rq, key, ret, sizeof(*ret));
	return FAULT_NONE;
}

enum fault
access_person(struct rq *rq, struct caller *who)
{
	struct person_memo memo;
	enum fault e = person_memo(rq, who, &memo);

	if (e)
		return e;
	if (!memo.in) {
		problem_internal(&rq->problem,
		                 "the person, the company or the session is not active");
		return rq_fail(rq, FAULT_UNAUTHENTICATED, "The access token is not valid.");
	}
	who->role = memo.role;
	who->consent_due = memo.consent_due;
	who->kind = role_access(memo.role);
	copy_text(who->language, sizeof(who->language), memo.language);
	return FAULT_NONE;
}

enum fault
access_app_version(struct rq *rq, struct str version)
{
	struct person_memo memo;
	enum fault e;

	if (version.n == 0 || !caller_is_person(rq->who))
		return FAULT_NONE; /* not an app */
	e = person_memo(rq, rq->who, &memo);
	if (e)
		return e;
	if (memo.min_app_version[0] == '\0' ||
	    !app_version_older(version, str_of(memo.min_app_version)))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_UPGRADE_CLIENT, "This needs version %s of the app or a newer one.",
	               memo.min_app_version);
}

/* The next part of a version; -1 when it is no number. */
static int64_t
next_part(struct str *rest)
{
	struct str part;
	int64_t v;

	if (!str_split(rest, '.', &part))
		return 0;
	return str_int64(part, &v) && v >= 0 ? v : -1;
}

bool
app_version_older(struct str a, struct str b)
{
	for (int i = 0; i < 4; i++) {
		int64_t left = next_part(&a), right = next_part(&b);

		if (left != right)
			return left < right;
	}
	return false;
}

/* --- keys ----------------------------------------------------------------------------------------
 */

static void
key_caller(const struct key_row *row, struct caller *who)
{
	memset(who, 0, sizeof(*who));
	who->kind = row->kind == KEY_SITE ? ACCESS_SITE_KEY : ACCESS_API_KEY;
	who->company = row->company_id;
	who->key = row->id;
	who->expires_us = row->expires_at == TIME_NONE ? INT64_MAX : row->expires_at;
	copy_text(who->scopes, sizeof(who->scopes), row->scopes);
	copy_text(who->origins, sizeof(who->origins), row->origins);
	copy_text(who->name, sizeof(who->name), row->name);
}

/* Once an hour a key; an UPDATE that fails costs nothing but an old date. */
static enum fault
note_use(struct rq *rq, const struct key_row *row)
{
	if (row->last_used_at != TIME_NONE && rq->now_us - row->last_used_at < 3600 * US_PER_S)
		return FAULT_NONE;
	return key_sql_used(rq, row);
}

static enum fault
find_key(struct rq *rq, struct sha256 digest, struct caller *who)
{
	struct key_row row = { 0 };
	bool found;
	enum fault e = key_sql_find(rq, digest, &row, &found);

	if (e)
		return e;
	memset(who, 0, sizeof(*who)); /* kind UNSET: no such key, remembered too */
	if (!found)
		return FAULT_NONE;
	key_caller(&row, who);
	return note_use(rq, &row);
}

enum fault
access_key(struct rq *rq, struct str key, struct caller *who)
{
	struct sha256 digest = sha256_of(key.s, key.n);
	struct caller found;
	enum fault e;

	if (!remembered(rq, digest, &found, sizeof(found))) {
		e = find_key(rq, digest, &found);
		if (e)
			return e;
		remember(rq, digest, &found, sizeof(found));
	}
	if (found.kind == ACCESS_UNSET || found.expires_us <= rq->now_us)
		return rq_fail(rq, FAULT_UNAUTHENTICATED, "The key is not valid.");
	*who = found;
	return FAULT_NONE;
}
