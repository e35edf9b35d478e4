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
#include "lbgen/xt_answer.h"
#include "lbgen/xt_capture.h"
#include "lbgen/xt_child.h"
#include "lbgen/xt_library.h"

static struct {
    struct xt_rule *rules;
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

static void send_reply(bool last)
{
    const struct xt_rule *rule = &work.rules[work.index];
    struct xt_reply reply;

    memset(&reply, 0, sizeof reply);
    reply.index = work.index;
    reply.at = rule->at;
    reply.len = rule->len;
    reply.head_len = rule->head_len;
    reply.text_len = strlen(rule->text);
    reply.status = (int)rule->status;
    reply.is_goto = rule->is_goto;
    reply.to_chain = rule->to_chain;
    reply.last = last;
    memcpy(reply.chain, rule->chain, sizeof reply.chain);
    memcpy(reply.target, rule->target, sizeof reply.target);
    work.reply.len = 0;
    buf_add(&work.reply, &reply, sizeof reply);
    buf_add(&work.reply, rule->text, reply.text_len);
    if (buf_flush_fd(&work.to, work.reply.at, work.reply.len))
        _exit(XT_EXIT_DONE);
}

/* libxtables has called exit(). */
static void answer_and_end(void)
{
    if (!work.started)
        _exit(XT_EXIT_NO_LIBRARY);
    if (strstr(xt_captured_noise(), strerror(ENOMEM)))
        no_memory();
    xt_answer_ended(&work.rules[work.index]);
    send_reply(true);
    _exit(XT_EXIT_DONE);
}

void xt_child(pid_t parent, int family, struct xt_rule *rules, size_t first, size_t n, int to)
{
    const struct xt_family *f = xt_family(family);

    become_a_child(parent);
    work.rules = rules;
    work.index = first;
    work.to = fcntl(to, F_DUPFD_CLOEXEC, 3); /* 0 to 2 will lead elsewhere */
    if (!xt_capture_start() || atexit(answer_and_end))
        no_memory();
    if (!xt_library_start(f))
        _exit(XT_EXIT_NO_LIBRARY);
    work.started = true;
    for (; work.index < n; work.index++) {
        xt_answer(f, &rules[work.index]);
        send_reply(false);
    }
    _exit(XT_EXIT_DONE);
}
