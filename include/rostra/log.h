/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - JSON lines to a file or stderr.  One write(2) a line, so lines of several processes do not mix. */
#ifndef ROSTRA_LOG_H
#define ROSTRA_LOG_H

#include "rostra/buf.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* "debug" to "error"; false for another word. */
bool log_level_of(struct str word, enum log_level *out);
/* path NULL or "-": stderr.  False with errno when the file cannot be opened. */
bool log_open(const char *path, enum log_level least);
void log_reopen(void); /* after SIGHUP: the same path again */
/* {"time","level","pid","event",...}: event is a literal; fmt makes "message". */
void log_line(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* A whole JSON object made by the caller in b, without the newline. */
void log_raw(const struct buf *b);
/* Logs and ends the process at once (status 70): for failures of the host. */
_Noreturn void log_die(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
