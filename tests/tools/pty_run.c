/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pty_run [--columns=N] COMMAND [ARGUMENT...] < orders
 *
 * Runs COMMAND in a session of its own, on a terminal of its own (a pty; N columns wide, else of no known
 * width), and copies what it prints there to standard output. Meanwhile it reads orders, one a line:
 *
 *     wait TEXT       goes on when TEXT has been printed (5 seconds at most: "late" is printed)
 *     type TEXT       types TEXT and Enter
 *     interrupt       types ^C
 *     columns N       makes the terminal N columns wide
 *     close           closes the terminal, as when a window or a connection is lost
 *
 * When the orders have ended, or the command, it waits for the command. The last line is "status N" or
 * "signal N". A command that runs for more than a minute is killed. Status 0; 1 when something failed; 2 bad
 * usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_MS = 60000, WAIT_MS = 5000, STEP_MS = 20 };

static int terminal = -1;
static char printed[65536]; /* the end of what the command has printed, for `wait` */
static size_t n_printed;
static char orders[4096]; /* what has been read and not yet obeyed */
static size_t n_orders;
static char awaited[256]; /* "" when nothing is */
static long awaited_since;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "pty_run: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void set_columns(const char *text)
{
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)atoi(text)};

    if (terminal >= 0 && ioctl(terminal, TIOCSWINSZ, &size) < 0)
        fail("columns");
}

static pid_t start(char **command, const char *columns)
{
    terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
        fail("pty");
    const char *name = ptsname(terminal);
    int end = name ? open(name, O_RDWR | O_NOCTTY) : -1;
    if (end < 0)
        fail("pty");
    if (columns)
        set_columns(columns);
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child > 0) {
        close(end);
        return child;
    }
    setsid();
    if (ioctl(end, TIOCSCTTY, 0) < 0 || dup2(end, 0) < 0 || dup2(end, 1) < 0 || dup2(end, 2) < 0)
        fail("pty");
    if (end > 2)
        close(end);
    execvp(command[0], command);
    fail(command[0]);
}

static void copy(void)
{
    char bytes[4096];
    ssize_t n = read(terminal, bytes, sizeof bytes);

    if (n <= 0) { /* EIO: the command has closed its end */
        close(terminal);
        terminal = -1;
        return;
    }
    fwrite(bytes, 1, (size_t)n, stdout);
    fflush(stdout);
    if (n_printed + (size_t)n > sizeof printed - 1)
        n_printed = 0;
    memcpy(printed + n_printed, bytes, (size_t)n);
    n_printed += (size_t)n;
    printed[n_printed] = '\0';
}

static void type(const char *text)
{
    if (terminal >= 0 && write(terminal, text, strlen(text)) < 0)
        fail("type");
}

static void obey(const char *order)
{
    if (strncmp(order, "wait ", 5) == 0) {
        size_t len = strlen(order + 5);
        errno = E2BIG;
        if (len >= sizeof awaited)
            fail("wait");
        memcpy(awaited, order + 5, len + 1);
        awaited_since = now_ms();
    } else if (strncmp(order, "type ", 5) == 0) {
        type(order + 5);
        type("\n");
    } else if (strcmp(order, "interrupt") == 0) {
        type("\3");
    } else if (strncmp(order, "columns ", 8) == 0) {
        set_columns(order + 8);
    } else if (strcmp(order, "close") == 0) {
        if (terminal >= 0)
            close(terminal);
        terminal = -1;
    } else {
        errno = EINVAL;
        fail(order);
    }
}

/* Obeys what has been read, up to an order to wait. */
static void obey_all(void)
{
    char *end;

    if (*awaited && strstr(printed, awaited)) {
        *awaited = '\0';
    } else if (*awaited && now_ms() - awaited_since > WAIT_MS) {
        printf("\nlate: %s\n", awaited);
        *awaited = '\0';
    }
    while (!*awaited && (end = memchr(orders, '\n', n_orders))) {
        *end = '\0';
        obey(orders);
        n_orders -= (size_t)(end + 1 - orders);
        memmove(orders, end + 1, n_orders);
    }
}

int main(int argc, char **argv)
{
    static const char option[] = "--columns=";
    const char *columns = NULL;

    if (argc > 1 && strncmp(argv[1], option, sizeof option - 1) == 0) {
        columns = argv[1] + sizeof option - 1;
        argc--;
        argv++;
    }
    if (argc < 2) {
        fputs("usage: pty_run [--columns=N] COMMAND [ARGUMENT...] < orders\n", stderr);
        return 2;
    }
    pid_t child = start(argv + 1, columns);
    long deadline = now_ms() + LONGEST_MS;
    bool ordered = true;
    int status = 0;

    while (waitpid(child, &status, WNOHANG) == 0) {
        struct pollfd fds[] = {{.fd = terminal, .events = POLLIN},
                               {.fd = ordered ? STDIN_FILENO : -1, .events = POLLIN}};
        poll(fds, 2, STEP_MS);
        if (fds[0].revents)
            copy();
        if (fds[1].revents && n_orders < sizeof orders) {
            ssize_t n = read(STDIN_FILENO, orders + n_orders, sizeof orders - n_orders);
            ordered = n > 0;
            n_orders += n > 0 ? (size_t)n : 0;
        }
        obey_all();
        if (now_ms() > deadline)
            kill(child, SIGKILL);
    }
    /* What it has printed last; processes that it left behind may hold the terminal open. */
    for (struct pollfd last = {.events = POLLIN}; last.fd = terminal, terminal >= 0 && poll(&last, 1, 0) > 0;)
        copy();
    if (WIFSIGNALED(status))
        printf("\nsignal %d\n", WTERMSIG(status));
    else
        printf("\nstatus %d\n", WEXITSTATUS(status));
    return 0;
}
