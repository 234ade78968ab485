/* SPDX-License-Identifier: Apache-2.0 */
/* visits_key.c - the keys by which visitors are known for a day: drawn, read, destroyed. */
#include <string.h>
#include <sys/file.h>

#include "rostra/crypto.h"

#include "visits_int.h"

static void
key_destroy(struct day_key *k)
{
	atomic_store(&k->day, 0);
	for (size_t i = 0; i < KEY_WORDS; i++)
		atomic_store_explicit(&k->word[i], 0, memory_order_relaxed);
}

static void
key_draw(struct day_key *k, uint64_t day)
{
	uint64_t word[KEY_WORDS];

	random_bytes(word, sizeof(word));
	for (size_t i = 0; i < KEY_WORDS; i++)
		atomic_store_explicit(&k->word[i], word[i], memory_order_relaxed);
	atomic_store(&k->day, day);
	secret_wipe(word, sizeof(word));
}

/* Yesterday's key lives for the hour in which it can still tell a repeated visit. */
static bool
key_due(const struct day_key *k, int64_t now_us)
{
	uint64_t day = atomic_load(&k->day), today = (uint64_t)(now_us / US_PER_DAY);
	int64_t second = now_us / US_PER_S % DAY_S;

	return day != 0 && day != today && !(day + 1 == today && second < HOUR_S);
}

void
visits_expire(struct visits *v, int64_t now_us)
{
	for (size_t i = 0; i < VISITS_KEYS; i++) {
		if (key_due(&v->file->key[i], now_us))
			key_destroy(&v->file->key[i]);
	}
}

bool
visits_key_read(struct visits *v, uint64_t day, unsigned char out[32])
{
	struct day_key *k = &v->file->key[day % VISITS_KEYS];
	uint64_t word[KEY_WORDS];

	if (atomic_load(&k->day) != day)
		return false;
	for (size_t i = 0; i < KEY_WORDS; i++)
		word[i] = atomic_load_explicit(&k->word[i], memory_order_relaxed);
	memcpy(out, word, sizeof(word));
	return true;
}

/* Today's key, drawn by whoever comes first; the lock is the kernel's, so it cannot outlive its
 * holder. */
void
visits_key_today(struct visits *v, int64_t now_us, unsigned char out[32])
{
	uint64_t day = (uint64_t)(now_us / US_PER_DAY);

	visits_expire(v, now_us);
	if (visits_key_read(v, day, out))
		return;
	(void)pthread_mutex_lock(
	    &v->draw); /* among threads: they share the descriptor, and so its lock */
	(void)flock(v->fd, LOCK_EX);
	if (!visits_key_read(v, day, out)) {
		key_draw(&v->file->key[day % VISITS_KEYS], day);
		(void)visits_key_read(v, day, out);
	}
	(void)flock(v->fd, LOCK_UN);
	(void)pthread_mutex_unlock(&v->draw);
}
