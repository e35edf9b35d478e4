/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The side of those who talk to the guard. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lbgen/guard_orphans.h"
#include "lbgen/guard_talk.h"
#include "lbgen/spawn.h"

/* Seconds: an answer takes none; an undo as long as all that the guard runs for it, each within limits of its
 * own. A guard that is stopped is not waited for. */
enum { ANSWER_S = 120, UNDO_S = 3600, STOPPED_S = 5, SLICE_MS = 500, END_NAP_MS = 5 };

bool guard_start(struct guard *g, struct complaint *why)
{
    int ends[2];

    *g = (struct guard){.fd = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return complain(why, 0, 0, "no socket to the guard: %s", strerror(errno));
    const pid_t command = getpid();
    g->pid = fork();
    if (g->pid == 0) {
        ino_t line = guard_socket_inode(ends[0]);

        close(ends[0]);
        guard_process(ends[1], command, line);
    }
    close(ends[1]);
    if (g->pid > 0) {
        g->fd = ends[0];
        return true;
    }
    int error = errno;
    close(ends[0]);
    g->pid = 0;
    return complain(why, 0, 0, "the guard can't be started: %s", strerror(error));
}

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool guard_is_stopped(struct guard *g)
{
    siginfo_t info = {.si_pid = 0};

    if (waitid(P_PID, (id_t)g->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
        g->stopped_at = 0;
        return false;
    }
    if (g->stopped_at == 0)
        g->stopped_at = now_ms();
    if (now_ms() - g->stopped_at < STOPPED_S * 1000)
        return false;
    kill(g->pid, SIGKILL);
    return true;
}

/* Waits until there is something to read; g: NULL where the guard is another process's child. */
static bool wait_for_word(struct guard *g, int fd, int seconds)
{
    const long long until = now_ms() + seconds * 1000LL;
    struct pollfd p = {.fd = fd, .events = POLLIN};

    do
        if (poll(&p, 1, SLICE_MS) > 0)
            return true;
    while (now_ms() < until && !(g && guard_is_stopped(g)));
    return false;
}

static enum guard_word receive_reply(struct guard *g, int fd, int patience, uint32_t *seconds,
                                     struct complaint *why)
{
    struct guard_reply reply;

    if (!wait_for_word(g, fd, patience) || !guard_receive(fd, &reply, sizeof reply)) {
        complain(why, 0, 0, "the guard is gone");
        return GUARD_GONE;
    }
    reply.text[sizeof reply.text - 1] = '\0';
    complain(why, 0, 0, "%s", reply.text);
    if (seconds)
        *seconds = reply.seconds;
    return reply.word >= GUARD_READY && reply.word <= GUARD_GONE ? (enum guard_word)reply.word : GUARD_GONE;
}

static bool send_plan(struct guard *g, const struct buf *text, int own_lock)
{
    const struct guard_request request = {.order = GUARD_PLAN, .number = (uint32_t)text->len};

    if (text->len > UINT32_MAX) /* GCOVR_EXCL_BR_LINE: no test has a plan of 4 GiB */
        return false;
    return guard_send_with_fd(g->fd, &request, own_lock) && guard_send(g->fd, text->at, text->len);
}

bool guard_arm(struct guard *g, const struct plan *plan, int own_lock, struct complaint *why)
{
    struct buf text = {0};

    plan_print(plan, &text);
    bool sent = send_plan(g, &text, own_lock);
    buf_free(&text);
    if (!sent)
        return complain(why, 0, 0, "the guard is gone");
    /* A program that outlives this process goes on changing the tables: the guard has to wait for its end. */
    spawn_hold(g->fd);
    return receive_reply(g, g->fd, ANSWER_S, NULL, why) == GUARD_READY;
}

enum guard_word guard_order(struct guard *g, enum guard_order order, unsigned seconds, struct complaint *why)
{
    const struct guard_request request = {.order = (int)order, .number = seconds};

    if (guard_send(g->fd, &request, sizeof request))
        return receive_reply(g, g->fd, order == GUARD_HOLD ? ANSWER_S : UNDO_S, NULL, why);
    /* It may have said something before it went, such as that the deadline was reached; it has not heard us.
     */
    return receive_reply(g, g->fd, 0, NULL, why);
}

enum guard_word guard_listen(struct guard *g, struct complaint *why)
{
    return receive_reply(g, g->fd, UNDO_S, NULL, why);
}

/* It ends at once, unless it is at work or stopped; at last it is ended. */
static int wait_for_end(struct guard *g)
{
    const long long until = now_ms() + UNDO_S * 1000LL;
    int status = 0;
    pid_t pid;

    while ((pid = waitpid(g->pid, &status, WNOHANG)) == 0 && !guard_is_stopped(g)) {
        if (now_ms() > until) /* GCOVR_EXCL_BR_LINE: no test takes an hour */
            break;
        poll(NULL, 0, END_NAP_MS);
    }
    if (pid != 0)
        return status;
    kill(g->pid, SIGKILL);
    return spawn_wait(g->pid);
}

static enum guard_word last_word(int exit_status)
{
    switch (exit_status) {
    case GUARD_EXIT_DONE: return GUARD_READY;
    case GUARD_EXIT_UNDONE: return GUARD_UNDONE;
    case GUARD_EXIT_UNDO_FAILED: return GUARD_UNDO_FAILED;
    default: return GUARD_GONE;
    }
}

enum guard_word guard_dismiss(struct guard *g)
{
    const struct guard_request request = {.order = GUARD_END};

    if (g->pid == 0)
        return GUARD_READY;
    spawn_hold(-1);
    /* Its end of the socket alone would have it undo what is done. */
    if (!guard_send(g->fd, &request, sizeof request))
        kill(g->pid, SIGKILL);
    close(g->fd);
    int status = wait_for_end(g);
    *g = (struct guard){.fd = -1};
    return WIFEXITED(status) ? last_word(WEXITSTATUS(status)) : GUARD_READY;
}

enum guard_word guard_leave(struct guard *g)
{
    if (g->pid == 0)
        return GUARD_READY;
    close(g->fd);
    int status = wait_for_end(g);
    *g = (struct guard){.fd = -1};
    return WIFEXITED(status) ? last_word(WEXITSTATUS(status)) : GUARD_GONE;
}

/* A connection to the guard that waits for a confirmation; -1 where there is none. */
static int reach_pending(struct complaint *why)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = GUARD_SOCKET_PATH};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        complain(why, 0, 0, "no socket: %s", strerror(errno));
        return -1;
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    close(fd);
    complain(why, 0, 0, "%s: %s", GUARD_SOCKET_PATH, strerror(error));
    errno = error;
    return -1;
}

static enum guard_word ask_pending(int order, uint32_t *seconds, struct complaint *why)
{
    const struct guard_request request = {.order = order};
    int fd = reach_pending(why);

    if (fd < 0)
        return errno == ENOENT || errno == ECONNREFUSED ? GUARD_GONE : GUARD_REFUSED;
    enum guard_word word = guard_send(fd, &request, sizeof request)
                               ? receive_reply(NULL, fd, ANSWER_S, seconds, why)
                               : GUARD_GONE;
    close(fd);
    return word;
}

enum guard_word guard_confirm_pending(struct complaint *why)
{
    return ask_pending(GUARD_CONFIRM, NULL, why);
}

bool guard_is_pending(unsigned *seconds)
{
    struct complaint ignored;

    return ask_pending(GUARD_ASK, seconds, &ignored) == GUARD_READY;
}
