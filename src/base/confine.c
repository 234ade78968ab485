/* SPDX-License-Identifier: Apache-2.0 */
/* confine.c - privileges that are given up, and seccomp filters; the one place that knows
 * libseccomp. */
#include "rostra/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

bool
confine_calls_of(struct str word, enum confine_calls *ret)
{
	static const char *const words[] = {
		[CONFINE_OFF] = "off",
		[CONFINE_REFUSE] = "refuse",
		[CONFINE_KILL] = "kill",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_eq(word, str_of(words[i]))) {
			*ret = (enum confine_calls)i;
			return true;
		}
	}
	return false;
}

#ifndef ROSTRA_SANITIZED

/* A call, and what one of its arguments must be: all of `value` under `mask`; mask 0: whatever. */
struct rule {
	int call;
	unsigned argument;
	uint64_t mask, value;
};

#	define ANY(name)                                                                          \
		{                                                                                  \
			SCMP_SYS(name), 0, 0, 0                                                    \
		}
#	define IS(name, argument, value)                                                          \
		{                                                                                  \
			SCMP_SYS(name), (argument), UINT32_MAX, (uint64_t)(value)                  \
		}
#	define HAS(name, argument, bits)                                                          \
		{                                                                                  \
			SCMP_SYS(name), (argument), (bits), (bits)                                 \
		}

/*
 * What workers and jobs do, with what glibc, libmariadb, libcurl, OpenSSL and libarchive do for
 * them: traced over the end-to-end suite, and the neighbours of what was seen that another version
 * of a library would take instead.
 */
/* clang-format off */
static const struct rule worker_may[] = {
	/* memory */
	ANY(brk), ANY(mmap), ANY(munmap), ANY(mremap), ANY(mprotect), ANY(madvise),
	/* files: the spool, the log, keys, temporary files of archives and workbooks, resolv.conf */
	ANY(read), ANY(write), ANY(pread64), ANY(pwrite64), ANY(readv), ANY(writev), ANY(preadv), ANY(pwritev),
	ANY(open), ANY(openat), ANY(close), ANY(close_range), ANY(lseek), ANY(fstat), ANY(stat), ANY(lstat), ANY(newfstatat), ANY(statx),
	ANY(statfs), ANY(fstatfs), ANY(access), ANY(faccessat), ANY(faccessat2), ANY(getcwd), ANY(readlink), ANY(readlinkat),
	ANY(fcntl), ANY(flock), ANY(ftruncate), ANY(fallocate), ANY(fadvise64), ANY(fsync), ANY(fdatasync), ANY(msync), ANY(sync_file_range),
	ANY(rename), ANY(renameat), ANY(renameat2), ANY(unlink), ANY(unlinkat), ANY(mkdir), ANY(mkdirat), ANY(rmdir),
	ANY(getdents64), ANY(chmod), ANY(fchmod), ANY(fchmodat), ANY(umask), ANY(utimensat), ANY(memfd_create),
	ANY(dup), ANY(dup2), ANY(dup3), ANY(pipe), ANY(pipe2), ANY(sendfile), ANY(copy_file_range),
	IS(ioctl, 1, FIONREAD), IS(ioctl, 1, FIONBIO), IS(ioctl, 1, TCGETS), IS(ioctl, 1, FIOCLEX),
	/* waiting */
	ANY(poll), ANY(ppoll), ANY(select), ANY(pselect6), ANY(epoll_create1), ANY(epoll_ctl), ANY(epoll_wait), ANY(epoll_pwait),
	ANY(eventfd2), ANY(signalfd4), ANY(nanosleep), ANY(clock_nanosleep), ANY(alarm), ANY(setitimer), ANY(getitimer),
	/* sockets: nginx, MariaDB, providers; netlink is how getaddrinfo learns which addresses this machine has */
	IS(socket, 0, AF_UNIX), IS(socket, 0, AF_INET), IS(socket, 0, AF_INET6), IS(socket, 0, AF_NETLINK),
	IS(socketpair, 0, AF_UNIX), ANY(connect), ANY(accept), ANY(accept4), ANY(bind), ANY(shutdown),
	ANY(sendto), ANY(recvfrom), ANY(sendmsg), ANY(recvmsg), ANY(sendmmsg), ANY(recvmmsg),
	ANY(getsockname), ANY(getpeername), ANY(setsockopt), ANY(getsockopt),
	/* threads, but no process: clone3 is hidden */
	ANY(clone3), HAS(clone, 0, CLONE_THREAD | CLONE_VM | CLONE_SIGHAND), ANY(futex), ANY(set_robust_list), ANY(get_robust_list),
	ANY(rseq), ANY(gettid), ANY(set_tid_address), ANY(sched_yield), ANY(sched_getaffinity), ANY(sched_getparam),
	ANY(sched_getscheduler), ANY(membarrier), ANY(getcpu), ANY(exit), ANY(exit_group), ANY(restart_syscall),
	/* signals: to oneself; signal 0 asks whether a process is there */
	ANY(rt_sigaction), ANY(rt_sigprocmask), ANY(rt_sigreturn), ANY(rt_sigtimedwait), ANY(sigaltstack), ANY(tgkill), IS(kill, 1, 0),
	/* who, when, how much */
	ANY(clock_gettime), ANY(clock_getres), ANY(gettimeofday), ANY(time), ANY(times), ANY(getrandom), ANY(getpid), ANY(getppid),
	ANY(getuid), ANY(geteuid), ANY(getgid), ANY(getegid), ANY(getgroups), ANY(uname), ANY(sysinfo), ANY(getrusage),
	ANY(getrlimit), ANY(prlimit64), IS(prctl, 0, PR_SET_NAME), IS(prctl, 0, PR_GET_NAME), IS(prctl, 0, PR_GET_DUMPABLE),
};

static const struct rule master_may_not[] = {
	ANY(ptrace), ANY(process_vm_readv), ANY(process_vm_writev), ANY(kcmp), ANY(pidfd_getfd),
	ANY(bpf), ANY(perf_event_open), ANY(userfaultfd), ANY(io_uring_setup), ANY(io_uring_enter), ANY(io_uring_register),
	ANY(init_module), ANY(finit_module), ANY(delete_module), ANY(kexec_load), ANY(kexec_file_load), ANY(reboot),
	ANY(mount), ANY(umount2), ANY(move_mount), ANY(fsopen), ANY(fsmount), ANY(open_tree), ANY(pivot_root), ANY(chroot),
	ANY(unshare), ANY(setns), ANY(swapon), ANY(swapoff), ANY(quotactl), ANY(acct), ANY(settimeofday), ANY(clock_settime),
	ANY(adjtimex), ANY(clock_adjtime), ANY(sethostname), ANY(setdomainname), ANY(iopl), ANY(ioperm), ANY(modify_ldt),
	ANY(add_key), ANY(request_key), ANY(keyctl), ANY(mknod), ANY(mknodat), ANY(open_by_handle_at), ANY(syslog),
	ANY(vhangup), ANY(lookup_dcookie), ANY(personality), IS(socket, 0, AF_PACKET), IS(ioctl, 1, TIOCSTI),
};
/* clang-format on */

/* Calls of a list that this kernel's architecture does not have are left out by their negative
 * numbers. */
static int
add(scmp_filter_ctx ctx, uint32_t action, const struct rule *rules, size_t n)
{
	int failed = 0;

	for (size_t i = 0; i < n && !failed; i++) {
		const struct rule *r = &rules[i];

		if (r->call < 0)
			continue;
		if (r->mask == 0)
			failed = seccomp_rule_add(ctx, action, r->call, 0);
		else
			failed = seccomp_rule_add(ctx, action, r->call, 1,
			                          SCMP_CMP(r->argument, SCMP_CMP_MASKED_EQ, r->mask,
			                                   r->value));
	}
	return failed;
}

/*
 * glibc asks for clone3 first, whose flags lie in memory that no filter sees, and takes clone when
 * there is none.  A filter of its own, so that the audit log is not told of each thread.
 */
static int
hide_clone3(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int failed = ctx == NULL ? -ENOMEM : 0;

	if (!failed)
		failed = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (!failed)
		failed = seccomp_load(ctx);
	seccomp_release(ctx);
	return failed;
}

static int
fill(scmp_filter_ctx ctx, enum confine_kind kind, uint32_t refused)
{
	if (kind == CONFINE_MASTER)
		return add(ctx, refused, master_may_not,
		           sizeof(master_may_not) / sizeof(struct rule));
	return add(ctx, SCMP_ACT_ALLOW, worker_may, sizeof(worker_may) / sizeof(struct rule));
}

static int
filter_load(enum confine_kind kind, enum confine_calls calls)
{
	const uint32_t refused =
	    calls == CONFINE_KILL ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM);
	scmp_filter_ctx ctx = seccomp_init(kind == CONFINE_MASTER ? SCMP_ACT_ALLOW : refused);
	int failed = ctx == NULL ? -ENOMEM : 0;

	if (!failed && kind == CONFINE_WORKER)
		failed = hide_clone3();
	if (!failed) {
		/* A tree of tests: a call costs the same wherever its rule stands. */
		(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
		(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1);
		failed = fill(ctx, kind, refused);
	}
	if (!failed)
		failed = seccomp_load(ctx);
	seccomp_release(ctx);
	return failed;
}

/* Of no use to a user without them; root loses them here for good, with all that could bring them
 * back. */
static bool
capabilities_drop(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[2] = { { 0 } };
	struct __user_cap_data_struct have[2];

	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap); /* EPERM: it had none to give up */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* A unit that leaves it none may refuse capset itself. */
	if (syscall(SYS_capget, &head, have) == 0 && memcmp(have, none, sizeof(none)) == 0)
		return true;
	return syscall(SYS_capset, &head, none) == 0;
}

bool
confine(enum confine_kind kind, enum confine_calls calls, char *err, size_t err_n)
{
	int failed = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !capabilities_drop()) {
		snprintf(err, err_n, "privileges are not given up: %s", strerror(errno));
		return false;
	}
	if (calls != CONFINE_OFF)
		failed = filter_load(kind, calls);
	if (failed)
		snprintf(err, err_n, "system calls are not filtered: %s", strerror(-failed));
	return failed == 0;
}

#else

bool
confine(enum confine_kind kind, enum confine_calls calls, char *err, size_t err_n)
{
	(void)kind;
	(void)calls;
	(void)err;
	(void)err_n;
	return true;
}

#endif
