/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "lbgen/scratch.h"
#include "lbgen/spawn.h"

/* What the child says before it ends. */
struct verdict {
    int result; /* enum scratch_result */
    char text[256];
};

struct trial {
    const struct live_backend *backend;
    scratch_build_fn build;
    void *ctx;
    const char *const *sets;
    size_t n_sets;
};

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t len = (ssize_t)strlen(text);
    bool good = fd >= 0 && write(fd, text, (size_t)len) == len;

    if (fd >= 0)
        close(fd);
    return good;
}

/* This process is root inside. */
static bool write_map(const char *path, unsigned id)
{
    char text[64];

    snprintf(text, sizeof text, "0 %u 1", id);
    return write_file(path, text);
}

/* Who may not make a network namespace may often make one inside a user namespace; the network namespace
 * comes after the map of ids, else /proc/net is not readable. */
bool scratch_enter(struct complaint *why)
{
    unsigned uid = (unsigned)geteuid(), gid = (unsigned)getegid();

    if (unshare(CLONE_NEWNET) == 0)
        return true;
    if (unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
        write_map("/proc/self/uid_map", uid) && write_map("/proc/self/gid_map", gid) &&
        unshare(CLONE_NEWNET) == 0)
        return true;
    return complain(why, 0, 0, "no network namespace can be made, which takes root or user namespaces: %s",
                    strerror(errno));
}

/* A list of sets is of no family, so that it does for rules of both. */
static bool make_stub(const char *set, struct complaint *why)
{
    struct spawn s = {.argv = {"ipset", "create", set, "list:set"}, .seconds = 10};
    bool good = spawn_run(&s, why) == SPAWN_EXITED;

    if (good && s.status != 0)
        good =
            complain(why, 0, 0, "no set %s can be made to try the rules with: %.100s", set, buf_text(&s.err));
    spawn_free(&s);
    return good;
}

static bool commit_edits(const struct live_backend *backend, struct live *live, enum family family,
                         const struct edit edits[TABLES], struct complaint *why)
{
    for (int t = 0; t < TABLES; t++)
        if (!edit_is_empty(&edits[t]) && !backend->prepare(live, family, &edits[t], why))
            return false;
    if (backend->unchanged(live, family, why) != LIVE_DONE)
        return false;
    for (int t = 0; t < TABLES; t++)
        if (!edit_is_empty(&edits[t]) && backend->commit(live, family, (enum table)t, why) != LIVE_DONE)
            return false;
    return backend->read_back(live, family, why) == LIVE_DONE;
}

static bool load_family(const struct trial *t, struct live *live, enum family family, struct complaint *why)
{
    struct image now = {0}, wanted = {0};
    struct edit edits[TABLES] = {{0}};
    bool good = t->build(t->ctx, family, &wanted, why) && t->backend->read(live, family, &now, why);

    for (int table = 0; good && table < TABLES; table++)
        good = delta_find(&now.of[table], &wanted.of[table], (enum table)table, false, &edits[table], why);
    good = good && commit_edits(t->backend, live, family, edits, why);
    for (int table = 0; table < TABLES; table++)
        edit_free(&edits[table]);
    image_free(&now);
    image_free(&wanted);
    return good;
}

static enum scratch_result try_in_child(const struct trial *t, struct complaint *why)
{
    struct live *live;
    bool good = true;

    if (!scratch_enter(why))
        return SCRATCH_UNAVAILABLE;
    for (size_t i = 0; i < t->n_sets; i++)
        if (!make_stub(t->sets[i], why))
            return SCRATCH_UNAVAILABLE;
    live = t->backend->open(why);
    if (!live)
        return SCRATCH_UNAVAILABLE;
    for (int f = 0; good && f < FAMILIES; f++)
        good = load_family(t, live, (enum family)f, why);
    return good ? SCRATCH_GOOD : SCRATCH_REFUSED;
}

static void child(const struct trial *t, pid_t parent, int to) __attribute__((noreturn));

static void child(const struct trial *t, pid_t parent, int to)
{
    struct complaint why = {.text = ""};
    struct verdict verdict;
    ssize_t ignored;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    memset(&verdict, 0, sizeof verdict);
    verdict.result = (int)try_in_child(t, &why);
    snprintf(verdict.text, sizeof verdict.text, "%s", why.text);
    ignored = write(to, &verdict, sizeof verdict);
    (void)ignored;
    _exit(0);
}

/* False when the child says nothing: it died, or its time is over. */
static bool hear(int from, unsigned seconds, struct verdict *verdict)
{
    struct timespec now, end;
    struct pollfd p = {.fd = from, .events = POLLIN};
    int ready;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += seconds;
    do {
        clock_gettime(CLOCK_MONOTONIC, &now);
        long left = (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1000000;

        ready = poll(&p, 1, left > 0 ? (int)left : 0);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 && read(from, verdict, sizeof *verdict) == (ssize_t)sizeof *verdict;
}

enum scratch_result scratch_try(const struct live_backend *backend, scratch_build_fn build, void *ctx,
                                const char *const *sets, size_t n_sets, unsigned seconds,
                                struct complaint *why)
{
    const struct trial trial = {
        .backend = backend, .build = build, .ctx = ctx, .sets = sets, .n_sets = n_sets};
    struct verdict verdict = {.result = SCRATCH_UNAVAILABLE};
    pid_t parent = getpid(), pid;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        complain(why, 0, 0, "no pipe can be had to try the rules: %s", strerror(errno));
        return SCRATCH_UNAVAILABLE;
    }
    pid = fork();
    if (pid < 0) {
        complain(why, 0, 0, "no process can be had to try the rules: %s", strerror(errno));
        close(ends[0]);
        close(ends[1]);
        return SCRATCH_UNAVAILABLE;
    }
    if (pid == 0)
        child(&trial, parent, ends[1]);
    close(ends[1]);
    bool heard = hear(ends[0], seconds, &verdict);
    close(ends[0]);
    if (!heard)
        kill(pid, SIGKILL);
    spawn_wait(pid);
    verdict.text[sizeof verdict.text - 1] = '\0';
    complain(why, 0, 0, "%s", heard ? verdict.text : "the trial gave no answer in time, or died");
    return heard ? (enum scratch_result)verdict.result : SCRATCH_UNAVAILABLE;
}
