/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command is killed at every call of the backend, before it and behind it, and at every step: its guard
 * leads back within two seconds. */
#include "check_change.h"

enum { WITHIN_MS = 2000 };

static const struct fake_trouble deaths[] = {
    {FAKE_OPEN, 1, 1, FAKE_DIES},           {FAKE_OPEN, 1, 1, FAKE_DIES_LATE},
    {FAKE_READ, 1, 1, FAKE_DIES},           {FAKE_READ, 2, 2, FAKE_DIES_LATE},
    {FAKE_PREPARE, 1, 1, FAKE_DIES},        {FAKE_PREPARE, 2, 2, FAKE_DIES},
    {FAKE_PREPARE, 3, 3, FAKE_DIES},        {FAKE_PREPARE, 3, 3, FAKE_DIES_LATE},
    {FAKE_UNCHANGED, 1, 1, FAKE_DIES},      {FAKE_UNCHANGED, 2, 2, FAKE_DIES},
    {FAKE_UNCHANGED, 2, 2, FAKE_DIES_LATE}, {FAKE_COMMIT, 1, 1, FAKE_DIES},
    {FAKE_COMMIT, 1, 1, FAKE_DIES_LATE},    {FAKE_COMMIT, 2, 2, FAKE_DIES},
    {FAKE_COMMIT, 2, 2, FAKE_DIES_LATE},    {FAKE_COMMIT, 3, 3, FAKE_DIES},
    {FAKE_COMMIT, 3, 3, FAKE_DIES_LATE},    {FAKE_READ_BACK, 1, 1, FAKE_DIES},
    {FAKE_READ_BACK, 1, 1, FAKE_DIES_LATE}, {FAKE_READ_BACK, 2, 2, FAKE_DIES},
    {FAKE_READ_BACK, 2, 2, FAKE_DIES_LATE},
};

static const char *const steps[] = {"prepare", "lock", "locked", "commit", "read-back", "unlocked"};

static void die_at_step(void *ctx, const char *name)
{
    if (ctx && strcmp(ctx, name) == 0)
        kill(getpid(), SIGKILL);
}

/* In a child. step: where to die, NULL for not there. Whoever comes through dies in the end. */
static void run_and_die(const struct live_backend *backend, const char *step,
                        const struct fake_trouble *death)
{
    struct command c;

    command_begin(&c, backend);
    fake_world->command = getpid();
    if (death)
        fake_world->troubles[FAKE_COMMAND][0] = *death;
    c.change.ctx = (void *)(uintptr_t)step;
    c.change.step = die_at_step;
    if (change_find(&c.change, &c.why) && command_apply(&c) == CHANGE_LIVE)
        kill(getpid(), SIGKILL);
    _exit(1);
}

/* Forks the command and waits for its death. */
static void kill_command(const struct live_backend *backend, const char *step,
                         const struct fake_trouble *death)
{
    int status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        run_and_die(backend, step, death);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* lbgen's own lock is free when the guard has come to its end. */
static void wait_for_guard(void)
{
    struct complaint why;
    int lock;

    ck_assert_int_eq(lock_own(LOCK_OWN_FOLDER, WITHIN_MS, &lock, &why), LOCK_TAKEN);
    lock_release(&lock);
}

static void is_undone(void)
{
    wait_for_guard();
    ck_assert(tables_are_old());
    ck_assert(!is_there(JOURNAL_PATH) || fake_world->calls[FAKE_COMMAND][FAKE_COMMIT] == 0);
}

START_TEST(test_killed)
{
    NEEDS_RUN();
    kill_command(_i % 2 ? &fake_entries : &fake_lines, NULL, &deaths[_i]);
    is_undone();
}
END_TEST

START_TEST(test_killed_at_step)
{
    NEEDS_RUN();
    kill_command(&fake_entries, steps[_i], NULL);
    is_undone();
}
END_TEST

START_TEST(test_killed_when_live)
{
    NEEDS_RUN();
    kill_command(&fake_lines, NULL, NULL);
    ck_assert_uint_eq(fake_world->calls[FAKE_COMMAND][FAKE_COMMIT], EDITS);
    is_undone();
    ck_assert(!is_there(JOURNAL_PATH));
    ck_assert_uint_eq(fake_world->calls[FAKE_OTHERS][FAKE_COMMIT], EDITS);
}
END_TEST

/* What others did stays. */
START_TEST(test_others_meanwhile)
{
    NEEDS_RUN();
    fake_trouble_for(FAKE_OTHERS, FAKE_READ, 1, 1, FAKE_INTRUDED);
    kill_command(&fake_lines, NULL, NULL);
    is_undone();
    ck_assert_uint_eq(count_intruders(), 1);
}
END_TEST

/* The guard dies too: the next run finds the journal. */
START_TEST(test_guard_dies)
{
    struct plan plan;
    struct complaint why;
    bool unlocked;

    NEEDS_RUN();
    fake_trouble_for(FAKE_OTHERS, FAKE_COMMIT, 1 + (unsigned)_i / 2, FAKE_EVER,
                     _i % 2 ? FAKE_DIES_LATE : FAKE_DIES);
    kill_command(&fake_entries, NULL, &(struct fake_trouble){FAKE_COMMIT, 3, 3, FAKE_DIES_LATE});
    wait_for_guard();
    ck_assert(_i == 5 || !tables_are_old());
    memset(fake_world->troubles, 0, sizeof fake_world->troubles);
    ck_assert_int_eq(journal_read(&plan, &why), JOURNAL_FOUND);
    ck_assert_int_eq(plan.undo.form, PAYLOAD_LINE);
    ck_assert_int_eq(plan_undo_rules(&plan, 0, &unlocked, &why), PLAN_DONE);
    ck_assert(tables_are_old());
    plan_free(&plan);
}
END_TEST

/* It can't undo: the journal stays. */
START_TEST(test_guard_fails)
{
    struct plan plan;
    struct complaint why;

    NEEDS_RUN();
    fake_trouble_for(FAKE_OTHERS, FAKE_COMMIT, 2, FAKE_EVER, FAKE_FAILS);
    kill_command(&fake_lines, NULL, NULL);
    wait_for_guard();
    ck_assert(!tables_are_old() && !tables_are_new());
    ck_assert_int_eq(journal_read(&plan, &why), JOURNAL_FOUND);
    plan_free(&plan);
}
END_TEST

static Suite *change_killed_suite(void)
{
    Suite *s = suite_create("change_killed");
    TCase *t = new_case(s, "change_killed");

    tcase_add_checked_fixture(t, change_setup, NULL);
    tcase_add_loop_test(t, test_killed, 0, N_OF(deaths));
    tcase_add_loop_test(t, test_killed_at_step, 0, N_OF(steps));
    tcase_add_test(t, test_killed_when_live);
    tcase_add_test(t, test_others_meanwhile);
    tcase_add_loop_test(t, test_guard_dies, 0, 2 * EDITS);
    tcase_add_test(t, test_guard_fails);
    return s;
}

int main(void)
{
    return run_suite(change_killed_suite());
}
