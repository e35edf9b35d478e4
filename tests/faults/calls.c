/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef _FORTIFY_SOURCE /* the headers' checking versions of these functions would be defined here, too */
#include "calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static struct fault {
    char name[24]; /* "": any */
    unsigned n, calls;
    int error;
    bool set, ever;
} * faults; /* two, shared with children */
enum { FAULTS = 2 };
static bool is_paused;
static enum fault_where where;
static pid_t owner;

static void set(struct fault *f, const char *name, unsigned n, int error, bool ever)
{
    *f = (struct fault){.n = n, .error = error, .set = true, .ever = ever};
    snprintf(f->name, sizeof f->name, "%s", name ? name : "");
}

void fault_at(const char *name, unsigned n, int error, bool ever)
{
    faults[1].set = false;
    set(&faults[0], name, n, error, ever);
    owner = getpid();
}

void fault_where(enum fault_where w)
{
    where = w;
}

static bool is_elsewhere(void)
{
    return where != FAULT_EVERYWHERE && (where == FAULT_HERE) != (getpid() == owner);
}

void fault_also(const char *name, unsigned n, int error, bool ever)
{
    set(&faults[1], name, n, error, ever);
}

void fault_pause(bool paused)
{
    is_paused = paused;
}

bool fault_over(void)
{
    bool reached = faults[0].calls >= faults[0].n;

    faults[0].set = faults[1].set = false;
    return reached;
}

__attribute__((constructor)) static void begin(void)
{
    faults = mmap(NULL, FAULTS * sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (faults == MAP_FAILED)
        abort();
    const char *text = getenv("FAULT");
    char name[24], ever[8] = "";
    unsigned n;
    int error;

    if (text && sscanf(text, "%23[^:]:%u:%d:%7s", name, &n, &error, ever) >= 3)
        fault_at(strcmp(name, "any") == 0 ? NULL : name, n, error, ever[0] != '\0');
}

/* 0: this call is as any other. */
static int hit(const char *name)
{
    int error = 0;

    for (size_t i = 0; faults && i < FAULTS; i++) {
        struct fault *f = &faults[i];

        if (!f->set || is_paused || is_elsewhere() || (f->name[0] && strcmp(f->name, name) != 0))
            continue;
        f->calls++;
        if (!error && (f->ever ? f->calls >= f->n : f->calls == f->n))
            error = f->error;
    }
    if (error > 0)
        errno = error;
    return error;
}

/* The C library's own. */
#define REAL(name)                                                                                           \
    static __typeof__(name) *real;                                                                           \
    if (!real)                                                                                               \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

#define FAILS(name, type, params, args)                                                                      \
    type name params                                                                                         \
    {                                                                                                        \
        REAL(name);                                                                                          \
        int error = hit(#name);                                                                              \
        return error > 0 ? -1 : error == FAULT_NOTHING ? 0 : real args;                                      \
    }

FAILS(accept4, int, (int fd, __SOCKADDR_ARG at, socklen_t *len, int flags), (fd, at, len, flags))
FAILS(bind, int, (int fd, __CONST_SOCKADDR_ARG at, socklen_t len), (fd, at, len))
FAILS(chdir, int, (const char *path), (path))
FAILS(connect, int, (int fd, __CONST_SOCKADDR_ARG at, socklen_t len), (fd, at, len))
FAILS(faccessat, int, (int at, const char *path, int mode, int flags), (at, path, mode, flags))
FAILS(fchmod, int, (int fd, mode_t mode), (fd, mode))
FAILS(fchown, int, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
FAILS(fgetxattr, ssize_t, (int fd, const char *name, void *value, size_t room), (fd, name, value, room))
FAILS(flock, int, (int fd, int how), (fd, how))
FAILS(fork, pid_t, (void), ())
FAILS(fremovexattr, int, (int fd, const char *name), (fd, name))
FAILS(fsetxattr, int, (int fd, const char *name, const void *value, size_t len, int flags),
      (fd, name, value, len, flags))
FAILS(fstat, int, (int fd, struct stat *st), (fd, st))
FAILS(fstatat, int, (int at, const char *path, struct stat *st, int flags), (at, path, st, flags))
FAILS(fsync, int, (int fd), (fd))
FAILS(getrlimit, int, (__rlimit_resource_t what, struct rlimit *limit), (what, limit))
FAILS(getxattr, ssize_t, (const char *path, const char *name, void *value, size_t room),
      (path, name, value, room))
FAILS(linkat, int, (int from, const char *a, int to, const char *b, int flags), (from, a, to, b, flags))
FAILS(listen, int, (int fd, int n), (fd, n))
FAILS(lseek, off_t, (int fd, off_t offset, int whence), (fd, offset, whence))
FAILS(lstat, int, (const char *path, struct stat *st), (path, st))
FAILS(mkdir, int, (const char *path, mode_t mode), (path, mode))
FAILS(poll, int, (struct pollfd * at, nfds_t n, int ms), (at, n, ms))
FAILS(recvmsg, ssize_t, (int fd, struct msghdr *message, int flags), (fd, message, flags))
FAILS(rename, int, (const char *a, const char *b), (a, b))
FAILS(renameat, int, (int from, const char *a, int to, const char *b), (from, a, to, b))
FAILS(renameat2, int, (int from, const char *a, int to, const char *b, unsigned flags),
      (from, a, to, b, flags))
FAILS(rmdir, int, (const char *path), (path))
FAILS(setrlimit, int, (__rlimit_resource_t what, const struct rlimit *limit), (what, limit))
FAILS(socket, int, (int domain, int type, int protocol), (domain, type, protocol))
FAILS(socketpair, int, (int domain, int type, int protocol, int fds[2]), (domain, type, protocol, fds))
FAILS(stat, int, (const char *path, struct stat *st), (path, st))
FAILS(statx, int, (int at, const char *path, int flags, unsigned mask, struct statx *st),
      (at, path, flags, mask, st))
FAILS(timerfd_create, int, (int clock, int flags), (clock, flags))
FAILS(timerfd_settime, int, (int fd, int flags, const struct itimerspec *when, struct itimerspec *old),
      (fd, flags, when, old))
FAILS(unlink, int, (const char *path), (path))
FAILS(unlinkat, int, (int at, const char *path, int flags), (at, path, flags))
FAILS(waitpid, pid_t, (pid_t pid, int *status, int options), (pid, status, options))

/* What is closed is closed, also where that fails. */
int close(int fd)
{
    REAL(close);
    int error = hit("close"), result = real(fd);

    if (error > 0)
        errno = error;
    return error > 0 ? -1 : result;
}

char *realpath(const char *path, char *out)
{
    REAL(realpath);
    return hit("realpath") > 0 ? NULL : real(path, out);
}

ssize_t read(int fd, void *to, size_t room)
{
    REAL(read);
    int error = hit("read");

    return error == FAULT_END ? 0 : error > 0 ? -1 : real(fd, to, error == FAULT_SHORT && room ? 1 : room);
}

ssize_t write(int fd, const void *from, size_t len)
{
    REAL(write);
    int error = hit("write");

    return error == FAULT_NOTHING ? 0
           : error > 0            ? -1
                                  : real(fd, from, error == FAULT_SHORT && len ? 1 : len);
}

ssize_t send(int fd, const void *from, size_t len, int flags)
{
    REAL(send);
    int error = hit("send");

    return error == FAULT_NOTHING ? 0
           : error > 0            ? -1
                                  : real(fd, from, error == FAULT_SHORT && len ? 1 : len, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    REAL(sendmsg);
    int error = hit("sendmsg");

    if (error > 0)
        return -1;
    struct msghdr sent = *message;
    struct iovec part = sent.msg_iov[0];
    if (error == FAULT_SHORT) {
        part.iov_len = 1;
        sent.msg_iov = &part;
    }
    return real(fd, &sent, flags);
}

/* The mode is there where a file may be made. */
#define MODE(flags, mode)                                                                                    \
    if ((flags)&O_CREAT) {                                                                                   \
        va_list list;                                                                                        \
        va_start(list, flags);                                                                               \
        mode = va_arg(list, mode_t);                                                                         \
        va_end(list);                                                                                        \
    }

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    REAL(open);

    MODE(flags, mode)
    return hit("open") > 0 ? -1 : real(path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    REAL(openat);

    MODE(flags, mode)
    return hit("openat") > 0 ? -1 : real(at, path, flags, mode);
}
