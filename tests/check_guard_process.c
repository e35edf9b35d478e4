/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's process by itself: its command was gone before it first looked, so that nothing but the line
 * tells of the end. With guard_start that is a matter of luck. */
#include "lbgen/guard_talk.h"

#include <sys/socket.h>

#include "check_change.h"

static struct command c;
static struct complaint why;

/* A guard that is told of a command that is not the process it was started by. */
static void begin(void)
{
    int ends[2];

    c = (struct command){.change = {.backend = &fake_lines, .find = find_new, .lines = lines_of}};
    fake_world->command = getpid();
    ck_assert_int_eq(lock_own(LOCK_OWN_FOLDER, 0, &c.own_lock, &why), LOCK_TAKEN);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    c.guard = (struct guard){.pid = fork(), .fd = ends[0]};
    if (c.guard.pid == 0) {
        close(ends[0]);
        guard_process(ends[1], getpid(), 0);
    }
    close(ends[1]);
}

static int end_of_guard(void)
{
    int status;

    close(c.guard.fd);
    ck_assert_int_eq(waitpid(c.guard.pid, &status, 0), c.guard.pid);
    ck_assert(WIFEXITED(status));
    change_free(&c.change);
    lock_release(&c.own_lock);
    return WEXITSTATUS(status);
}

START_TEST(test_nothing_was_done)
{
    NEEDS_RUN();
    begin();
    ck_assert_int_eq(end_of_guard(), GUARD_EXIT_DONE);
    ck_assert(tables_are_old());
}
END_TEST

/* The line still tells of the end, and what was done is undone. */
START_TEST(test_undone)
{
    NEEDS_RUN();
    begin();
    ck_assert(change_find(&c.change, &why));
    ck_assert_int_eq(command_apply(&c), CHANGE_LIVE);
    ck_assert(tables_are_new());
    ck_assert_int_eq(end_of_guard(), GUARD_EXIT_UNDONE);
    ck_assert(tables_are_old() && !is_there(JOURNAL_PATH));
}
END_TEST

/* What is pending stays pending behind the end of the line. */
START_TEST(test_pending)
{
    unsigned seconds;

    NEEDS_RUN();
    begin();
    ck_assert(change_find(&c.change, &why));
    ck_assert_int_eq(command_apply(&c), CHANGE_LIVE);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_HOLD, 60, &why), GUARD_READY);
    shutdown(c.guard.fd, SHUT_RDWR);
    ck_assert(guard_is_pending(&seconds));
    ck_assert_int_eq(guard_confirm_pending(&why), GUARD_CONFIRMED);
    ck_assert_int_eq(end_of_guard(), GUARD_EXIT_DONE);
    ck_assert(tables_are_new() && !is_there(JOURNAL_PATH));
}
END_TEST

static Suite *guard_process_suite(void)
{
    Suite *s = suite_create("guard_process");
    TCase *t = new_case(s, "guard_process");

    tcase_add_checked_fixture(t, change_setup, NULL);
    tcase_add_test(t, test_nothing_was_done);
    tcase_add_test(t, test_undone);
    tcase_add_test(t, test_pending);
    return s;
}

int main(void)
{
    return run_suite(guard_process_suite());
}
