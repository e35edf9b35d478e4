/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include "lbgen/progress.h"

enum { LINE_MAX_COLUMNS = 79 };

static const char *volatile stage = "";
static volatile sig_atomic_t shown;
static bool running;

static void put(const char *text)
{
    /* A progress line that can't be written is no loss. */
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

/* How much of the line has room: a line that wraps could not be cleared. */
static size_t room(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U
                                                                           : LINE_MAX_COLUMNS;
}

/* Async-signal-safe: system calls alone. */
static void on_alarm(int signal)
{
    static const char begin[] = "lbgen: ", end[] = " ...";
    char line[LINE_MAX_COLUMNS + 1];
    size_t len = 0, most = room();
    int kept = errno; /* of the call that was interrupted */

    (void)signal;
    if (most > LINE_MAX_COLUMNS)
        most = LINE_MAX_COLUMNS;
    for (const char *p = begin; *p && len < most; p++)
        line[len++] = *p;
    for (const char *p = stage; *p && len < most; p++)
        line[len++] = *p;
    for (const char *p = end; *p && len < most; p++)
        line[len++] = *p;
    line[len] = '\0';
    put("\r");
    put(line);
    put("\033[K");
    shown = 1;
    errno = kept;
}

static void set_clock(int seconds)
{
    struct itimerval every = {.it_value.tv_sec = seconds, .it_interval.tv_sec = seconds};

    setitimer(ITIMER_REAL, &every, NULL);
}

void progress_begin(void)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};

    if (running || !isatty(STDERR_FILENO))
        return;
    sigaction(SIGALRM, &action, NULL);
    running = true;
    set_clock(1);
}

void progress_stage(const char *what)
{
    stage = what;
}

void progress_clear(void)
{
    if (!running || !shown)
        return;
    shown = 0;
    put("\r\033[K");
}

void progress_end(void)
{
    if (!running)
        return;
    set_clock(0);
    progress_clear();
    running = false;
}
