/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - JSON lines, one write(2) each; the only state is where they go. */
#include "rostra/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "rostra/clock.h"

static const char *const level_names[] = { "debug", "info", "warn", "error" };

static const char *log_path; /* NULL: stderr */
static _Atomic int log_fd = STDERR_FILENO;
static enum log_level log_least = LOG_INFO;

static int
open_file(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

bool
log_level_of(struct str word, enum log_level *out)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (str_is(word, level_names[i])) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

bool
log_open(const char *path, enum log_level least)
{
	int fd;

	log_least = least;
	if (path == NULL || cstr_eq(path, "-"))
		return true;
	fd = open_file(path);
	if (fd < 0)
		return false;
	log_path = path;
	atomic_store(&log_fd, fd);
	return true;
}

/* The descriptor keeps its number (dup3), so that a thread in the middle of a line never meets a
 * closed one. */
void
log_reopen(void)
{
	int fd;

	if (log_path == NULL)
		return;
	fd = open_file(log_path);
	if (fd < 0)
		return;
	(void)dup3(fd, atomic_load(&log_fd), O_CLOEXEC);
	(void)close(fd);
}

static void
write_line(struct buf *b)
{
	buf_char(b, '\n');
	if (write(atomic_load(&log_fd), b->s, b->n) < 0)
		return; /* nowhere to complain */
}

static void
put_line(struct buf *b, enum log_level level, const char *event, const char *message)
{
	char time[RFC3339_SIZE];

	(void)time_format(clock_now_us(), time);
	buf_lit(b, "{\"time\":\"");
	buf_cstr(b, time);
	buf_lit(b, "\",\"level\":\"");
	buf_cstr(b, level_names[level]);
	buf_lit(b, "\",\"pid\":");
	buf_int(b, getpid());
	buf_lit(b, ",\"event\":");
	buf_json_string(b, str_of(event));
	buf_lit(b, ",\"message\":");
	buf_json_string(b, str_of(message));
	buf_char(b, '}');
}

static void PRINTF_LIKE(3, 0)
    log_va(enum log_level level, const char *event, const char *fmt, va_list ap)
{
	struct buf b = { 0 };
	char message[1024];

	(void)vsnprintf(message, sizeof(message), fmt, ap);
	put_line(&b, level, event, message);
	write_line(&b);
	buf_free(&b);
}

void
log_line(enum log_level level, const char *event, const char *fmt, ...)
{
	va_list ap;

	if (level < log_least)
		return;
	va_start(ap, fmt);
	log_va(level, event, fmt, ap);
	va_end(ap);
}

void
log_raw(const struct buf *b)
{
	struct iovec parts[2] = { { b->s, b->n }, { (char[]){ '\n' }, 1 } };

	if (writev(atomic_load(&log_fd), parts, 2) < 0)
		return; /* nowhere to complain */
}

void
log_die(const char *event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_va(LOG_ERROR, event, fmt, ap);
	va_end(ap);
	_exit(70); /* EX_SOFTWARE of sysexits.h */
}
