/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard itself. Its states: waiting for the plan; armed (the command is at work); holding (a confirmation
 * is pending: the command may go). It ends with the word that it says last. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "lbgen/guard_orphans.h"
#include "lbgen/guard_talk.h"
#include "lbgen/journal.h"
#include "lbgen/lock.h"
#include "lbgen/xalloc.h"

enum { FAILURES_MAX = 20, LOCK_PATIENCE_MS = 2000, VISITOR_PATIENCE_S = 5, TALK_FD = 3 };

/* What not even SIGKILL ends for a minute is not waited for. */
enum { ORPHAN_TICK_MS = 50, ORPHAN_TRIES = 60 * 1000 / ORPHAN_TICK_MS };

static struct {
    struct plan plan;
    bool armed;
    int talk;     /* to the command; -1: it is gone */
    int door;     /* where --confirmed knocks; -1: closed */
    int deadline; /* timerfd; -1: none */
    int own_lock; /* held to the end */
    int command;  /* readable (a pidfd) when it has ended; -1: it has, or can't be watched */
    ino_t line;   /* the command's end of the socket, which programs that it starts hold open */
    int tries;    /* to end them since the command has; -1: it has not */
} guard = {.talk = TALK_FD, .door = -1, .deadline = -1, .own_lock = -1, .command = -1, .tries = -1};

static void give_up(void)
{
    _exit(GUARD_EXIT_BROKEN);
}

/* Nothing of the command's is kept: neither its terminal nor what stands behind its pipes. */
static void become_guard(int fd)
{
    static const int deaf_to[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGALRM, SIGTSTP};
    sigset_t none;

    setsid();
    for (size_t i = 0; i < sizeof deaf_to / sizeof *deaf_to; i++)
        signal(deaf_to[i], SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_NAME, "lbgen-guard");
    dup2(fd, TALK_FD);
    /* Not before: it might get the number that is wanted. */
    int null = open("/dev/null", O_RDWR);
    for (int i = 0; i <= STDERR_FILENO; i++)
        dup2(null, i);
    close_range(TALK_FD + 1, ~0U, 0);
    fcntl(TALK_FD, F_SETFD, FD_CLOEXEC);
    if (chdir("/") != 0)
        give_up();
}

/* Memory that is yet to come is locked only where there is no limit: at a limit there would be none. */
static void lock_memory(void)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    bool unlimited = setrlimit(RLIMIT_MEMLOCK, &limit) == 0 ||
                     (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);

    mlockall(unlimited ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT);
}

/* Not to be swapped out or killed when memory is short; where that is not allowed, it works without. */
static void hold_memory(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        ssize_t ignored = write(fd, "-1000", 5);

        (void)ignored;
        close(fd);
    }
    lock_memory();
}

static bool say(int fd, enum guard_word word, uint32_t seconds, const char *text)
{
    struct guard_reply reply = {.word = (int)word, .seconds = seconds};

    snprintf(reply.text, sizeof reply.text, "%s", text);
    return fd < 0 || guard_send(fd, &reply, sizeof reply);
}

static void close_door(void)
{
    if (guard.door >= 0) {
        unlink(GUARD_SOCKET_PATH);
        close(guard.door);
        guard.door = -1;
    }
}

/* Says the last word to the command and to a visitor, and ends; lbgen's own lock goes with it. */
static void end(int visitor, enum guard_word word, const char *text) __attribute__((noreturn));

static void end(int visitor, enum guard_word word, const char *text)
{
    close_door();
    say(visitor, word, 0, text);
    say(guard.talk, word, 0, text);
    _exit(word == GUARD_UNDONE        ? GUARD_EXIT_UNDONE
          : word == GUARD_UNDO_FAILED ? GUARD_EXIT_UNDO_FAILED
                                      : GUARD_EXIT_DONE);
}

static void undo(int visitor) __attribute__((noreturn));

static void undo(int visitor)
{
    struct complaint why = {.text = ""}, about_files = {.text = ""};
    bool unlocked;
    bool files = plan_undo_files(&guard.plan, &about_files) == PLAN_DONE;
    bool rules = plan_undo_rules(&guard.plan, LOCK_PATIENCE_MS, &unlocked, &why) == PLAN_DONE;
    const char *text = !rules ? why.text : !files ? about_files.text : "";

    if (unlocked)
        syslog(LOG_WARNING, "the xtables lock was held for %d s: undone without it", LOCK_PATIENCE_MS / 1000);
    if (!rules || !files) {
        syslog(LOG_ERR, "the undo failed: %s; run: lbgen --rollback", text);
        end(visitor, GUARD_UNDO_FAILED, text);
    }
    journal_remove();
    syslog(LOG_NOTICE, "the change was undone");
    end(visitor, GUARD_UNDONE,
        unlocked ? "the xtables lock was held by another process: undone without it" : "");
}

static void finish(int visitor) __attribute__((noreturn));

static void finish(int visitor)
{
    struct complaint why;

    if (plan_finish_files(&guard.plan, &why) != PLAN_DONE) {
        journal_remove();
        plan_settle_files(&guard.plan);
        syslog(LOG_ERR, "confirmed, but not saved: %s", why.text);
        end(visitor, GUARD_NOT_SAVED, why.text);
    }
    journal_remove();
    plan_settle_files(&guard.plan);
    end(visitor, GUARD_CONFIRMED, "");
}

static bool take_plan(uint32_t len, int own_lock)
{
    char *text = xmalloc(len);

    /* A second plan takes the first one's place: the tables have changed before the commit. */
    plan_free(&guard.plan);
    lock_release(&guard.own_lock);
    guard.own_lock = own_lock;
    guard.armed = guard_receive(guard.talk, text, len) && plan_read(&guard.plan, text, len);
    free(text);
    if (guard.armed)
        hold_memory();
    /* Who can't say that it is ready is none: the command goes no further. */
    return say(guard.talk, guard.armed ? GUARD_READY : GUARD_REFUSED, 0,
               guard.armed ? "" : "the plan can't be read") &&
           guard.armed;
}

static int open_door(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = GUARD_SOCKET_PATH};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    umask(077);
    unlink(GUARD_SOCKET_PATH);
    if (fd >= 0 && (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void hold(uint32_t seconds)
{
    const struct itimerspec when = {.it_value.tv_sec = seconds ? seconds : 1};

    guard.deadline = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
    guard.door = open_door();
    if (guard.deadline < 0 || guard.door < 0 || timerfd_settime(guard.deadline, 0, &when, NULL) != 0) {
        say(guard.talk, GUARD_REFUSED, 0, "a confirmation can't be waited for");
        undo(-1);
    }
    if (!say(guard.talk, GUARD_READY, 0, ""))
        undo(-1); /* the command would wait in vain */
}

static void stop_watching(void)
{
    if (guard.command >= 0)
        close(guard.command);
    guard.command = -1;
    guard.tries = -1;
}

/* The command is gone, and so is what it has started. */
static void command_is_gone(void)
{
    if (!guard.armed)
        _exit(0);
    if (guard.deadline < 0)
        undo(-1);
    stop_watching();
    close(guard.talk);
    guard.talk = -1;
}

/* The command has ended, and its line is open all the same. What it has started would go on changing the
 * tables, or is stopped and would do so one day: it is undone anyway, so it is ended. */
static void end_orphans(void)
{
    const int tries = guard.tries + 1;

    stop_watching();
    guard.tries = tries;
    guard_end_orphans(guard.line);
    if (tries > ORPHAN_TRIES) /* GCOVR_EXCL_BR_LINE: no test takes a minute */
        command_is_gone();
}

/* What the command says; it is gone when it can't be read. */
static void hear_command(void)
{
    static const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    struct guard_request request;
    static int failures;
    int passed = -1;

    if (!guard_receive_with_fd(guard.talk, &request, &passed)) {
        /* What can't be read now may be read soon; only the end of the line is the command's end. */
        if (errno != 0 && failures++ < FAILURES_MAX) {
            nanosleep(&pause, NULL);
            return;
        }
        command_is_gone();
        return;
    }
    switch (request.order) {
    case GUARD_PLAN:
        if (!take_plan(request.number, passed))
            give_up();
        break;
    case GUARD_HOLD: hold(request.number); break;
    case GUARD_CONFIRM: finish(-1);
    case GUARD_UNDO: undo(-1);
    default: close_door(); _exit(0);
    }
}

static uint32_t seconds_left(void)
{
    struct itimerspec left = {0};

    timerfd_gettime(guard.deadline, &left);
    return (uint32_t)left.it_value.tv_sec + (left.it_value.tv_nsec > 0);
}

static void hear_visitor(void)
{
    const struct timeval patience = {.tv_sec = VISITOR_PATIENCE_S};
    struct guard_request request;
    int fd = accept4(guard.door, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (guard_receive(fd, &request, sizeof request)) {
        if (request.order == GUARD_CONFIRM)
            finish(fd);
        say(fd, GUARD_READY, seconds_left(), "");
    }
    close(fd);
}

/* Without it the guard would wait for an orphan's own end. */
static void watch(pid_t command, ino_t line)
{
    guard.line = line;
    guard.command = (int)syscall(SYS_pidfd_open, command, 0);
    if (getppid() != command)
        stop_watching(); /* it is gone already, and its number may be another's */
}

void guard_process(int fd, pid_t command, ino_t line)
{
    become_guard(fd);
    watch(command, line);
    xalloc_on_failure(give_up);
    openlog("lbgen", LOG_PID, LOG_DAEMON);
    for (;;) {
        struct pollfd ears[] = {{.fd = guard.talk, .events = POLLIN},
                                {.fd = guard.door, .events = POLLIN},
                                {.fd = guard.deadline, .events = POLLIN},
                                {.fd = guard.command, .events = POLLIN}};
        bool orphaned = guard.tries >= 0;

        if (poll(ears, 4, orphaned ? ORPHAN_TICK_MS : -1) < 0)
            continue;
        /* The deadline comes last: a confirmation that has arrived counts. */
        if (ears[0].revents)
            hear_command();
        else if (ears[1].revents)
            hear_visitor();
        else if (ears[2].revents)
            undo(-1);
        else
            end_orphans();
    }
}
