/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "lbgen/nft_model.h"
#include "lbgen/nft_script.h"
#include "lbgen/own_table_live.h"
#include "lbgen/scratch.h"
#include "lbgen/spawn.h"

enum { TRIAL_SECONDS = 60 };

/* How the child's answer begins. */
enum { ANSWER_GOOD = 'g', ANSWER_REFUSED = 'r', ANSWER_UNAVAILABLE = 'u' };

/* The shape with the first element of each map. */
static void print_sample(const struct own_table *table, struct buf *out)
{
    struct own_table sample = {.exists = true};
    const char *at = table->elements.at, *end = at + table->elements.len, *last = NULL;
    size_t last_len = 0;

    buf_add(&sample.shape, table->shape.at, table->shape.len);
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at), name = strcspn(at, " ");

        if (!last || name != last_len || memcmp(last, at, name) != 0)
            buf_add(&sample.elements, at, len);
        last = at;
        last_len = name;
        at += len;
    }
    own_table_replace(&sample, out);
    own_table_free(&sample);
}

static void child(const struct own_table *table, pid_t parent, int to) __attribute__((noreturn));

static void child(const struct own_table *table, pid_t parent, int to)
{
    struct complaint why = {.text = ""};
    struct buf script = {0}, answer = {0};
    char first = ANSWER_GOOD;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    print_sample(table, &script);
    if (!scratch_enter(&why))
        first = ANSWER_UNAVAILABLE;
    else if (!nft_script_run(buf_text(&script), NULL, &why) ||
             !nft_script_run("list table inet " NFT_TABLE "\n", &answer, &why))
        first = ANSWER_REFUSED;
    if (first != ANSWER_GOOD)
        buf_str(&answer, why.text);
    _exit(buf_flush_fd(&to, &first, 1) == 0 && buf_flush_fd(&to, answer.at, answer.len) == 0 ? 0 : 1);
}

/* All that the child says; false when it is silent for too long. */
static bool hear(int from, struct buf *answer)
{
    struct pollfd p = {.fd = from, .events = POLLIN};
    char piece[16384];

    for (;;) {
        int ready = poll(&p, 1, TRIAL_SECONDS * 1000);
        ssize_t n = ready > 0 ? read(from, piece, sizeof piece) : -1;

        if ((ready < 0 || (ready > 0 && n < 0)) && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 && answer->len > 0;
        buf_add(answer, piece, (size_t)n);
    }
}

static bool judge(struct buf *answer, struct buf *shape, bool *available, struct complaint *why)
{
    const char *text = buf_text(answer);

    *available = text[0] != ANSWER_UNAVAILABLE;
    if (text[0] != ANSWER_GOOD)
        return complain(why, 0, 0, "%.200s", text + 1);
    buf_add(shape, text + 1, answer->len - 1);
    return true;
}

bool own_table_try(const struct own_table *table, struct buf *shape, bool *available, struct complaint *why)
{
    struct buf answer = {0};
    pid_t parent = getpid(), pid;
    int ends[2];
    bool good;

    *available = false;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return complain(why, 0, 0, "no pipe can be had to try the table: %s", strerror(errno));
    pid = fork();
    if (pid == 0)
        child(table, parent, ends[1]);
    int error = errno;
    close(ends[1]);
    good = pid > 0 && hear(ends[0], &answer);
    close(ends[0]);
    if (pid < 0)
        return complain(why, 0, 0, "no process can be had to try the table: %s", strerror(error));
    if (!good)
        kill(pid, SIGKILL);
    spawn_wait(pid);
    good = good ? judge(&answer, shape, available, why)
                : complain(why, 0, 0, "the trial gave no answer in time, or died");
    buf_free(&answer);
    return good;
}
