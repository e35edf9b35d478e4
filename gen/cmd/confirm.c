/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "lbgen/confirm.h"

enum { LOOK_MS = 1000 /* at the guard, whether it is stopped */ };

/* A process in the background that reads its terminal is stopped; it does not ask. */
static bool is_asked(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void ask(unsigned seconds)
{
    fprintf(stderr,
            "lbgen: the new rules are live, and undone in %u s unless you keep them.\n"
            "lbgen: Can you still get in? y keeps them, as lbgen --confirmed from another\n"
            "session does; n undoes them: ",
            seconds);
    fflush(stderr);
}

static void ask_again(unsigned seconds)
{
    unsigned left;

    ask(guard_is_pending(&left) ? left : seconds);
}

/* What was typed: y, n, something else ('?'), or 0: the terminal is gone. A whole line counts, not its first
 * letter: it may be the next command, pasted with this one. */
static int read_answer(void)
{
    static const struct {
        const char *line;
        int answer;
    } answers[] = {{"y", 'y'}, {"yes", 'y'}, {"n", 'n'}, {"no", 'n'}};
    char line[64];
    ssize_t n = read(STDIN_FILENO, line, sizeof line - 1);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return '?';
    if (n <= 0)
        return 0;
    line[n] = '\0';
    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strcasecmp(line, answers[i].line) == 0)
            return answers[i].answer;
    return '?';
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
    case 'y': return GUARD_CONFIRM;
    case 'n': return GUARD_UNDO;
    case 0: *asked = false; return 0;
    default: ask_again(seconds); return 0;
    }
}

enum guard_word confirm_wait(struct guard *guard, unsigned seconds, struct complaint *why)
{
    int signals = open_signals(), order = 0;
    bool asked = is_asked();

    if (asked) {
        tcflush(STDIN_FILENO, TCIFLUSH); /* what was typed before the question is no answer to it */
        ask(seconds);
    }
    while (!order) {
        struct pollfd ears[] = {{.fd = guard->fd, .events = POLLIN},
                                {.fd = signals, .events = POLLIN},
                                {.fd = asked ? STDIN_FILENO : -1, .events = POLLIN}};

        int ready = poll(ears, 3, LOOK_MS);

        if (ready == 0 && guard_is_stopped(guard))
            break;
        if (ready <= 0)
            continue;
        if (!ears[0].revents && !ears[1].revents) {
            order = ears[2].revents ? hear_terminal(&asked, seconds) : 0;
            continue;
        }
        if (asked)
            fputc('\n', stderr); /* the question stands there without an answer */
        if (ears[0].revents)
            break;
        order = GUARD_UNDO;
    }
    if (signals >= 0)
        close(signals);
    return order ? guard_order(guard, (enum guard_order)order, 0, why) : guard_listen(guard, why);
}
