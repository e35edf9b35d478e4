/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The side of those who talk to the guard. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lbgen/guard_talk.h"
#include "lbgen/spawn.h"

/* An undo at most: a load of the tables, and a boot file; far more than that takes. */
enum { PATIENCE_MS = 120 * 1000 };

bool guard_start(struct guard *g, struct complaint *why)
{
    int ends[2];

    *g = (struct guard){.fd = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return complain(why, 0, 0, "no socket to the guard: %s", strerror(errno));
    g->pid = fork();
    if (g->pid == 0) {
        close(ends[0]);
        guard_process(ends[1]);
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

static enum guard_word receive_reply(int fd, int patience_ms, uint32_t *seconds, struct complaint *why)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    struct guard_reply reply;
    int ready;

    do
        ready = poll(&p, 1, patience_ms);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0 || !guard_receive(fd, &reply, sizeof reply)) {
        complain(why, 0, 0, "the guard is gone");
        return GUARD_GONE;
    }
    reply.text[sizeof reply.text - 1] = '\0';
    complain(why, 0, 0, "%s", reply.text);
    if (seconds)
        *seconds = reply.seconds;
    return reply.word >= GUARD_READY && reply.word <= GUARD_GONE ? (enum guard_word)reply.word : GUARD_GONE;
}

bool guard_arm(struct guard *g, const struct plan *plan, int own_lock, struct complaint *why)
{
    struct buf text = {0};

    plan_print(plan, &text);
    struct guard_request request = {.order = GUARD_PLAN, .number = (uint32_t)text.len};
    bool sent = text.len <= UINT32_MAX && guard_send_with_fd(g->fd, &request, own_lock) &&
                guard_send(g->fd, text.at, text.len);
    buf_free(&text);
    if (!sent)
        return complain(why, 0, 0, "the guard is gone");
    /* A program that outlives this process goes on changing the tables: the guard has to wait for its end. */
    spawn_hold(g->fd);
    return receive_reply(g->fd, PATIENCE_MS, NULL, why) == GUARD_READY;
}

enum guard_word guard_order(struct guard *g, enum guard_order order, unsigned seconds, struct complaint *why)
{
    const struct guard_request request = {.order = (int)order, .number = seconds};

    if (guard_send(g->fd, &request, sizeof request))
        return receive_reply(g->fd, PATIENCE_MS, NULL, why);
    /* It may have said something before it went, such as that the deadline was reached; it has not heard us.
     */
    return receive_reply(g->fd, 0, NULL, why);
}

enum guard_word guard_listen(struct guard *g, struct complaint *why)
{
    return receive_reply(g->fd, PATIENCE_MS, NULL, why);
}

enum guard_word guard_dismiss(struct guard *g)
{
    const struct guard_request request = {.order = GUARD_END};
    int status = 0;

    if (g->pid == 0)
        return GUARD_READY;
    spawn_hold(-1);
    /* Its end of the socket alone would have it undo what is done. */
    if (!guard_send(g->fd, &request, sizeof request))
        kill(g->pid, SIGKILL);
    close(g->fd);
    while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
        ;
    *g = (struct guard){.fd = -1};
    if (!WIFEXITED(status))
        return GUARD_READY;
    return WEXITSTATUS(status) == GUARD_EXIT_UNDONE        ? GUARD_UNDONE
           : WEXITSTATUS(status) == GUARD_EXIT_UNDO_FAILED ? GUARD_UNDO_FAILED
                                                           : GUARD_READY;
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
    enum guard_word word =
        guard_send(fd, &request, sizeof request) ? receive_reply(fd, PATIENCE_MS, seconds, why) : GUARD_GONE;
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
