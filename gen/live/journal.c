/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/journal.h"

#define JOURNAL_NEW_PATH JOURNAL_PATH ".new"

enum { STATE_MAX = 1 << 30 };

/* `netns DEV INODE`: the network namespace that the rules are in. */
static bool print_namespace(struct buf *out)
{
    struct stat ns;

    if (stat("/proc/self/ns/net", &ns) != 0)
        return false;
    buf_printf(out, "netns %ju %ju\n", (uintmax_t)ns.st_dev, (uintmax_t)ns.st_ino);
    return true;
}

static bool write_new(const struct buf *text)
{
    int fd = open(JOURNAL_NEW_PATH, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error = fd < 0 ? errno : buf_flush_fd(&fd, text->at, text->len);

    if (fd >= 0 && close(fd) != 0 && !error)
        error = errno;
    if (!error && rename(JOURNAL_NEW_PATH, JOURNAL_PATH) != 0)
        error = errno;
    errno = error;
    return error == 0;
}

bool journal_write(const struct plan *plan, struct complaint *why)
{
    struct buf text = {0};
    bool good = print_namespace(&text);

    plan_print(plan, &text);
    good = good && write_new(&text);
    int error = errno;
    buf_free(&text);
    if (!good)
        unlink(JOURNAL_NEW_PATH);
    if (!good)
        return complain(why, 0, 0, "%s can't be written: %s", JOURNAL_PATH, strerror(error));
    return true;
}

bool state_read(const char *path, struct buf *text, struct complaint *why)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    char piece[16384];
    ssize_t n = 0;

    if (fd < 0 && errno == ENOENT)
        return true;
    if (fd < 0)
        return complain(why, 0, 0, "%s can't be read: %s", path, strerror(errno));
    while (text->len < STATE_MAX && /* GCOVR_EXCL_BR_LINE: no test has a state of a gibibyte */
           ((n = read(fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR)))
        if (n > 0)
            buf_add(text, piece, (size_t)n);
    int error = errno;
    close(fd);
    if (n < 0)
        return complain(why, 0, 0, "%s can't be read: %s", path, strerror(error));
    if (n > 0) /* GCOVR_EXCL_BR_LINE: no test has a state of a gibibyte */
        return complain(why, 0, 0, "%s can't be read: it is too long", path);
    return true;
}

enum journal_found journal_read(struct plan *out, struct complaint *why)
{
    struct buf text = {0}, ours = {0};
    enum journal_found found = JOURNAL_UNREADABLE;

    if (state_read(JOURNAL_PATH, &text, why)) {
        const char *line_end = text.len ? memchr(text.at, '\n', text.len) : NULL;
        size_t head = line_end ? (size_t)(line_end - text.at) + 1 : 0;

        print_namespace(&ours);
        if (text.len == 0)
            found = JOURNAL_NONE;
        else if (head == 0 || strncmp(text.at, "netns ", 6) != 0)
            complain(why, 0, 0, "%s is damaged", JOURNAL_PATH);
        else if (head != ours.len || memcmp(text.at, ours.at, head) != 0)
            found = JOURNAL_ELSEWHERE;
        else if (plan_read(out, text.at + head, text.len - head))
            found = JOURNAL_FOUND;
        else
            complain(why, 0, 0, "%s is damaged", JOURNAL_PATH);
    }
    buf_free(&text);
    buf_free(&ours);
    return found;
}

void journal_remove(void)
{
    unlink(JOURNAL_PATH);
}
