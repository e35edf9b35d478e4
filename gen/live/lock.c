/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lbgen/lock.h"

enum { FIRST_PAUSE_MS = 1, LONGEST_PAUSE_MS = 50 };

struct lock_file {
    int folder; /* or AT_FDCWD */
    const char *name;
    const char *shown; /* in messages */
    int flags;         /* of open */
};

static enum lock_result failed(struct complaint *why, const char *name, const char *what, int error)
{
    complain(why, 0, 0, "%s %s: %s", name, what, strerror(error));
    return LOCK_FAILED;
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void sleep_ms(uint64_t ms)
{
    nanosleep(&(struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000},
              NULL);
}

static int open_file(const struct lock_file *file)
{
    /* O_NONBLOCK: a FIFO in its place must not hang us. */
    return openat(file->folder, file->name, file->flags | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
}

/* A lock on a file that was removed meanwhile keeps nobody out who opens the new one. */
static bool is_in_place(const struct lock_file *file, int fd)
{
    struct stat ours, there;

    return fstat(fd, &ours) == 0 && fstatat(file->folder, file->name, &there, 0) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* One try. Afterwards *fd is a descriptor of the file that is there, unless the answer is LOCK_FAILED. */
static enum lock_result try_once(const struct lock_file *file, int *fd, struct complaint *why)
{
    if (*fd < 0 && (*fd = open_file(file)) < 0)
        return failed(why, file->shown, "can't be opened", errno);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) {
        if (is_in_place(file, *fd))
            return LOCK_TAKEN;
        lock_release(fd);
        return LOCK_BUSY;
    }
    if (errno == EWOULDBLOCK || errno == EINTR)
        return LOCK_BUSY;
    return failed(why, file->shown, "can't be locked", errno);
}

/* flock is unfair, and a blocking one could only be ended by a signal: so it is tried again and again. */
static enum lock_result take(const struct lock_file *file, unsigned wait_ms, int *fd, struct complaint *why)
{
    const uint64_t deadline = now_ms() + wait_ms;
    uint64_t pause = FIRST_PAUSE_MS, now;
    enum lock_result result;

    *fd = -1;
    while ((result = try_once(file, fd, why)) == LOCK_BUSY && (now = now_ms()) < deadline) {
        sleep_ms(pause < deadline - now ? pause : deadline - now);
        pause = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : LONGEST_PAUSE_MS;
    }
    if (result != LOCK_TAKEN)
        lock_release(fd);
    return result;
}

enum lock_result lock_xtables(const char *path, unsigned wait_ms, int *fd, struct complaint *why)
{
    const char *other = getenv("XTABLES_LOCKFILE");

    if (other && *other)
        path = other;
    return take(&(struct lock_file){AT_FDCWD, path, path, O_RDONLY}, wait_ms, fd, why);
}

static int open_own_folder(const char *folder, struct complaint *why)
{
    struct stat st;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        failed(why, folder, "can't be made", errno);
        return -1;
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0) {
        if (st.st_uid == geteuid() && !(st.st_mode & 022))
            return fd;
        complain(why, 0, 0, "%s is not used: %s", folder,
                 st.st_uid == geteuid() ? "others may write there" : "it belongs to somebody else");
    } else {
        failed(why, folder, "can't be opened", errno);
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

enum lock_result lock_own(const char *folder, unsigned wait_ms, int *fd, struct complaint *why)
{
    char shown[128];
    int folder_fd = open_own_folder(folder, why);

    *fd = -1;
    if (folder_fd < 0)
        return LOCK_FAILED;
    snprintf(shown, sizeof shown, "%s/lock", folder);
    enum lock_result result =
        take(&(struct lock_file){folder_fd, "lock", shown, O_RDWR | O_NOFOLLOW}, wait_ms, fd, why);
    close(folder_fd);
    return result;
}

void lock_release(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
