/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lbgen/buf.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt_capture.h"
#include "lbgen/xt_child.h"
#include "lbgen/xt_library.h"

static struct {
    const struct xt_work *what;
    void *questions;
    size_t index;
    int to;
    bool started;
    struct buf reply;
} work;

static void no_memory(void)
{
    _exit(XT_EXIT_NO_MEMORY);
}

/* Gone with the parent, deaf to what the parent listens to. */
static void become_a_child(pid_t parent)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(XT_EXIT_DONE);
    sigprocmask(SIG_SETMASK, &none, NULL);
    xalloc_on_failure(no_memory);
}

/* The answer stands in work.reply, behind room for the head. */
static void send_reply(bool last)
{
    struct xt_reply head;

    memset(&head, 0, sizeof head);
    head.index = work.index;
    head.len = work.reply.len - sizeof head;
    head.last = last;
    memcpy(work.reply.at, &head, sizeof head);
    if (buf_flush_fd(&work.to, work.reply.at, work.reply.len))
        _exit(XT_EXIT_MUTE);
}

static struct buf *empty_reply(void)
{
    static const struct xt_reply head;

    work.reply.len = 0;
    buf_add(&work.reply, &head, sizeof head);
    return &work.reply;
}

/* libxtables has called exit(). */
static void answer_and_end(void)
{
    if (!work.started)
        _exit(XT_EXIT_NO_LIBRARY);
    if (strstr(xt_captured_noise(), strerror(ENOMEM)))
        no_memory();
    work.what->answer_ended(work.questions, work.index, empty_reply());
    send_reply(true);
    _exit(XT_EXIT_DONE);
}

void xt_child(pid_t parent, const struct xt_work *what, int family, void *questions, size_t first, size_t n,
              int to)
{
    const struct xt_family *f = xt_family(family);

    become_a_child(parent);
    work.what = what;
    work.questions = questions;
    work.index = first;
    work.to = fcntl(to, F_DUPFD_CLOEXEC, 3); /* 0 to 2 will lead elsewhere */
    if (!xt_capture_start() || atexit(answer_and_end))
        no_memory();
    if (!xt_library_start(f, what->revisions))
        _exit(XT_EXIT_NO_LIBRARY);
    work.started = true;
    for (; work.index < n; work.index++) {
        what->answer(f, questions, work.index, empty_reply());
        send_reply(false);
    }
    _exit(XT_EXIT_DONE);
}
