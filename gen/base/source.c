/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/source.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { SILENCE_MS = 60 * 1000, FIRST_PIECE = 64 * 1024 };

struct text {
    char *at;
    size_t len, cap;
};

static size_t room_left(const struct sources *s)
{
    size_t used = s->n ? s->at[s->n - 1].base + s->at[s->n - 1].len + 1 : 0;

    return SOURCES_MAX > used ? SOURCES_MAX - used : 0;
}

/* A terminal may be silent as long as the user thinks; a pipe or FIFO whose writer hangs must not hang us. */
static bool wait_for_data(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int ready;

    if (isatty(fd))
        return true;
    do
        ready = poll(&p, 1, SILENCE_MS);
    while (ready < 0 && errno == EINTR);
    return ready != 0;
}

/* A file of one endless line (/dev/zero) is refused long before the limit of all texts. */
static bool endless_line(const struct text *t)
{
    const size_t window = 16 * SOURCE_LINE_MAX;

    return t->len > window && !memchr(t->at + t->len - window, '\n', window);
}

static bool read_all(int fd, size_t limit, struct text *t, struct complaint *why)
{
    for (;;) {
        if (t->len + 1 >= t->cap) {
            t->cap = t->cap * 2;
            t->at = xrealloc(t->at, t->cap, 1);
        }
        if (!wait_for_data(fd))
            return complain(why, 0, 0, "nothing more came for %d seconds", SILENCE_MS / 1000);
        ssize_t got = read(fd, t->at + t->len, t->cap - t->len - 1);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return complain(why, 0, 0, "can't be read: %s", strerror(errno));
        if (got == 0)
            break;
        t->len += (size_t)got;
        if (t->len > limit)
            return complain(why, 0, 0, "is too large: all input together may have %zu MiB",
                            SOURCES_MAX >> 20);
        if (endless_line(t))
            return complain(why, 0, 0, "is no text: a line does not end");
    }
    t->at[t->len] = '\0';
    return true;
}

static bool same_file_state(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool read_open_file(int fd, size_t limit, struct text *t, struct complaint *why)
{
    struct stat before, after;

    if (fstat(fd, &before) != 0)
        return complain(why, 0, 0, "can't be read: %s", strerror(errno));
    if (S_ISDIR(before.st_mode))
        return complain(why, 0, 0, "is a folder, not a file");
    size_t expect = S_ISREG(before.st_mode) && before.st_size > 0 ? (size_t)before.st_size : 0;
    if (expect > limit)
        return complain(why, 0, 0, "is too large: all input together may have %zu MiB", SOURCES_MAX >> 20);
    t->cap = expect ? expect + 2 : FIRST_PIECE;
    t->at = xmalloc_whole(t->cap);
    if (!read_all(fd, limit, t, why))
        return false;
    if (S_ISREG(before.st_mode) && (fstat(fd, &after) != 0 || !same_file_state(&before, &after)))
        return complain(why, 0, 0, "was changed by somebody while it was read; try again");
    return true;
}

static int add(struct sources *s, const char *name, const char *text, size_t len, bool owned)
{
    size_t base = s->n ? s->at[s->n - 1].base + s->at[s->n - 1].len + 1 : 0;

    *VEC_ADD(s) = (struct source){
        .name = xmemdup0(name, strlen(name)), .text = text, .len = len, .base = (srcpos)base, .owned = owned};
    return (int)(s->n - 1);
}

int sources_read(struct sources *s, const char *path, struct complaint *why)
{
    struct text t = {0};
    bool is_stdin = strcmp(path, "-") == 0;
    /* O_NONBLOCK: opening a FIFO that nobody writes to must not hang; the poll before each read waits
     * instead. */
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        complain(why, 0, 0, "can't be opened: %s", strerror(errno));
        return -1;
    }
    bool good = read_open_file(fd, room_left(s), &t, why);
    if (!is_stdin)
        close(fd);
    if (!good) {
        free(t.at);
        return -1;
    }
    return add(s, is_stdin ? "<stdin>" : path, t.at, t.len, true);
}

int sources_add_text(struct sources *s, const char *name, const char *text, size_t len)
{
    return add(s, name, text, len, false);
}

static void index_lines(struct source *src)
{
    struct {
        uint32_t *at;
        size_t n, cap;
    } starts = {0};
    const char *end = src->text + src->len;

    *VEC_ADD(&starts) = 0;
    for (const char *p = src->text; (p = memchr(p, '\n', (size_t)(end - p)));)
        *VEC_ADD(&starts) = (uint32_t)(++p - src->text);
    src->line_start = starts.at;
    src->lines = starts.n;
}

/* The last of n ascending numbers that is not above x; the first one is never above it. */
static size_t last_not_above(const uint32_t *at, size_t n, uint32_t x)
{
    size_t low = 0;

    while (n > 1) {
        size_t half = n / 2;

        if (at[low + half] <= x)
            low += half;
        n -= half;
    }
    return low;
}

struct source_place sources_place(struct sources *s, srcpos pos)
{
    size_t i = s->n - 1;

    while (i > 0 && s->at[i].base > pos)
        i--;
    struct source *src = &s->at[i];
    if (!src->line_start)
        index_lines(src);
    uint32_t offset = pos - src->base;
    size_t line = last_not_above(src->line_start, src->lines, offset);
    const char *text = src->text + src->line_start[line];
    const char *newline = memchr(text, '\n', src->len - src->line_start[line]);
    size_t len = newline ? (size_t)(newline - text) : src->len - src->line_start[line];
    if (len && text[len - 1] == '\r')
        len--;
    return (struct source_place){.source = src,
                                 .line = line + 1,
                                 .column = offset - src->line_start[line] + 1,
                                 .line_text = text,
                                 .line_len = len};
}

void sources_free(struct sources *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->at[i].name);
        free(s->at[i].line_start);
        if (s->at[i].owned)
            free((void *)(uintptr_t)s->at[i].text);
    }
    free(s->at);
    *s = (struct sources){0};
}
