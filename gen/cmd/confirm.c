/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lbgen/confirm.h"

/* A process in the background that reads its terminal is stopped; it does not ask. */
static bool is_asked(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void ask(unsigned seconds)
{
    fprintf(
        stderr,
        "lbgen: the new rules are live for %u s. Can you still get in? y keeps them, n undoes them; lbgen "
        "--confirmed from another session keeps them too: ",
        seconds);
    fflush(stderr);
}

/* The first letter of a line that was typed; 0: the terminal is gone. */
static int read_answer(void)
{
    char line[64];
    ssize_t n = read(STDIN_FILENO, line, sizeof line);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return '\n';
    return n <= 0 ? 0 : line[0];
}

static int open_signals(void)
{
    sigset_t ending, hangup;

    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    sigprocmask(SIG_UNBLOCK, &hangup, NULL);
    return signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What was typed: the order that it gives, or 0. *asked is cleared when nobody can answer any more. */
static int hear_terminal(bool *asked, unsigned seconds)
{
    switch (read_answer()) {
    case 'y':
    case 'Y': return GUARD_CONFIRM;
    case 'n':
    case 'N': return GUARD_UNDO;
    case 0: *asked = false; return 0;
    default: ask(seconds); return 0;
    }
}

enum guard_word confirm_wait(struct guard *guard, unsigned seconds, struct complaint *why)
{
    int signals = open_signals(), order = 0;
    bool asked = is_asked();

    if (asked)
        ask(seconds);
    while (!order) {
        struct pollfd ears[] = {{.fd = guard->fd, .events = POLLIN},
                                {.fd = signals, .events = POLLIN},
                                {.fd = asked ? STDIN_FILENO : -1, .events = POLLIN}};

        if (poll(ears, 3, -1) < 0)
            continue;
        if (ears[0].revents)
            break;
        if (ears[1].revents)
            order = GUARD_UNDO;
        else if (ears[2].revents)
            order = hear_terminal(&asked, seconds);
    }
    if (signals >= 0)
        close(signals);
    return order ? guard_order(guard, (enum guard_order)order, 0, why) : guard_listen(guard, why);
}
