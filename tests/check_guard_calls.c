/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every call of the C library fails, one after the other, in the command that changes the tables, or in its
 * guard: in the end tables and file are wholly old or wholly new, as it was said, and nobody is left. */
#include "lbgen/guard_talk.h"

#include "check_change.h"
#include "faults/calls.h"

#define FILE_PATH "/run/rules"

/* What follows the change. */
enum ending { CONFIRM, CONFIRM_BY_ANOTHER, UNDO, DEADLINE, DISMISS, ENDINGS };

static struct command c;
static struct complaint why;

static void write_old(void)
{
    FILE *old = fopen(FILE_PATH, "w");

    MUST(old && fputs("old\n", old) >= 0 && fclose(old) == 0);
}

static bool file_is(const char *text)
{
    char found[16] = "";
    FILE *file = fopen(FILE_PATH, "r");

    MUST(file && fgets(found, sizeof found, file) && fclose(file) == 0);
    return strcmp(found, text) == 0;
}

/* The change, as far as it comes. */
static bool go_live(void)
{
    fake_world->command = getpid();
    c = (struct command){.guard = {.fd = -1},
                         .change = {.backend = &fake_lines, .find = find_new, .lines = lines_of},
                         .own_lock = -1};
    return lock_own(LOCK_OWN_FOLDER, 0, &c.own_lock, &c.why) == LOCK_TAKEN && guard_start(&c.guard, &c.why) &&
           persist_prepare(&c.change.plan.files[0], FILE_PATH, TEXT("new\n"), false, &c.why) &&
           (c.change.plan.n_files = 1) && change_find(&c.change, &c.why) && command_apply(&c) == CHANGE_LIVE;
}

static bool is_held(unsigned seconds)
{
    unsigned left;

    return guard_order(&c.guard, GUARD_HOLD, seconds, &why) == GUARD_READY &&
           (!guard_is_pending(&left) || left <= seconds);
}

static enum guard_word bring_to(enum ending ending)
{
    switch (ending) {
    case CONFIRM: return guard_order(&c.guard, GUARD_CONFIRM, 0, &why);
    case CONFIRM_BY_ANOTHER: return is_held(60) ? guard_confirm_pending(&why) : GUARD_GONE;
    case UNDO: return guard_order(&c.guard, GUARD_UNDO, 0, &why);
    case DEADLINE: return is_held(1) ? guard_listen(&c.guard, &why) : GUARD_GONE;
    default: return persist_finish(&c.change.plan.files[0], &why) == PERSIST_DONE ? GUARD_READY : GUARD_GONE;
    }
}

/* The guard holds lbgen's own lock as long as it lives. A pending one that nobody could reach is told once
 * more. */
static void wait_for_the_end(void)
{
    struct complaint ignored;
    int lock;

    if (lock_own(LOCK_OWN_FOLDER, 300, &lock, &ignored) == LOCK_BUSY) {
        guard_confirm_pending(&ignored);
        MUST(lock_own(LOCK_OWN_FOLDER, 10000, &lock, &ignored) == LOCK_TAKEN);
    }
    lock_release(&lock);
}

static void check_ending(bool live, enum ending ending, enum guard_word word)
{
    MUST((tables_are_old() && file_is("old\n")) || tables_are_new());
    if (!live)
        MUST(tables_are_old() && file_is("old\n"));
    else if (word == GUARD_CONFIRMED || (ending == DISMISS && word == GUARD_READY))
        MUST(tables_are_new() && file_is("new\n"));
    else if (word == GUARD_UNDONE)
        MUST(tables_are_old() && file_is("old\n"));
    else if (word == GUARD_NOT_SAVED)
        MUST(tables_are_new() && why.text[0]);
}

/* Whether there were as many calls. */
static bool check_one(enum ending ending, enum fault_where whose, const char *name, unsigned n, int error)
{
    enum guard_word word = GUARD_GONE;

    fake_world_make(old4, old6);
    write_old();
    fault_where(whose);
    /* What leads there is the same for all endings. */
    if (ending == CONFIRM)
        fault_at(name, n, error, false);
    bool live = go_live();
    if (live && ending != CONFIRM)
        fault_at(name, n, error, false);
    if (live)
        word = bring_to(ending);
    bool keeps = ending == DISMISS && word == GUARD_READY;
    if (c.guard.pid && keeps)
        guard_dismiss(&c.guard);
    else if (c.guard.fd >= 0)
        close(c.guard.fd); /* as by the command's own end */
    lock_release(&c.own_lock);
    if (!live && c.change.plan.n_files)
        persist_abandon(&c.change.plan.files[0]);
    bool reached = fault_over();
    change_free(&c.change);
    wait_for_the_end();
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    check_ending(live, ending, word);
    return reached;
}

START_TEST(test_command)
{
    unsigned n = 1;

    NEEDS_RUN();
    while (check_one((enum ending)_i, FAULT_HERE, NULL, n, EIO))
        n++;
    ck_assert_uint_gt(n, _i == CONFIRM ? 20 : 2);
}
END_TEST

START_TEST(test_guard)
{
    unsigned n = 1;

    NEEDS_RUN();
    while (check_one((enum ending)_i, FAULT_IN_CHILDREN, NULL, n, EIO))
        n++;
    ck_assert_uint_gt(n, _i == CONFIRM ? 10 : 1);
}
END_TEST

/* Once more by name: guard and command take turns by chance, so that a number above can be one call in one
 * run and another in the next. */
static const struct {
    enum fault_where whose;
    enum ending ending;
    const char *name;
} by_name[] = {{FAULT_HERE, CONFIRM, "socketpair"},
               {FAULT_HERE, CONFIRM, "fork"},
               {FAULT_HERE, CONFIRM, "sendmsg"},
               {FAULT_HERE, CONFIRM, "send"},
               {FAULT_HERE, CONFIRM, "poll"},
               {FAULT_HERE, CONFIRM, "read"},
               {FAULT_HERE, CONFIRM, "rename"},
               {FAULT_HERE, CONFIRM_BY_ANOTHER, "socket"},
               {FAULT_HERE, CONFIRM_BY_ANOTHER, "connect"},
               {FAULT_HERE, CONFIRM_BY_ANOTHER, "send"},
               {FAULT_HERE, CONFIRM_BY_ANOTHER, "read"},
               {FAULT_IN_CHILDREN, CONFIRM, "chdir"},
               {FAULT_IN_CHILDREN, CONFIRM, "open"},
               {FAULT_IN_CHILDREN, CONFIRM, "read"},
               {FAULT_IN_CHILDREN, CONFIRM, "send"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "socket"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "bind"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "listen"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "timerfd_create"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "timerfd_settime"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "accept4"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "read"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "send"},
               {FAULT_IN_CHILDREN, CONFIRM_BY_ANOTHER, "renameat"},
               {FAULT_IN_CHILDREN, UNDO, "openat"},
               {FAULT_IN_CHILDREN, UNDO, "fsync"},
               {FAULT_IN_CHILDREN, UNDO, "fstatat"},
               {FAULT_IN_CHILDREN, UNDO, "unlinkat"}};

START_TEST(test_by_name)
{
    unsigned n = 1;

    NEEDS_RUN();
    while (check_one(by_name[_i].ending, by_name[_i].whose, by_name[_i].name, n, EIO))
        n++;
    ck_assert_uint_gt(n, 1);
}
END_TEST

/* What is interrupted is begun again, and what comes in pieces is put together: nobody notices. */
static const struct {
    const char *name;
    int error;
} interrupted[] = {{"poll", EINTR},       {"read", EINTR},    {"read", FAULT_SHORT},    {"send", EINTR},
                   {"send", FAULT_SHORT}, {"sendmsg", EINTR}, {"sendmsg", FAULT_SHORT}, {"recvmsg", EINTR},
                   {"waitpid", EINTR},    {"write", EINTR},   {"write", FAULT_SHORT},   {"accept4", EAGAIN},
                   {"setrlimit", EPERM}};

START_TEST(test_interrupted)
{
    const char *name = interrupted[_i].name;

    NEEDS_RUN();
    for (enum ending e = CONFIRM; e < ENDINGS; e++)
        for (unsigned n = 1; check_one(e, FAULT_EVERYWHERE, name, n, interrupted[_i].error); n++)
            ck_assert_msg(e == UNDO || e == DEADLINE ? tables_are_old() : tables_are_new(), "%s %u", name, n);
}
END_TEST

/* The limit of what may be locked is raised or can't be, is not known, or there is none: it works with what
 * there is. */
START_TEST(test_memory_limit)
{
    static const struct {
        int set, get;
    } limits[] = {{FAULT_NOTHING, 0}, {EPERM, 0}, {EPERM, EIO}, {EPERM, FAULT_NOTHING}};
    enum guard_word word = GUARD_GONE;

    NEEDS_RUN();
    fake_world_make(old4, old6);
    write_old();
    fault_where(FAULT_IN_CHILDREN);
    fault_at("setrlimit", 1, limits[_i].set, true);
    if (limits[_i].get)
        fault_also("getrlimit", 1, limits[_i].get, true);
    if (go_live())
        word = bring_to(CONFIRM);
    ck_assert(fault_over());
    ck_assert_int_eq(word, GUARD_CONFIRMED);
    ck_assert(tables_are_new() && file_is("new\n"));
}
END_TEST

/* Half of a message, and then no more: nothing has happened. */
START_TEST(test_cut_short)
{
    NEEDS_RUN();
    fake_world_make(old4, old6);
    write_old();
    fault_where(FAULT_HERE);
    fault_at("sendmsg", 1, FAULT_SHORT, false);
    fault_also("send", 1, EPIPE, true);
    bool live = go_live();
    ck_assert(fault_over());
    ck_assert(!live && tables_are_old() && file_is("old\n"));
}
END_TEST

/* A guard that can't hear any more takes the command for gone. */
START_TEST(test_deaf)
{
    NEEDS_RUN();
    fake_world_make(old4, old6);
    write_old();
    ck_assert(go_live());
    fault_where(FAULT_IN_CHILDREN);
    fault_at("recvmsg", 1, EIO, true);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_CONFIRM, 0, &why), GUARD_UNDONE);
    fault_over();
    ck_assert(tables_are_old() && file_is("old\n"));
}
END_TEST

/* The rules are undone, the file can't be: it says so, and which. */
START_TEST(test_file_stays)
{
    NEEDS_RUN();
    fake_world_make(old4, old6);
    write_old();
    ck_assert(go_live());
    ck_assert_int_eq(persist_finish(&c.change.plan.files[0], &why), PERSIST_DONE);
    fault_where(FAULT_IN_CHILDREN);
    fault_at("renameat", 1, EIO, true);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &why), GUARD_UNDO_FAILED);
    ck_assert(fault_over());
    ck_assert_ptr_nonnull(strstr(why.text, FILE_PATH));
    ck_assert(tables_are_old() && file_is("new\n"));
}
END_TEST

static Suite *guard_calls_suite(void)
{
    Suite *s = suite_create("guard_calls");
    TCase *t = new_case(s, "guard_calls");

    tcase_add_checked_fixture(t, change_setup, NULL);
    tcase_add_loop_test(t, test_command, 0, ENDINGS);
    tcase_add_loop_test(t, test_guard, 0, ENDINGS);
    tcase_add_loop_test(t, test_by_name, 0, N_OF(by_name));
    tcase_add_loop_test(t, test_interrupted, 0, N_OF(interrupted));
    tcase_add_loop_test(t, test_memory_limit, 0, 4);
    tcase_add_test(t, test_cut_short);
    tcase_add_test(t, test_deaf);
    tcase_add_test(t, test_file_stays);
    return s;
}

int main(void)
{
    return run_suite(guard_calls_suite());
}
