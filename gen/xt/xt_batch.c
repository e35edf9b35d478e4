/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lbgen/buf.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt_batch.h"
#include "lbgen/xt_child.h"

int xt_patience = 20 * 1000;

struct batch {
    const struct xt_work *work;
    int family;
    void *questions;
    size_t n, answered;
    bool child_is_done; /* it said so */
    char **why;
};

struct child {
    pid_t pid;
    int from;
};

static int fail(struct batch *b, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(struct batch *b, int error, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    *b->why = xmemdup0(text.at, text.len);
    buf_free(&text);
    return error;
}

static long long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int start_child(struct batch *b, struct child *c)
{
    int ends[2];
    pid_t self = getpid();
    sigset_t all, before;

    if (pipe2(ends, O_CLOEXEC))
        return fail(b, errno, "no pipe to the process that asks libxtables: %s", strerror(errno));
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    c->pid = fork();
    if (!c->pid) {
        close(ends[0]);
        xt_child(self, b->work, b->family, b->questions, b->answered, b->n, ends[1]);
    }
    int error = c->pid < 0 ? errno : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    c->from = ends[0];
    if (error)
        close(ends[0]);
    return error ? fail(b, error, "no process to ask libxtables: %s", strerror(error)) : 0;
}

/* The child's wait status; -1: somebody else has taken it. It has closed its pipe or is being killed, so it
 * ends soon. */
static int reap(pid_t pid)
{
    long long killing = now() + 2000, giving_up = killing + 5000;
    struct timespec pause = {0, 20 * 1000};
    int status;

    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);

        if (got == pid)
            return status;
        if (got < 0 && errno != EINTR)
            return -1;
        if (now() >= giving_up)
            return -1;
        if (now() >= killing)
            kill(pid, SIGKILL);
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < 5 * 1000 * 1000)
            pause.tv_nsec *= 2;
    }
}

/* Takes the whole replies out of what came; false: that is no reply. */
static bool take_replies(struct batch *b, struct buf *in)
{
    size_t taken = 0;

    while (in->len - taken >= sizeof(struct xt_reply)) {
        struct xt_reply reply;

        memcpy(&reply, in->at + taken, sizeof reply);
        if (b->answered >= b->n || reply.index != b->answered || reply.len > XT_REPLY_MAX)
            return false;
        if (in->len - taken - sizeof reply < reply.len)
            break;
        if (!b->work->take(b->questions, b->answered, in->at + taken + sizeof reply, reply.len))
            return false;
        b->answered++;
        b->child_is_done = reply.last;
        taken += sizeof reply + reply.len;
    }
    if (taken)
        memmove(in->at, in->at + taken, in->len - taken);
    in->len -= taken;
    return true;
}

/* Waits for more from the child: > 0 it is there (or the end), 0 patience is over. */
static int wait_for(int fd)
{
    long long deadline = now() + xt_patience;

    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        long long left = deadline - now();
        int n = poll(&p, 1, left > 0 ? (int)left : 0);

        if (n >= 0 || errno != EINTR)
            return n;
    }
}

/* Reads until the child closes its end. */
static int listen_to(struct batch *b, const struct child *c)
{
    static char piece[64 * 1024];
    struct buf in = {0};
    int error = 0;

    while (!error) {
        int ready = wait_for(c->from);
        ssize_t n = ready > 0 ? read(c->from, piece, sizeof piece) : 0;

        if (!ready)
            error = fail(b, ETIMEDOUT, "libxtables gave no answer for %d s, at: %s", xt_patience / 1000,
                         b->answered < b->n ? b->work->name(b->questions, b->answered) : "the end");
        else if (ready < 0 || (n < 0 && errno != EINTR))
            error = fail(b, errno, "nothing can be read from the process that asks libxtables: %s",
                         strerror(errno));
        else if (!n)
            break;
        else if (n > 0)
            buf_add(&in, piece, (size_t)n);
        if (!error && !take_replies(b, &in))
            error = fail(b, EPROTO, "what the process that asks libxtables says can't be understood");
    }
    buf_free(&in);
    return error;
}

static void blame_question(struct batch *b, const char *what, int number)
{
    char text[80];

    snprintf(text, sizeof text, "libxtables crashes on this rule (%s %d)", what, number);
    b->work->take_crash(b->questions, b->answered++, text);
}

static bool is_crash(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGFPE ||
           signal == SIGILL || signal == SIGTRAP || signal == SIGSYS;
}

/* The child ended before its time. 0: the next child can go on behind the question that it was at. */
static int judge(struct batch *b, int status)
{
    if (status == -1)
        return fail(b, ECHILD, "the process that asks libxtables ended, nobody knows why");
    if (WIFSIGNALED(status) && !is_crash(WTERMSIG(status)))
        return fail(b, ECANCELED, "the process that asks libxtables was ended by signal %d",
                    WTERMSIG(status));
    if (WIFSIGNALED(status))
        blame_question(b, "signal", WTERMSIG(status));
    else if (WEXITSTATUS(status) == XT_EXIT_NO_MEMORY)
        return fail(b, ENOMEM, "memory ran out in the process that asks libxtables");
    else if (WEXITSTATUS(status) == XT_EXIT_MUTE)
        return fail(b, EIO, "the process that asks libxtables can't send its answers");
    else if (WEXITSTATUS(status) == XT_EXIT_NO_LIBRARY)
        return fail(b, ELIBACC, "libxtables can't be started");
    else
        blame_question(b, "status", WEXITSTATUS(status));
    return 0;
}

static int ask_a_child(struct batch *b)
{
    struct child c = {-1, -1};
    int error = start_child(b, &c);

    if (error)
        return error;
    b->child_is_done = false;
    error = listen_to(b, &c);
    close(c.from);
    if (error)
        kill(c.pid, SIGKILL);
    int status = reap(c.pid);
    if (error || b->child_is_done || b->answered == b->n)
        return error;
    return judge(b, status);
}

int xt_ask(const struct xt_work *work, int family, void *questions, size_t n, char **why)
{
    struct batch b = {.work = work, .family = family, .questions = questions, .n = n, .why = why};
    int error = 0;

    *why = NULL;
    while (!error && b.answered < n)
        error = ask_a_child(&b);
    return error;
}
