/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool.c - this process's click segment.  A click is one write(2) of one frame before the visitor
 * is answered: it survives the death of any process.  A thread of the spool syncs it to the disk,
 * ends segments by size and age, and watches the size of the folder.  flock is held on the open
 * segment: whoever can take it knows that its writer is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rostra/clock.h"
#include "rostra/log.h"

#include "link_int.h"

enum {
	SEGMENT_AGE_S = 5,
	TICK_MIN_MS = 10,
	TICK_MAX_MS = 500,
	COMPLAIN_S = 10,
	KIB = 1024,
	MS_PER_S = 1000
};

struct spool {
	char dir[3000];
	char host[21]; /* as much of it as fits into the name of a segment */
	int64_t sync_ms, segment_bytes, max_bytes;
	const struct conf *conf;
	pthread_t keeper;
	pthread_mutex_t write_lock; /* of what follows */
	pthread_cond_t wake;        /* stop was set */
	bool stop;
	bool torn; /* the open segment ends in a piece of a frame */
	int fd;
	int64_t bytes;             /* of the open segment */
	int64_t opened_us;         /* monotonic */
	uint64_t number;           /* of the next segment */
	pthread_mutex_t sync_lock; /* of synced; taken before write_lock */
	int64_t synced;            /* bytes of the open segment on the disk */
	atomic_bool full;
	_Atomic int64_t complained_us;
};

/* At most one line in COMPLAIN_S: a full disk under load must not fill what is left with words. */
static void
complain(struct spool *s, const char *what, int error)
{
	int64_t now_us = clock_monotonic_us(), last_us = atomic_load(&s->complained_us);

	if (last_us != 0 && now_us - last_us < COMPLAIN_S * US_PER_S)
		return;
	if (atomic_compare_exchange_strong(&s->complained_us, &last_us, now_us))
		log_line(LOG_ERROR, "spool", "%s: %s", what, strerror(error));
}

/* --- segments ------------------------------------------------------------------------------ */

/*
 * Made under another name, locked, then renamed: a loader never sees a segment that looks abandoned
 * because its writer had not locked it yet.
 */
static int
segment_open(struct spool *s)
{
	char path[4096], fresh[4096 + 8];
	int fd;

	snprintf(path, sizeof(path), "%s/clicks.%s.%ld.%llx.%llu", s->dir, s->host, (long)getpid(),
	         (unsigned long long)clock_now_us(), (unsigned long long)s->number++);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    write(fd, SEGMENT_MAGIC, SEGMENT_HEAD) == SEGMENT_HEAD && rename(fresh, path) == 0)
		return fd;
	unlink(fresh);
	close(fd);
	return -1;
}

/* The name of a new segment must survive the machine too. */
static void
dir_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* Puts a new segment in the place of the old one, with write_lock.  Answers the old one, to be
 * closed; -1: none was made. */
static int
segment_swap(struct spool *s)
{
	int fd = segment_open(s), old = s->fd;

	if (fd < 0) {
		complain(s, "cannot make a segment", errno);
		return -1;
	}
	s->fd = fd;
	s->bytes = SEGMENT_HEAD;
	s->torn = false;
	s->opened_us = clock_monotonic_us();
	return old;
}

/* --- appending ----------------------------------------------------------------------------- */

/* A frame that was written in part is taken back; when even that fails, nothing may follow it in
 * this segment. */
static void
take_back(struct spool *s, ssize_t done)
{
	complain(s, "cannot write a click", done < 0 ? errno : ENOSPC);
	if (done > 0 && ftruncate(s->fd, s->bytes) != 0)
		s->torn = true;
}

static bool
frame_append(struct spool *s, const unsigned char *frame, size_t n, int64_t *ret_end)
{
	bool whole = false;
	ssize_t done;

	pthread_mutex_lock(&s->write_lock);
	if (!s->torn) {
		do {
			done = write(s->fd, frame, n);
		} while (done < 0 && errno == EINTR);
		whole = done == (ssize_t)n;
		if (whole)
			s->bytes += done;
		else
			take_back(s, done);
	}
	*ret_end = s->bytes;
	pthread_mutex_unlock(&s->write_lock);
	return whole;
}

/* One fdatasync for all clicks before it: who waited for the lock finds the own click on the disk
 * already. */
static bool
sync_to(struct spool *s, int64_t end)
{
	bool done = true;
	int64_t bytes;
	int fd;

	pthread_mutex_lock(&s->sync_lock);
	if (s->synced < end) {
		pthread_mutex_lock(&s->write_lock);
		bytes = s->bytes;
		fd = s->fd;
		pthread_mutex_unlock(&s->write_lock);
		done = fdatasync(fd) == 0;
		if (done)
			s->synced = bytes;
		else
			complain(s, "cannot sync a segment", errno);
	}
	pthread_mutex_unlock(&s->sync_lock);
	return done;
}

enum spool_result
spool_append(struct spool *s, const struct click *c)
{
	unsigned char frame[FRAME_MAX];
	size_t n;
	int64_t end;

	if (atomic_load_explicit(&s->full, memory_order_relaxed))
		return SPOOL_FULL;
	n = frame_write(c, frame);
	if (!frame_append(s, frame, n, &end))
		return SPOOL_FAILED;
	return s->sync_ms == 0 && !sync_to(s, end) ? SPOOL_FAILED : SPOOL_OK;
}

/* --- the keeper ---------------------------------------------------------------------------- */

/* Ends the segment when it is old or large enough and has something in it; a loader can then remove
 * it. */
static void
rotate(struct spool *s)
{
	int64_t now_us = clock_monotonic_us();
	int old = -1;

	pthread_mutex_lock(&s->sync_lock);
	pthread_mutex_lock(&s->write_lock);
	if (s->torn || s->bytes >= s->segment_bytes ||
	    (s->bytes > SEGMENT_HEAD && now_us - s->opened_us >= SEGMENT_AGE_S * US_PER_S))
		old = segment_swap(s);
	pthread_mutex_unlock(&s->write_lock);
	if (old >= 0) {
		s->synced = SEGMENT_HEAD;
		if (fdatasync(old) != 0)
			complain(s, "cannot sync a segment", errno);
		close(old);
		dir_sync(s->dir);
	}
	pthread_mutex_unlock(&s->sync_lock);
}

static void
watch_size(struct spool *s)
{
	bool full = spool_pending_bytes(s->conf) > s->max_bytes;

	if (full && !atomic_exchange(&s->full, true))
		log_line(LOG_ERROR, "spool_full",
		         "clicks are not kept: the spool has reached spool_max_mb");
	else if (!full && atomic_exchange(&s->full, false))
		log_line(LOG_INFO, "spool_ok", "clicks are kept again");
}

/* One tick: so long may a click wait for the disk.  False: stop. */
static bool
keeper_wait(struct spool *s)
{
	int64_t ms = s->sync_ms == 0 || s->sync_ms > TICK_MAX_MS ? TICK_MAX_MS : s->sync_ms;
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (ms < TICK_MIN_MS ? TICK_MIN_MS : ms) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&s->write_lock);
	if (!s->stop)
		(void)pthread_cond_timedwait(&s->wake, &s->write_lock, &until);
	go_on = !s->stop;
	pthread_mutex_unlock(&s->write_lock);
	return go_on;
}

static int64_t
bytes_written(struct spool *s)
{
	int64_t bytes;

	pthread_mutex_lock(&s->write_lock);
	bytes = s->bytes;
	pthread_mutex_unlock(&s->write_lock);
	return bytes;
}

static void *
keeper_main(void *arg)
{
	struct spool *s = arg;
	int64_t watched_us = 0;

	while (keeper_wait(s)) {
		int64_t now_us = clock_monotonic_us();

		(void)sync_to(s, bytes_written(s));
		rotate(s);
		if (now_us - watched_us >= US_PER_S / 2) {
			watch_size(s);
			watched_us = now_us;
		}
	}
	return NULL;
}

/* --- opening and closing ------------------------------------------------------------------- */

/* The host's first label, of characters that a file name and spool_mark take. */
static void
host_label(char *out, size_t room)
{
	char name[64];
	size_t n = 0;

	spool_node(name);
	for (size_t i = 0; name[i] != '\0' && name[i] != '.' && n + 1 < room; i++) {
		char c = name[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    c == '-')
			out[n++] = c;
	}
	out[n] = '\0';
}

static bool
locks_init(struct spool *s)
{
	pthread_condattr_t clock;
	bool done;

	if (pthread_mutex_init(&s->write_lock, NULL) != 0 ||
	    pthread_mutex_init(&s->sync_lock, NULL) != 0 || pthread_condattr_init(&clock) != 0)
		return false;
	done = pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) == 0 &&
	       pthread_cond_init(&s->wake, &clock) == 0;
	pthread_condattr_destroy(&clock);
	return done;
}

static void
settings_init(struct spool *s, const struct conf *conf)
{
	s->conf = conf;
	s->fd = -1;
	s->sync_ms = conf->spool_sync_ms;
	s->segment_bytes = conf->spool_segment_kb * KIB;
	s->max_bytes = conf->spool_max_mb * KIB * KIB;
	snprintf(s->dir, sizeof(s->dir), "%s/spool", conf->state_dir);
	host_label(s->host, sizeof(s->host));
}

struct spool *
spool_open(const struct conf *conf, char *err, size_t err_n)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		snprintf(err, err_n, "out of memory");
		return NULL;
	}
	settings_init(s, conf);
	s->synced = SEGMENT_HEAD;
	if ((mkdir(s->dir, 0700) != 0 && errno != EEXIST) || !locks_init(s) ||
	    segment_swap(s) != -1 || s->fd < 0 ||
	    pthread_create(&s->keeper, NULL, keeper_main, s) != 0) {
		snprintf(err, err_n, "%s: %s", s->dir, strerror(errno));
		if (s->fd >= 0)
			close(s->fd);
		free(s);
		return NULL;
	}
	return s;
}

void
spool_close(struct spool **ps)
{
	struct spool *s = *ps;

	if (s == NULL)
		return;
	pthread_mutex_lock(&s->write_lock);
	s->stop = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->write_lock);
	pthread_join(s->keeper, NULL);
	if (fdatasync(s->fd) != 0)
		complain(s, "cannot sync a segment", errno);
	close(s->fd);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->write_lock);
	pthread_mutex_destroy(&s->sync_lock);
	free(s);
	*ps = NULL;
}
