/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change of three tables where something goes wrong: what it says, and what the tables are then. */
#include "check_change.h"

enum tables { OLD, NEW, MIXED };

static const struct {
    struct fake_trouble trouble[FAKE_TROUBLES];
    enum change_result result;
    enum tables tables;
    unsigned intruders;
    bool guard_fails; /* what the command can't undo, the guard can't either */
} cases[] = {
    {.result = CHANGE_LIVE, .tables = NEW},
    /* nothing was ever live */
    {{{FAKE_PREPARE, 1, 1, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_PREPARE, 2, 2, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_PREPARE, 3, 3, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_PREPARE, 1, 1, FAKE_FAILS_LATE}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_UNCHANGED, 1, 1, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_UNCHANGED, 2, 2, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_COMMIT, 1, 1, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_COMMIT, 1, FAKE_EVER, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_UNCHANGED, 1, 1, FAKE_CHANGED}, {FAKE_READ, 3, 3, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    {{{FAKE_UNCHANGED, 1, 1, FAKE_CHANGED}, {FAKE_PREPARE, 5, 5, FAKE_FAILS}}, CHANGE_REFUSED, OLD, 0, false},
    /* a split is undone */
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_COMMIT, 3, 3, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_COMMIT, 2, 2, FAKE_CHANGED}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_COMMIT, 3, 3, FAKE_CHANGED}}, CHANGE_UNDONE, OLD, 0, false},
    /* done, and said to have failed */
    {{{FAKE_COMMIT, 1, 1, FAKE_FAILS_LATE}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS_LATE}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_COMMIT, 3, 3, FAKE_FAILS_LATE}}, CHANGE_UNDONE, OLD, 0, false},
    /* it can't be read back */
    {{{FAKE_READ_BACK, 1, 1, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_READ_BACK, 2, 2, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_READ_BACK, 2, 2, FAKE_FAILS_LATE}}, CHANGE_UNDONE, OLD, 0, false},
    /* something else is read back: foreign rules, or it is put right */
    {{{FAKE_READ_BACK, 1, 1, FAKE_CHANGED}}, CHANGE_LIVE, NEW, 0, false},
    {{{FAKE_READ_BACK, 1, 1, FAKE_INTRUDED}}, CHANGE_LIVE, NEW, 1, false},
    {{{FAKE_READ_BACK, 1, 1, FAKE_ROBBED}}, CHANGE_LIVE, NEW, 0, false},
    {{{FAKE_READ_BACK, 1, 3, FAKE_ROBBED}}, CHANGE_LIVE, NEW, 0, false},
    {{{FAKE_READ_BACK, 1, 1, FAKE_ROBBED}, {FAKE_COMMIT, 4, 4, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_READ_BACK, 1, 1, FAKE_ROBBED}, {FAKE_READ, 3, 3, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_READ_BACK, 1, 1, FAKE_ROBBED}, {FAKE_PREPARE, 4, 4, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    /* others are at the tables while it is undone */
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}, {FAKE_UNCHANGED, 3, 4, FAKE_CHANGED}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_COMMIT, 3, 3, FAKE_FAILS}, {FAKE_COMMIT, 4, 4, FAKE_CHANGED}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_COMMIT, 3, 3, FAKE_FAILS}, {FAKE_UNCHANGED, 3, 4, FAKE_INTRUDED}}, CHANGE_UNDONE, OLD, 2, false},
    /* a step of the undo fails once: it is tried again */
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}, {FAKE_PREPARE, 4, 4, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, true},
    {{{FAKE_COMMIT, 2, 3, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, true},
    {{{FAKE_COMMIT, 3, 4, FAKE_FAILS_LATE}}, CHANGE_UNDONE, OLD, 0, true},
    /* the command can't undo it: the guard does */
    {{{FAKE_COMMIT, 2, FAKE_EVER, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}, {FAKE_UNCHANGED, 3, FAKE_EVER, FAKE_CHANGED}},
     CHANGE_UNDONE,
     OLD,
     0,
     false},
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}, {FAKE_READ, 3, FAKE_EVER, FAKE_FAILS}}, CHANGE_UNDONE, OLD, 0, false},
    /* which can't either */
    {{{FAKE_COMMIT, 2, FAKE_EVER, FAKE_FAILS}}, CHANGE_UNDO_FAILED, MIXED, 0, true},
    {{{FAKE_COMMIT, 3, 3, FAKE_FAILS_LATE}, {FAKE_COMMIT, 4, FAKE_EVER, FAKE_FAILS}},
     CHANGE_UNDO_FAILED,
     NEW,
     0,
     true},
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}, {FAKE_OPEN, 2, 2, FAKE_FAILS}}, CHANGE_UNDO_FAILED, MIXED, 0, true},
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}, {FAKE_PREPARE, 4, FAKE_EVER, FAKE_FAILS}},
     CHANGE_UNDO_FAILED,
     MIXED,
     0,
     true},
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}, {FAKE_UNCHANGED, 3, FAKE_EVER, FAKE_CHANGED}},
     CHANGE_UNDO_FAILED,
     MIXED,
     0,
     true},
    {{{FAKE_COMMIT, 2, 2, FAKE_FAILS}, {FAKE_READ, 3, FAKE_EVER, FAKE_FAILS}},
     CHANGE_UNDO_FAILED,
     MIXED,
     0,
     true},
    /* somebody else was there before: begun again, three times */
    {{{FAKE_UNCHANGED, 1, 1, FAKE_CHANGED}}, CHANGE_LIVE, NEW, 0, false},
    {{{FAKE_UNCHANGED, 2, 2, FAKE_CHANGED}}, CHANGE_LIVE, NEW, 0, false},
    {{{FAKE_UNCHANGED, 1, 3, FAKE_CHANGED}}, CHANGE_LIVE, NEW, 0, false},
    {{{FAKE_UNCHANGED, 1, FAKE_EVER, FAKE_CHANGED}}, CHANGE_BUSY, OLD, 0, false},
    {{{FAKE_UNCHANGED, 1, 1, FAKE_INTRUDED}}, CHANGE_LIVE, NEW, 1, false},
    {{{FAKE_UNCHANGED, 1, FAKE_EVER, FAKE_INTRUDED}}, CHANGE_BUSY, OLD, 4, false},
    /* and while it was committed */
    {{{FAKE_COMMIT, 2, 2, FAKE_INTRUDED}}, CHANGE_UNDONE, OLD, 1, false},
    {{{FAKE_COMMIT, 1, 1, FAKE_CHANGED}}, CHANGE_LIVE, NEW, 0, false},
    {{{FAKE_COMMIT, 1, 3, FAKE_CHANGED}}, CHANGE_LIVE, NEW, 0, false},
    {{{FAKE_COMMIT, 1, FAKE_EVER, FAKE_CHANGED}}, CHANGE_BUSY, OLD, 0, false},
};

static void check_tables(enum tables tables, unsigned intruders)
{
    ck_assert_int_eq(tables_are_old(), tables == OLD);
    ck_assert_int_eq(tables_are_new(), tables == NEW);
    ck_assert_uint_eq(count_intruders(), intruders);
}

/* What the next run finds leads back. */
static void heal(const struct live_backend *backend)
{
    struct plan plan;
    struct complaint why;
    bool unlocked;

    memset(fake_world->troubles, 0, sizeof fake_world->troubles);
    ck_assert_int_eq(journal_read(&plan, &why), JOURNAL_FOUND);
    ck_assert_int_eq(plan.undo.form, PAYLOAD_LINE);
    ck_assert_ptr_eq(plan.backend, backend);
    ck_assert_int_eq(plan_undo_rules(&plan, 0, &unlocked, &why), PLAN_DONE);
    ck_assert(!unlocked);
    plan_free(&plan);
    check_tables(OLD, 0);
}

static void try_case(const struct live_backend *backend, int number)
{
    struct command c;

    command_begin(&c, backend);
    for (int i = 0; i < FAKE_TROUBLES; i++)
        fake_world->troubles[FAKE_COMMAND][i] = cases[number].trouble[i];
    if (cases[number].guard_fails)
        fake_trouble_for(FAKE_OTHERS, FAKE_OPEN, 1, FAKE_EVER, FAKE_FAILS);
    ck_assert(change_find(&c.change, &c.why));
    enum change_result result = command_apply(&c);
    ck_assert_int_eq(result, cases[number].result);
    check_tables(cases[number].tables, cases[number].intruders);
    ck_assert_int_eq(is_there(JOURNAL_PATH), result == CHANGE_LIVE || result == CHANGE_UNDO_FAILED);
    ck_assert_int_eq(c.guard.pid > 0, result == CHANGE_LIVE);
    if (result == CHANGE_LIVE) {
        ck_assert_int_eq(guard_order(&c.guard, GUARD_CONFIRM, 0, &c.why), GUARD_CONFIRMED);
        ck_assert(!is_there(JOURNAL_PATH));
        check_tables(NEW, cases[number].intruders);
    }
    command_end(&c);
    if (result == CHANGE_UNDO_FAILED)
        heal(backend);
}

START_TEST(test_lines)
{
    NEEDS_RUN();
    try_case(&fake_lines, _i);
}
END_TEST

START_TEST(test_entries)
{
    NEEDS_RUN();
    try_case(&fake_entries, _i);
}
END_TEST

static const struct fake_trouble early[] = {
    {FAKE_OPEN, 1, 1, FAKE_FAILS}, {FAKE_READ, 1, 1, FAKE_FAILS}, {FAKE_READ, 2, 2, FAKE_FAILS}};

START_TEST(test_not_found)
{
    struct command c;

    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    fake_world->troubles[FAKE_COMMAND][0] = early[_i];
    ck_assert(!change_find(&c.change, &c.why));
    ck_assert_str_eq(c.why.text, "failed");
    command_end(&c);
    check_tables(OLD, 0);
}
END_TEST

/* Somebody is at the tables all the time, but no harm can be done: it goes on, and leads back, all the same.
 */
START_TEST(test_safe_when_changed)
{
    struct command c;

    NEEDS_RUN();
    command_begin(&c, &fake_safe);
    fake_trouble_for(FAKE_COMMAND, FAKE_UNCHANGED, 1, FAKE_EVER, FAKE_CHANGED);
    if (_i)
        fake_trouble_for(FAKE_COMMAND, FAKE_COMMIT, 3, 3, FAKE_FAILS);
    ck_assert(change_find(&c.change, &c.why));
    ck_assert_int_eq(command_apply(&c), _i ? CHANGE_UNDONE : CHANGE_LIVE);
    check_tables(_i ? OLD : NEW, 0);
    command_end(&c);
}
END_TEST

/* Counters of what stays are kept, and those of what comes back. */
START_TEST(test_counters)
{
    struct command c;

    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    ck_assert(change_find(&c.change, &c.why) && !change_is_empty(&c.change));
    ck_assert_int_eq(command_apply(&c), CHANGE_LIVE);
    ck_assert_ptr_nonnull(strstr(fake_world->text[IPV4], "\n[3:4] " FOREIGN "[7:8] " OWN(2)));
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &c.why), GUARD_UNDONE);
    ck_assert_str_eq(c.why.text, "");
    ck_assert_ptr_nonnull(strstr(fake_world->text[IPV4], "\n[3:4] " FOREIGN "[5:6] " OWN(1) "[7:8] " OWN(2)));
    command_end(&c);
    check_tables(OLD, 0);
    ck_assert(!is_there(JOURNAL_PATH));
}
END_TEST

START_TEST(test_locked)
{
    struct command c;
    int lock;

    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    ck_assert_int_eq(lock_xtables(LOCK_XTABLES_PATH, 0, &lock, &c.why), LOCK_TAKEN);
    ck_assert(change_find(&c.change, &c.why));
    ck_assert_int_eq(command_apply(&c), CHANGE_BUSY);
    ck_assert_ptr_nonnull(strstr(c.why.text, "another program holds the xtables lock"));
    lock_release(&lock);
    command_end(&c);
    check_tables(OLD, 0);
    ck_assert(!is_there(JOURNAL_PATH));
}
END_TEST

START_TEST(test_no_lock)
{
    struct command c;

    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    setenv("XTABLES_LOCKFILE", "/run/none/such", 1);
    ck_assert(change_find(&c.change, &c.why));
    ck_assert_int_eq(command_apply(&c), CHANGE_REFUSED);
    unsetenv("XTABLES_LOCKFILE");
    command_end(&c);
    check_tables(OLD, 0);
}
END_TEST

/* Without a guard, or a journal, nothing is changed. */
START_TEST(test_no_guard)
{
    struct command c;

    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    kill(c.guard.pid, SIGKILL);
    ck_assert(change_find(&c.change, &c.why));
    ck_assert_int_eq(command_apply(&c), CHANGE_REFUSED);
    ck_assert_str_eq(c.why.text, "the guard is gone");
    command_end(&c);
    check_tables(OLD, 0);
    ck_assert(!is_there(JOURNAL_PATH));
}
END_TEST

START_TEST(test_no_journal)
{
    struct command c;

    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    ck_assert_int_eq(mkdir(JOURNAL_PATH ".new", 0700), 0);
    ck_assert(change_find(&c.change, &c.why));
    ck_assert_int_eq(command_apply(&c), CHANGE_REFUSED);
    ck_assert_ptr_nonnull(strstr(c.why.text, JOURNAL_PATH " can't be written"));
    command_end(&c);
    check_tables(OLD, 0);
    ck_assert_uint_eq(fake_world->calls[FAKE_COMMAND][FAKE_COMMIT], 0);
}
END_TEST

static bool refuse_lines(void *ctx, const struct undo *undo, struct undo *out, struct complaint *why)
{
    (void)ctx;
    (void)undo;
    *out = (struct undo){0};
    return complain(why, 0, 0, "no lines");
}

static bool refuse_plan(void *ctx, const struct undo *lines, struct complaint *why)
{
    (void)ctx;
    ck_assert_int_eq(lines->form, PAYLOAD_LINE);
    return complain(why, 0, 0, "no plan");
}

START_TEST(test_no_plan)
{
    struct command c;

    NEEDS_RUN();
    command_begin(&c, &fake_entries);
    if (_i)
        c.change.lines = refuse_lines;
    else
        c.change.planned = refuse_plan;
    ck_assert(change_find(&c.change, &c.why));
    ck_assert_int_eq(command_apply(&c), CHANGE_REFUSED);
    ck_assert_str_eq(c.why.text, _i ? "no lines" : "no plan");
    command_end(&c);
    check_tables(OLD, 0);
    ck_assert(!is_there(JOURNAL_PATH));
}
END_TEST

START_TEST(test_nothing_to_do)
{
    struct command c;

    NEEDS_RUN();
    fake_world_make(new4, new6);
    command_begin(&c, &fake_lines);
    ck_assert(change_find(&c.change, &c.why));
    ck_assert(change_is_empty(&c.change));
    command_end(&c);
    check_tables(NEW, 0);
}
END_TEST

static Suite *change_suite(void)
{
    Suite *s = suite_create("change");
    TCase *t = new_case(s, "change");

    tcase_add_checked_fixture(t, change_setup, NULL);
    tcase_add_loop_test(t, test_lines, 0, N_OF(cases));
    tcase_add_loop_test(t, test_entries, 0, N_OF(cases));
    tcase_add_loop_test(t, test_not_found, 0, N_OF(early));
    tcase_add_loop_test(t, test_safe_when_changed, 0, 2);
    tcase_add_test(t, test_counters);
    tcase_add_test(t, test_locked);
    tcase_add_test(t, test_no_lock);
    tcase_add_test(t, test_no_guard);
    tcase_add_test(t, test_no_journal);
    tcase_add_loop_test(t, test_no_plan, 0, 2);
    tcase_add_test(t, test_nothing_to_do);
    return s;
}

int main(void)
{
    return run_suite(change_suite());
}
