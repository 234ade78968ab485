/* SPDX-License-Identifier: Apache-2.0 */
/* shared.c - what the threads and processes of one service share (rostra/shared.h). */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "rostra/auth.h"
#include "rostra/cache.h"
#include "rostra/combine.h"
#include "rostra/crypto.h"
#include "rostra/link.h"

#include "app_int.h"

enum { SECRET_TEXT_MAX = 128 };

/* Bytes of each cache, by pool: they are a process's own, so their sum counts once per worker. */
enum {
	TOKENS_BYTES = 1024 * 1024,
	CALLERS_BYTES = 1024 * 1024,
	CARDS_BYTES = 4 * 1024 * 1024,
	BOARDS_BYTES = 8 * 1024 * 1024,
	PEOPLE_BYTES = 2 * 1024 * 1024,  /* of some 5,000 people */
	REPORTS_BYTES = 8 * 1024 * 1024, /* a report of some 14,000 groups still fits a shard */
	LINKS_BYTES = 24 * 1024 * 1024,  /* of some 60,000 links */
};

/* More threads than a worker has by default never ask at once. */
enum { ASKERS_AT_ONCE = 32 };

/* A file of one line, the base64url form of 32 bytes. */
static bool
shared_key(const char *file, unsigned char out[32], char *err, size_t err_n)
{
	char text[SECRET_TEXT_MAX];
	unsigned char raw[SECRET_TEXT_MAX];
	size_t n = 0;
	bool good;

	if (!conf_secret(file, text, sizeof(text), err, err_n))
		return false;
	good = base64url_decode(str_of(text), raw, sizeof(raw), &n) && n == 32;
	if (good) {
		for (size_t i = 0; i < n; i++)
			out[i] = raw[i];
	} else {
		snprintf(err, err_n, "%s: not the base64url form of 32 bytes", file);
	}
	secret_wipe(text, sizeof(text));
	secret_wipe(raw, sizeof(raw));
	return good;
}

bool
shared_seal_keys(struct app *app, char *err, size_t err_n)
{
	const char *file = app->conf.seal_key_file;
	struct shared *s = &app->shared;
	char text[SEAL_KEYS_MAX * SECRET_TEXT_MAX];
	struct str rest = { text, 0 }, line;
	bool good = conf_secret_lines(file, text, sizeof(text), err, err_n);
	size_t n;

	if (!good)
		return false;
	rest.n = strlen(text);
	s->n_seal_keys = 0;
	while (good && rest.n > 0 && str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0)
			continue;
		good = s->n_seal_keys < SEAL_KEYS_MAX &&
		       base64url_decode(line, s->seal_keys[s->n_seal_keys], sizeof(s->seal_keys[0]),
		                        &n) &&
		       n == sizeof(s->seal_keys[0]);
		s->n_seal_keys++;
	}
	good = good && s->n_seal_keys > 0;
	if (!good)
		snprintf(err, err_n, "%s: not 1 to %d lines, each the base64url form of 32 bytes",
		         file, SEAL_KEYS_MAX);
	secret_wipe(text, sizeof(text));
	return good;
}

bool
shared_create(struct app *app, char *err, size_t err_n)
{
	struct shared *s = &app->shared;
	struct click_rules *rules;
	struct token_keys *keys = token_keys_load(app->conf.token_keys_file, err, err_n);

	if (!keys)
		return false;
	atomic_store(&s->keys, keys);
	if (!shared_key(app->conf.cursor_key_file, s->cursor_key, err, err_n) ||
	    !shared_seal_keys(app, err, err_n))
		return false;
	rules = click_rules_load(app->conf.click_rules, app->conf.click_ranges, err, err_n);
	if (!rules)
		return false;
	atomic_store(&s->rules, rules);
	s->metrics = metrics_create();
	s->limits = limits_create();
	if (s->metrics && s->limits)
		return true;
	snprintf(err, err_n, "no memory to share between the workers");
	return false;
}

void
shared_caches(struct shared *s, enum pool pool)
{
	if (pool == POOL_LINK) {
		s->links = cache_create("links", LINKS_BYTES);
		s->link_watch = link_watch_create();
		return;
	}
	s->tokens = cache_create("tokens", TOKENS_BYTES);
	s->callers = cache_create("callers", CALLERS_BYTES);
	s->cards = cache_create("cards", CARDS_BYTES);
	s->boards = cache_create("boards", BOARDS_BYTES);
	s->reports = cache_create("reports", REPORTS_BYTES);
	s->people = cache_create("people", PEOPLE_BYTES);
	s->board_counts = combine_create(ASKERS_AT_ONCE);
	s->feed_counters = combine_create(ASKERS_AT_ONCE);
	s->company_seqs = combine_create(ASKERS_AT_ONCE);
	s->lead_births = combine_create(ASKERS_AT_ONCE);
	s->share_writes = combine_create(ASKERS_AT_ONCE);
	s->kudos_writes = combine_create(ASKERS_AT_ONCE);
}
