/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visits.c - who opened which link within the last hour, and from where too many are opened at
 * once or without a cookie: a file mapped by all link workers.  Every entry is one 64-bit word
 * changed by compare-and-swap, so a process that is killed leaves nothing locked or half written.
 * A visitor is known by a keyed hash only; the key is of one UTC day and is destroyed an hour after
 * it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rostra/crypto.h"

#include "visits_int.h"

#define VISITS_MAGIC UINT64_C(0x3376617274736f72) /* "rostrav3" */
/* Another layout has another name: workers that are being replaced have the old file mapped, and to
 * cut it would end them. */
#define VISITS_NAME "visits.3"
static const char *const names_before[] = { "visits", "visits.2" };

enum { PROBES = 8, BURST_WINDOW_S = 10 };
/* Different bits of 32: about 15 different links within the window. */
enum { BURST_LINKS = 12 };
/* Different bits of 31: about 15 different links within the day. */
enum { COOKIELESS_LINKS = 12 };
#define COOKIE_CAME_BIT (UINT64_C(1) << 31)

/* An entry: tag, whether the click is kept, microseconds. */
#define SEEN_TAG_BITS 26
#define SEEN_KEPT (UINT64_C(1) << 37)
#define MOMENT_MASK (SEEN_KEPT - 1) /* 38 hours, and no key lives longer than 25 */
/* Requests that came earlier may look later. */
#define MOMENT_SLACK (UINT64_C(60) * US_PER_S)
/* A click is kept within some 20 us of its being noted, with spool_sync_ms = 0 within a sync of the
 * disk. */
enum { WAITS = 50, WAIT_NS = 100000 };

/* What a key makes of a hit: everything below is taken from it. */
struct trace {
	unsigned char ip_hash[16];
	uint64_t client; /* address and user agent */
	uint64_t visit;  /* client and link */
	uint64_t cookie; /* visitor's cookie and link; 0: none */
};

/* --- mapping ------------------------------------------------------------------------------- */

static struct visits *
map_file(int fd, char *err, size_t err_n)
{
	struct visits *v;
	void *file =
	    mmap(NULL, sizeof(struct visits_file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (file == MAP_FAILED) {
		snprintf(err, err_n, "cannot map the hour of visits: %s", strerror(errno));
		return NULL;
	}
	v = malloc(sizeof(*v));
	if (v == NULL) {
		munmap(file, sizeof(struct visits_file));
		snprintf(err, err_n, "out of memory");
		return NULL;
	}
	*v = (struct visits){ .fd = fd, .file = file };
	(void)pthread_mutex_init(&v->draw, NULL);
	return v;
}

/*
 * A file of another size or kind begins anew.  Its blocks are taken at once: a page that the disk
 * has no room for would end the process in the middle of a redirect.
 */
static bool
prepare_file(int fd)
{
	uint64_t magic = 0;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	if (st.st_size == (off_t)sizeof(struct visits_file) &&
	    pread(fd, &magic, sizeof(magic), 0) == sizeof(magic) && magic == VISITS_MAGIC)
		return true;
	magic = VISITS_MAGIC;
	if (ftruncate(fd, 0) != 0)
		return false;
	errno = posix_fallocate(fd, 0, (off_t)sizeof(struct visits_file));
	return errno == 0 && pwrite(fd, &magic, sizeof(magic), 0) == sizeof(magic);
}

struct visits *
visits_map(const struct conf *conf, char *err, size_t err_n)
{
	char path[4096];
	struct visits *v = NULL;
	int fd;

	/* Older releases': their keys would outlive their day. */
	for (size_t i = 0; i < sizeof(names_before) / sizeof(names_before[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", conf->state_dir, names_before[i]);
		(void)unlink(path);
	}
	snprintf(path, sizeof(path), "%s/" VISITS_NAME, conf->state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0 || !prepare_file(fd))
		snprintf(err, err_n, "%s: %s", path, strerror(errno));
	else
		v = map_file(fd, err, err_n);
	if (v == NULL && fd >= 0)
		close(fd);
	else if (v != NULL)
		flock(fd, LOCK_UN);
	return v;
}

void
visits_unmap(struct visits **v)
{
	if (*v == NULL)
		return;
	munmap((*v)->file, sizeof(*(*v)->file));
	close((*v)->fd);
	(void)pthread_mutex_destroy(&(*v)->draw);
	free(*v);
	*v = NULL;
}

/* --- traces -------------------------------------------------------------------------------- */

static uint64_t
word_of(const unsigned char *bytes)
{
	uint64_t w;

	memcpy(&w, bytes, sizeof(w));
	return w;
}

/* One MAC over the address; its other half seeds the fast hashes, so they are keyed too. */
static struct trace
trace_of(const struct visitor_key *k, const unsigned char key[32])
{
	struct sha256 mac = hmac_sha256(key, 32, k->address->b, sizeof(k->address->b));
	struct trace t;

	memcpy(t.ip_hash, mac.b, sizeof(t.ip_hash));
	t.client = hash64(k->user_agent.s, k->user_agent.n, word_of(mac.b + 16));
	t.visit = hash64(k->code.s, k->code.n, t.client ^ word_of(key));
	t.cookie = 0;
	if (k->visitor != NULL)
		t.cookie = hash64(k->code.s, k->code.n,
		                  hash64(k->visitor, VISITOR_SIZE, word_of(key + 8)));
	return t;
}

void
visits_hash(struct visits *v, const struct address *a, int64_t now_us, unsigned char out[16])
{
	unsigned char key[32];
	struct sha256 mac;

	visits_key_today(v, now_us, key);
	mac = hmac_sha256(key, sizeof(key), a->b, sizeof(a->b));
	memcpy(out, mac.b, 16);
	secret_wipe(key, sizeof(key));
}

/* --- the hour ------------------------------------------------------------------------------ */

static uint64_t
seen_tag(uint64_t visit)
{
	uint64_t tag = visit >> (64 - SEEN_TAG_BITS);

	return (tag != 0 ? tag : 1) << (64 - SEEN_TAG_BITS);
}

static bool
is_of(uint64_t entry, uint64_t visit)
{
	return (entry & ~(SEEN_KEPT | MOMENT_MASK)) == seen_tag(visit);
}

static uint64_t
moment_of(int64_t now_us)
{
	return (uint64_t)now_us & MOMENT_MASK;
}

/* In us; below 0 within the slack. */
static int64_t
age_of(uint64_t entry, uint64_t moment)
{
	const uint64_t age = (moment - entry) & MOMENT_MASK;

	return age > MOMENT_MASK - MOMENT_SLACK ? (int64_t)age - (int64_t)MOMENT_MASK - 1
	                                        : (int64_t)age;
}

static _Atomic uint64_t *
seen_slot(struct visits *v, uint64_t visit, size_t probe)
{
	return &v->file->seen[(visit + probe) & (SEEN_SLOTS - 1)];
}

/* The entry of a first click within the hour; false when there is none. */
static bool
seen_find(struct visits *v, uint64_t visit, uint64_t moment, struct visit_claim *ret)
{
	for (size_t i = 0; i < PROBES; i++) {
		_Atomic uint64_t *slot = seen_slot(v, visit, i);
		uint64_t entry = atomic_load(slot);

		if (is_of(entry, visit) && age_of(entry, moment) < HOUR_S * US_PER_S) {
			*ret = (struct visit_claim){ slot, entry };
			return true;
		}
	}
	return false;
}

/* The best place for a new entry: its own expired one, an empty one, else the oldest. */
static _Atomic uint64_t *
seen_place(struct visits *v, uint64_t visit, uint64_t moment, uint64_t *ret_old)
{
	_Atomic uint64_t *best = NULL;

	for (size_t i = 0; i < PROBES; i++) {
		_Atomic uint64_t *slot = seen_slot(v, visit, i);
		uint64_t entry = atomic_load(slot);

		bool fits = entry == 0 || is_of(entry, visit);

		if (best == NULL || fits || age_of(entry, moment) > age_of(*ret_old, moment)) {
			best = slot;
			*ret_old = entry;
		}
		if (fits)
			break;
	}
	return best;
}

/* The entry of this visit's hour, made with these bits if there is none; true: it is new. */
static bool
seen_note(struct visits *v, uint64_t visit, uint64_t moment, uint64_t bits, struct visit_claim *ret)
{
	const uint64_t fresh = seen_tag(visit) | bits | moment;

	for (int tries = 0; tries < PROBES; tries++) {
		uint64_t old = 0;
		_Atomic uint64_t *slot;

		if (seen_find(v, visit, moment, ret))
			return false;
		slot = seen_place(v, visit, moment, &old);
		*ret = (struct visit_claim){ slot, fresh };
		if (atomic_compare_exchange_strong(slot, &old, fresh))
			return true;
	}
	return true;
}

/*
 * Is the first click kept?  Whoever notes it keeps it a moment later, unless they are killed
 * between the two.
 */
static bool
is_kept(const struct visit_claim *c)
{
	const struct timespec pause = { .tv_nsec = WAIT_NS };

	for (int i = 0; (c->entry & SEEN_KEPT) == 0 && i < WAITS; i++) {
		const uint64_t now = atomic_load(c->slot);

		if (now != c->entry)
			return now == (c->entry | SEEN_KEPT);
		(void)nanosleep(&pause, NULL);
	}
	return (c->entry & SEEN_KEPT) != 0;
}

/*
 * The id of a first click follows from key, visit and moment, so that a later hit of the hour finds
 * it without its being stored: it is as unguessable as the key.
 */
static void
first_id(const unsigned char key[32], uint64_t visit, uint64_t moment,
         unsigned char out[CLICK_ID_SIZE])
{
	uint64_t text[2] = { visit, moment };
	struct sha256 mac = hmac_sha256(key, 32, text, sizeof(text));

	memcpy(out, mac.b, CLICK_ID_SIZE);
}

/* --- many links of one client -------------------------------------------------------------- */

/* Sets the bit in the client's word of this window, and answers all its bits. */
static uint32_t
links_note(_Atomic uint64_t *slots, const struct trace *t, uint64_t window, uint64_t bit)
{
	_Atomic uint64_t *slot = &slots[t->client & (BURST_SLOTS - 1)];
	uint64_t head = (t->client >> 44) << 44 | (window & 0xfff) << 32;
	uint64_t old = atomic_load(slot), fresh;

	do {
		fresh = (old >> 32 == head >> 32 ? old : head) | bit;
	} while (fresh != old && !atomic_compare_exchange_weak(slot, &old, fresh));
	return (uint32_t)fresh;
}

/* Notes the link; true when this client has opened too many different ones in this window. */
static bool
burst_note(struct visits *v, const struct trace *t, int64_t now_us)
{
	const uint64_t window = (uint64_t)(now_us / US_PER_S / BURST_WINDOW_S);
	const uint32_t links =
	    links_note(v->file->burst, t, window, UINT64_C(1) << (t->visit & 31));

	return __builtin_popcount(links) >= BURST_LINKS;
}

/* The same over a day, of those who were handed a cookie each time.  One that comes back speaks for
 * all behind that address with that browser. */
static bool
cookieless_note(struct visits *v, const struct trace *t, enum visitor_cookie cookie, int64_t now_us)
{
	const uint64_t bit =
	    cookie == COOKIE_CAME ? COOKIE_CAME_BIT : UINT64_C(1) << (t->visit % 31);
	uint32_t links;

	if (cookie == COOKIE_NONE)
		return false;
	links = links_note(v->file->handed, t, (uint64_t)(now_us / US_PER_DAY), bit);
	return (links & COOKIE_CAME_BIT) == 0 && __builtin_popcount(links) >= COOKIELESS_LINKS;
}

/* --- a hit --------------------------------------------------------------------------------- */

/* A first click that was noted and not kept is this one: its id and time make the two one, if it
 * turns out to be kept after all. */
static void
set_first(struct visit *out, const unsigned char key[32], uint64_t visit, int64_t now_us,
          const struct visit_claim *c)
{
	const uint64_t moment = c->entry & MOMENT_MASK;

	out->has_first = true;
	out->first_us = now_us - age_of(c->entry, moment_of(now_us));
	first_id(key, visit, moment, out->first_id);
	if (!out->duplicate)
		out->claim = *c;
}

/* In the first hour of a day: was the visitor here before midnight? */
static bool
seen_yesterday(struct visits *v, const struct visitor_key *k, int64_t now_us, struct visit *out)
{
	const uint64_t moment = moment_of(now_us);
	struct visit_claim first;
	unsigned char key[32];
	struct trace t;

	if (now_us / US_PER_S % DAY_S >= HOUR_S ||
	    !visits_key_read(v, (uint64_t)(now_us / US_PER_DAY) - 1, key))
		return false;
	t = trace_of(k, key);
	if (seen_find(v, t.visit, moment, &first)) {
		out->duplicate = is_kept(&first);
		set_first(out, key, t.visit, now_us, &first);
		return true;
	}
	out->duplicate = t.cookie != 0 && seen_find(v, t.cookie, moment, &first);
	return out->duplicate;
}

/* The cookie is noted beside the client: it may be refused, and the address may change. */
static void
seen_today(struct visits *v, const unsigned char key[32], const struct trace *t, int64_t now_us,
           struct visit *out)
{
	const uint64_t moment = moment_of(now_us);
	struct visit_claim first;

	if (t->cookie != 0 && seen_find(v, t->cookie, moment, &first) &&
	    !seen_find(v, t->visit, moment, &first)) {
		out->duplicate = true;
		return;
	}
	out->duplicate = !seen_note(v, t->visit, moment, 0, &first) && is_kept(&first);
	set_first(out, key, t->visit, now_us, &first);
	out->cookie = t->cookie;
}

void
visits_note(struct visits *v, const struct visitor_key *k, int64_t now_us, struct visit *out)
{
	unsigned char key[32];
	struct trace t;

	memset(out, 0, sizeof(*out));
	visits_key_today(v, now_us, key);
	t = trace_of(k, key);
	memcpy(out->ip_hash, t.ip_hash, sizeof(out->ip_hash));
	out->burst = burst_note(v, &t, now_us);
	out->cookieless = cookieless_note(v, &t, k->cookie, now_us);
	if (!seen_yesterday(v, k, now_us, out))
		seen_today(v, key, &t, now_us, out);
	secret_wipe(key, sizeof(key));
}

void
visits_settle(struct visits *v, const struct visit *visit, bool kept)
{
	const struct visit_claim *c = &visit->claim;
	uint64_t empty = 0, entry = c->entry;
	struct visit_claim cookie;

	if (c->slot != NULL && !kept)
		(void)atomic_compare_exchange_strong(c->slot, &entry, 0);
	else if (c->slot != NULL &&
	         !atomic_compare_exchange_strong(c->slot, &entry, c->entry | SEEN_KEPT))
		(void)atomic_compare_exchange_strong(c->slot, &empty, c->entry | SEEN_KEPT);
	if (visit->cookie != 0 && kept)
		(void)seen_note(v, visit->cookie, moment_of(visit->first_us), SEEN_KEPT, &cookie);
}

enum fault
visits_keys_run(struct rq *rq)
{
	char err[240];
	struct visits *v = visits_map(rq->conf, err, sizeof(err));

	if (v == NULL) {
		problem_internal(&rq->problem, "%s", err);
		return rq_fail(rq, FAULT_INTERNAL, "The hour of visits is not readable.");
	}
	visits_expire(v, rq->now_us);
	visits_unmap(&v);
	return FAULT_NONE;
}
