/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lbgen/spawn.h"

#define SEARCH_PATH "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin"

enum {
    PROGRAM_PATH_MAX = 256,
    TERM_PATIENCE = 2000,
    KILL_PATIENCE = 60 * 1000,
    TICK = 20 /* milliseconds */
};

static bool is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool find_program(const char *name, char path[PROGRAM_PATH_MAX])
{
    for (const char *folder = SEARCH_PATH; *folder; folder += *folder == ':') {
        size_t len = strcspn(folder, ":");
        int n = snprintf(path, PROGRAM_PATH_MAX, "%.*s/%s", (int)len, folder, name);

        if (n < PROGRAM_PATH_MAX && is_program(path))
            return true;
        folder += len;
    }
    return false;
}

bool spawn_finds(const char *program)
{
    char path[PROGRAM_PATH_MAX];

    return find_program(program, path);
}

static long long now(void) /* milliseconds */
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A run: the parent's ends of the pipes and the child's three descriptors, -1 when closed. */
struct run {
    struct spawn *s;
    pid_t pid;
    int from[2], to[3];
    long long deadline;
    long long busy_at; /* when it was last seen to do something */
    long long used;    /* its time on the processor then */
    bool reaped;
    int status; /* as waitpid says it */
    int lost;   /* an errno value: its end, or what it has printed, can't be known */
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_all(struct run *run)
{
    for (int i = 0; i < 2; i++)
        close_fd(&run->from[i]);
    for (int i = 0; i < 3; i++)
        close_fd(&run->to[i]);
}

/* Away from 0 to 2, which may be free here and are taken in the child. */
static bool move_up(int *fd)
{
    int up = fcntl(*fd, F_DUPFD_CLOEXEC, 3);

    close(*fd);
    *fd = up;
    return up >= 0;
}

/* The input as a file in memory: the child reads it when it likes, and nobody waits. */
static bool open_input(struct run *run)
{
    run->to[0] = memfd_create("input", MFD_CLOEXEC);
    return run->to[0] >= 0 && move_up(&run->to[0]) &&
           (errno = buf_flush_fd(&run->to[0], run->s->in, run->s->in_len)) == 0 &&
           lseek(run->to[0], 0, SEEK_SET) == 0;
}

static bool open_output(struct run *run, int i)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    run->from[i] = ends[0];
    run->to[i + 1] = ends[1];
    return move_up(&run->from[i]) && move_up(&run->to[i + 1]) &&
           fcntl(run->from[i], F_SETFL, O_NONBLOCK) == 0;
}

static int held = -1;

void spawn_hold(int fd)
{
    held = fd;
}

static int set_up(const struct run *run, posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr)
{
    sigset_t all, none;
    int error = 0;

    sigfillset(&all);
    sigemptyset(&none);
    /* A session of its own: keys at the terminal are for lbgen, which undoes in order. */
    error |= posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                (short)POSIX_SPAWN_SETSID);
    error |= posix_spawnattr_setsigdefault(attr, &all);
    error |= posix_spawnattr_setsigmask(attr, &none);
    for (int i = 0; i < 3; i++)
        error |= posix_spawn_file_actions_adddup2(actions, run->to[i], i);
    if (held >= 0)
        error |= posix_spawn_file_actions_adddup2(actions, held, 3);
    error |= posix_spawn_file_actions_addchdir_np(actions, "/");
    error |= posix_spawn_file_actions_addclosefrom_np(actions, held >= 0 ? 4 : 3);
    return error ? ENOMEM : 0;
}

/* Starts the program; 0 or an errno value. */
static int start(struct run *run, const char *path)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    char lock_file[4096];
    const char *lock = getenv("XTABLES_LOCKFILE");
    char *environment[] = {(char[]){"PATH=" SEARCH_PATH}, (char[]){"LC_ALL=C"}, NULL, NULL};
    int error;

    if (lock && *lock && strlen(lock) < sizeof lock_file - 32) {
        snprintf(lock_file, sizeof lock_file, "XTABLES_LOCKFILE=%s", lock);
        environment[2] = lock_file;
    }
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    error = set_up(run, &actions, &attr);
    if (!error)
        error = posix_spawn(&run->pid, path, &actions, &attr, (char *const *)(uintptr_t)run->s->argv,
                            environment);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Reads what there is. False when it is too much. */
static bool take(struct run *run, int i)
{
    struct buf *to = i ? &run->s->err : &run->s->out;
    enum { PIECE = 64 * 1024 };

    for (;;) {
        ssize_t n = read(run->from[i], buf_room(to, PIECE), PIECE);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n <= 0) {
            run->lost = n < 0 ? errno : run->lost;
            close_fd(&run->from[i]);
            return true;
        }
        to->len += (size_t)n;
        run->busy_at = now();
        if (to->len > run->s->max)
            return false;
    }
}

/* Waits until something is printed or TICK is over (less where nothing can be printed any more: it ends
 * soon), and takes it; what a process that is gone has printed is there already. */
static bool hear(struct run *run, bool gone)
{
    struct pollfd fds[2];

    for (int i = 0; i < 2; i++)
        fds[i] = (struct pollfd){.fd = run->from[i], .events = POLLIN};
    if (!gone && poll(fds, 2, run->from[0] < 0 && run->from[1] < 0 ? 1 : TICK) <= 0)
        return true;
    for (int i = 0; i < 2; i++)
        if (run->from[i] >= 0 && (gone || fds[i].revents) && !take(run, i))
            return false;
    return true;
}

static bool is_gone(struct run *run)
{
    pid_t pid = run->reaped ? run->pid : waitpid(run->pid, &run->status, WNOHANG);

    if (pid < 0 && errno != EINTR) {
        run->lost = errno;
        pid = run->pid;
    }
    run->reaped = pid == run->pid;
    return run->reaped;
}

/* Nanoseconds on the processor, or -1 when that can't be known. */
static long long time_used(pid_t pid)
{
    clockid_t clock;
    struct timespec t;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return -1;
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A load of many rules is silent for minutes, but works all the time; one that is stopped, or waits for
 * something that does not come, does not. */
static bool is_hanging(struct run *run)
{
    long long used = time_used(run->pid);

    if (used != run->used || used < 0) {
        run->used = used;
        run->busy_at = now();
    }
    return now() - run->busy_at > run->s->idle * 1000LL;
}

/* Until it is gone, or milliseconds are over. */
static bool wait_for_end(struct run *run, int milliseconds)
{
    long long until = now() + milliseconds;

    for (int nap = 1; !is_gone(run) && now() < until; nap = nap < TICK ? 2 * nap : TICK)
        poll(NULL, 0, nap);
    return run->reaped;
}

/* False where it is in the kernel's hands, so that not even SIGKILL ends it yet. */
static bool end(struct run *run)
{
    kill(run->pid, SIGTERM);
    if (wait_for_end(run, TERM_PATIENCE))
        return true;
    kill(run->pid, SIGKILL);
    return wait_for_end(run, KILL_PATIENCE);
}

/* Hears it until its outputs are closed, and then waits for its end. False when that does not come in time. A
 * process that it left behind may keep the pipes open; when it is gone, what is in them now is all. */
static bool listen_to(struct run *run, bool *too_much)
{
    for (;;) {
        bool gone = is_gone(run);

        if (!hear(run, gone)) {
            *too_much = true;
            return false;
        }
        if (gone)
            return true;
        if (now() > run->deadline || is_hanging(run))
            return false;
    }
}

/* Follows it to its end: by itself, or ended here (false). */
static bool follow(struct run *run, struct complaint *why)
{
    const char *name = run->s->argv[0], *tail = "";
    bool too_much = false;

    if (listen_to(run, &too_much))
        return true;
    bool late = now() > run->deadline;
    if (!end(run))
        tail = ", and can't be ended";
    if (too_much)
        return complain(why, 0, 0, "%s printed more than %zu bytes%s", name, run->s->max, tail);
    if (late)
        return complain(why, 0, 0, "%s did not end within %d seconds%s", name, run->s->seconds, tail);
    return complain(why, 0, 0, "%s did nothing for %d seconds and was ended%s", name, run->s->idle, tail);
}

static enum spawn_result judge(struct run *run, struct complaint *why)
{
    if (run->lost) {
        complain(why, 0, 0, "what became of %s, or what it printed, can't be known: %s", run->s->argv[0],
                 strerror(run->lost));
        return SPAWN_FAILED;
    }
    if (WIFEXITED(run->status)) {
        run->s->status = WEXITSTATUS(run->status);
        return SPAWN_EXITED;
    }
    complain(why, 0, 0, "%s was ended by signal %d", run->s->argv[0], WTERMSIG(run->status));
    return SPAWN_FAILED;
}

static enum spawn_result run_program(struct run *run, const char *path, struct complaint *why)
{
    int error;

    if (!open_input(run) || !open_output(run, 0) || !open_output(run, 1)) {
        complain(why, 0, 0, "%s can't be started: %s", path, strerror(errno));
        return SPAWN_FAILED;
    }
    run->busy_at = now();
    run->deadline = run->busy_at + run->s->seconds * 1000LL;
    error = start(run, path);
    for (int i = 0; i < 3; i++)
        close_fd(&run->to[i]);
    if (error) {
        complain(why, 0, 0, "%s can't be started: %s", path, strerror(error));
        return SPAWN_FAILED;
    }
    return follow(run, why) ? judge(run, why) : SPAWN_FAILED;
}

enum spawn_result spawn_run(struct spawn *s, struct complaint *why)
{
    struct run run = {.s = s, .from = {-1, -1}, .to = {-1, -1, -1}};
    struct sigaction standard = {.sa_handler = SIG_DFL}, before;
    char path[PROGRAM_PATH_MAX];
    enum spawn_result result;

    if (!find_program(s->argv[0], path)) {
        complain(why, 0, 0, "%s is not installed (not in %s)", s->argv[0], SEARCH_PATH);
        return SPAWN_NOT_FOUND;
    }
    s->seconds = s->seconds ? s->seconds : SPAWN_SECONDS;
    s->idle = s->idle ? s->idle : SPAWN_IDLE_SECONDS;
    s->max = s->max ? s->max : SPAWN_OUTPUT_MAX;
    s->out.len = s->err.len = 0;
    /* Where SIGCHLD is ignored there is nothing to wait for. */
    sigaction(SIGCHLD, &standard, &before);
    result = run_program(&run, path, why);
    sigaction(SIGCHLD, &before, NULL);
    close_all(&run);
    return result;
}

int spawn_wait(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

void spawn_free(struct spawn *s)
{
    buf_free(&s->out);
    buf_free(&s->err);
}
