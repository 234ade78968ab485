/* SPDX-License-Identifier: Apache-2.0 */
/* sockets.c - the pools' unix sockets: for nginx's group only, since libfcgi trusts whoever may
 * connect. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "master_int.h"

enum {
	BACKLOG = 4096,
	SOCKET_MODE = 0660,
	PREDECESSOR_WAIT_S = 5,
	RETRY_MS = 50,
	PASSED_FIRST = 3
};

const char *
pool_name(enum pool p)
{
	return p == POOL_LINK ? "link" : "api";
}

static bool
pool_address(const struct conf *conf, enum pool p, struct sockaddr_un *a)
{
	int n;

	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	n = snprintf(a->sun_path, sizeof(a->sun_path), "%s/%s.sock", conf->socket_dir,
	             pool_name(p));
	return n > 0 && (size_t)n < sizeof(a->sun_path);
}

static bool
somebody_listens(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool yes;

	if (fd < 0)
		return false;
	yes = connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0 || errno == EAGAIN;
	close(fd);
	return yes;
}

/* Workers of a master that was killed take a moment to leave. */
static bool
predecessor_gone(const struct sockaddr_un *a)
{
	const struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
	const int64_t until_us = clock_monotonic_us() + PREDECESSOR_WAIT_S * US_PER_S;

	while (somebody_listens(a)) {
		if (clock_monotonic_us() > until_us)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

static bool
socket_rights(const struct conf *conf, const char *path, char *err, size_t err_n)
{
	const struct group *g;

	if (chmod(path, SOCKET_MODE) != 0) {
		snprintf(err, err_n, "%s: chmod: %s", path, strerror(errno));
		return false;
	}
	if (!conf->listen_group || !conf->listen_group[0])
		return true;
	g = getgrnam(conf->listen_group);
	if (!g) {
		snprintf(err, err_n, "listen_group: no group %s", conf->listen_group);
		return false;
	}
	if (chown(path, (uid_t)-1, g->gr_gid) != 0) {
		snprintf(err, err_n, "%s: chown to group %s: %s", path, conf->listen_group,
		         strerror(errno));
		return false;
	}
	return true;
}

/* systemd's way (sd_listen_fds(3)): sockets of ours that wait from descriptor 3 on, named "api" and
 * "link". */
static int
passed_fd(enum pool p)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	struct str rest = str_of(names ? names : ""), name;
	int64_t whose, n;

	if (!pid || !count || !str_int64(str_of(pid), &whose) || whose != getpid() ||
	    !str_int64(str_of(count), &n))
		return -1;
	for (int i = 0; i < n && str_split(&rest, ':', &name); i++) {
		if (str_is(name, pool_name(p)))
			return PASSED_FIRST + i;
	}
	return -1;
}

static bool
queue_open(struct pool_fds *out, char *err, size_t err_n)
{
	int queue[2];

	/* Datagrams: one connection a message, whichever worker reads it. */
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, queue) != 0) {
		snprintf(err, err_n, "socketpair: %s", strerror(errno));
		return false;
	}
	out->adopt_read_fd = queue[0];
	out->adopt_write_fd = queue[1];
	return true;
}

static bool
take_passed(int fd, struct pool_fds *out, char *err, size_t err_n)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		snprintf(err, err_n, "socket %d of LISTEN_FDS: %s", fd, strerror(errno));
		return false;
	}
	out->listen_fd = fd;
	return queue_open(out, err, err_n);
}

bool
pool_listen(const struct conf *conf, enum pool p, struct pool_fds *out, char *err, size_t err_n)
{
	struct sockaddr_un a;
	int fd = passed_fd(p);
	mode_t mask;

	if (fd >= 0)
		return take_passed(fd, out, err, err_n);
	if (!pool_address(conf, p, &a)) {
		snprintf(err, err_n, "socket_dir: %s is too long for a unix socket",
		         conf->socket_dir);
		return false;
	}
	if (!predecessor_gone(&a)) {
		snprintf(err, err_n, "%s: another process serves there", a.sun_path);
		return false;
	}
	(void)unlink(a.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0777 & ~SOCKET_MODE);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		snprintf(err, err_n, "%s: %s", a.sun_path, strerror(errno));
		(void)umask(mask);
		return false;
	}
	(void)umask(mask);
	if (!socket_rights(conf, a.sun_path, err, err_n))
		return false;
	out->listen_fd = fd;
	return queue_open(out, err, err_n);
}

void
pool_unlink(const struct conf *conf, enum pool p)
{
	struct sockaddr_un a;

	if (passed_fd(p) < 0 && pool_address(conf, p, &a))
		(void)unlink(a.sun_path);
}
