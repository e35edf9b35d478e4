/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guard is told, what it says, and what it does: confirmations, deadlines, files. */
#include "lbgen/guard_talk.h"

#include <limits.h>
#include <sys/socket.h>

#include "check_change.h"

#define FILE_PATH "/run/rules"

static struct command c;
static struct complaint why;

/* The tables are new, the guard knows of a file that is to be replaced. */
static void go_live(void)
{
    command_begin(&c, &fake_lines);
    FILE *old = fopen(FILE_PATH, "w");
    ck_assert(old && fputs("old\n", old) >= 0 && fclose(old) == 0);
    ck_assert(persist_prepare(&c.change.plan.files[0], FILE_PATH, TEXT("new\n"), false, &why));
    c.change.plan.n_files = 1;
    ck_assert(change_find(&c.change, &why));
    ck_assert_int_eq(command_apply(&c), CHANGE_LIVE);
    ck_assert(tables_are_new());
}

static bool file_is(const char *text)
{
    char found[16] = "";
    int fd = open(FILE_PATH, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, found, sizeof found - 1);

    close(fd);
    return n >= 0 && strcmp(found, text) == 0;
}

static void is_kept(void)
{
    ck_assert(tables_are_new() && file_is("new\n") && !is_there(JOURNAL_PATH));
    ck_assert(!is_there(GUARD_SOCKET_PATH));
}

static void is_undone(void)
{
    ck_assert(tables_are_old() && file_is("old\n") && !is_there(JOURNAL_PATH));
    ck_assert(!is_there("/run/.rules.lbgen-new"));
    ck_assert(!is_there(GUARD_SOCKET_PATH));
}

START_TEST(test_confirm)
{
    NEEDS_RUN();
    go_live();
    ck_assert(file_is("old\n"));
    ck_assert_int_eq(guard_order(&c.guard, GUARD_CONFIRM, 0, &why), GUARD_CONFIRMED);
    is_kept();
    command_end(&c);
}
END_TEST

START_TEST(test_undo)
{
    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &why), GUARD_UNDONE);
    ck_assert_str_eq(why.text, "");
    is_undone();
    command_end(&c);
}
END_TEST

/* The command has put the file into place itself, and is told to undo. */
START_TEST(test_undo_of_file)
{
    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(persist_finish(&c.change.plan.files[0], &why), PERSIST_DONE);
    ck_assert(file_is("new\n"));
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &why), GUARD_UNDONE);
    is_undone();
    command_end(&c);
}
END_TEST

/* All is done: it goes, and nothing is undone. */
START_TEST(test_dismiss)
{
    NEEDS_RUN();
    go_live();
    pid_t pid = c.guard.pid;
    guard_dismiss(&c.guard);
    ck_assert_int_eq(c.guard.pid, 0);
    ck_assert_int_eq(kill(pid, 0), -1);
    guard_dismiss(&c.guard);                /* fine */
    ck_assert(!guard_is_stopped(&c.guard)); /* it is gone */
    ck_assert(tables_are_new());
    command_end(&c);
}
END_TEST

START_TEST(test_deadline)
{
    unsigned seconds = 0;

    NEEDS_RUN();
    ck_assert(!guard_is_pending(&seconds));
    go_live();
    ck_assert(!guard_is_pending(&seconds));
    ck_assert_int_eq(guard_order(&c.guard, GUARD_HOLD, 1, &why), GUARD_READY);
    ck_assert(guard_is_pending(&seconds));
    ck_assert_uint_eq(seconds, 1);
    ck_assert(tables_are_new());
    ck_assert_int_eq(guard_listen(&c.guard, &why), GUARD_UNDONE);
    is_undone();
    ck_assert(!guard_is_pending(&seconds));
    ck_assert_int_eq(guard_confirm_pending(&why), GUARD_GONE);
    /* What it said before is heard by an order that comes too late. */
    ck_assert_int_eq(guard_order(&c.guard, GUARD_CONFIRM, 0, &why), GUARD_GONE);
    command_end(&c);
}
END_TEST

/* No time at all is not no deadline. */
START_TEST(test_no_time)
{
    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(guard_order(&c.guard, GUARD_HOLD, 0, &why), GUARD_READY);
    ck_assert_int_eq(guard_listen(&c.guard, &why), GUARD_UNDONE);
    is_undone();
    command_end(&c);
}
END_TEST

/* What is no word of a guard's is not taken for one. */
START_TEST(test_strange_word)
{
    static const int words[] = {GUARD_READY - 1, GUARD_GONE + 1, INT_MAX, INT_MIN};
    struct guard_reply reply = {.word = words[_i]};
    struct guard strange = {.fd = -1};
    int ends[2];

    memset(reply.text, 'x', sizeof reply.text);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    strange.fd = ends[0];
    ck_assert(guard_send(ends[1], &reply, sizeof reply));
    ck_assert_int_eq(guard_listen(&strange, &why), GUARD_GONE);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(test_confirmed_by_another)
{
    unsigned seconds;

    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(guard_order(&c.guard, GUARD_HOLD, 60, &why), GUARD_READY);
    ck_assert(guard_is_pending(&seconds) && seconds > 50 && seconds <= 60);
    ck_assert_int_eq(guard_confirm_pending(&why), GUARD_CONFIRMED);
    is_kept();
    ck_assert_int_eq(guard_listen(&c.guard, &why), GUARD_CONFIRMED);
    command_end(&c);
}
END_TEST

/* n was typed while it was pending. */
START_TEST(test_undo_while_pending)
{
    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(guard_order(&c.guard, GUARD_HOLD, 60, &why), GUARD_READY);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &why), GUARD_UNDONE);
    is_undone();
    command_end(&c);
}
END_TEST

static void leave_pending(unsigned seconds)
{
    pid_t pid = fork();

    if (pid == 0) {
        go_live();
        if (guard_order(&c.guard, GUARD_HOLD, seconds, &why) == GUARD_READY)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
}

/* The command is killed while it is pending: that changes nothing. */
START_TEST(test_command_is_gone)
{
    struct complaint ignored;
    int lock;
    unsigned seconds;

    NEEDS_RUN();
    leave_pending(60);
    ck_assert(guard_is_pending(&seconds));
    ck_assert(tables_are_new() && file_is("old\n"));
    ck_assert_int_eq(lock_own(LOCK_OWN_FOLDER, 0, &lock, &ignored), LOCK_BUSY);
    ck_assert_int_eq(guard_confirm_pending(&why), GUARD_CONFIRMED);
    is_kept();
}
END_TEST

START_TEST(test_deadline_without_command)
{
    int lock;

    NEEDS_RUN();
    leave_pending(1);
    ck_assert_int_eq(lock_own(LOCK_OWN_FOLDER, 4000, &lock, &why), LOCK_TAKEN);
    lock_release(&lock);
    is_undone();
}
END_TEST

/* Signals that end a command do not end it. */
START_TEST(test_deaf)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE};

    NEEDS_RUN();
    go_live();
    for (int i = 0; i < N_OF(signals); i++)
        ck_assert_int_eq(kill(c.guard.pid, signals[i]), 0);
    ck_assert_int_eq(getsid(c.guard.pid), c.guard.pid);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &why), GUARD_UNDONE);
    is_undone();
    command_end(&c);
}
END_TEST

/* Somebody holds the xtables lock: it is undone without it, which is said. */
START_TEST(test_lock_is_held)
{
    int lock;

    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(lock_xtables(LOCK_XTABLES_PATH, 0, &lock, &why), LOCK_TAKEN);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &why), GUARD_UNDONE);
    ck_assert_str_eq(why.text, "the xtables lock was held by another process: undone without it");
    is_undone();
    lock_release(&lock);
    command_end(&c);
}
END_TEST

START_TEST(test_undo_fails)
{
    NEEDS_RUN();
    go_live();
    fake_trouble_for(FAKE_OTHERS, FAKE_COMMIT, 1, FAKE_EVER, FAKE_FAILS);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &why), GUARD_UNDO_FAILED);
    ck_assert_str_eq(why.text, "failed");
    ck_assert(is_there(JOURNAL_PATH) && file_is("old\n"));
    command_end(&c);
}
END_TEST

/* Confirmed, but the file was changed by somebody: that is said, the rules stay, and so does his file. */
START_TEST(test_not_saved)
{
    NEEDS_RUN();
    go_live();
    FILE *file = fopen(FILE_PATH, "w");
    ck_assert(file && fputs("his\n", file) >= 0 && fclose(file) == 0);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_CONFIRM, 0, &why), GUARD_NOT_SAVED);
    ck_assert_str_eq(why.text, FILE_PATH " was changed by somebody meanwhile and is left as it is");
    ck_assert(tables_are_new() && file_is("his\n"));
    command_end(&c);
}
END_TEST

START_TEST(test_killed)
{
    unsigned seconds;

    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(guard_order(&c.guard, GUARD_HOLD, 60, &why), GUARD_READY);
    kill(c.guard.pid, SIGKILL);
    ck_assert_int_eq(guard_listen(&c.guard, &why), GUARD_GONE);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_UNDO, 0, &why), GUARD_GONE);
    ck_assert(!guard_is_pending(&seconds));
    ck_assert_int_eq(guard_confirm_pending(&why), GUARD_GONE);
    ck_assert(tables_are_new() && is_there(JOURNAL_PATH));
    command_end(&c);
}
END_TEST

/* Before it is armed it has nothing to undo, and what can't be read does not arm it. */
START_TEST(test_not_armed)
{
    struct guard_request request = {.order = GUARD_PLAN, .number = 4};

    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    ck_assert(guard_send(c.guard.fd, &request, sizeof request));
    ck_assert(guard_send(c.guard.fd, "what", 4));
    ck_assert_int_eq(guard_listen(&c.guard, &why), GUARD_REFUSED);
    ck_assert_str_eq(why.text, "the plan can't be read");
    ck_assert(tables_are_old());
    command_end(&c);
}
END_TEST

/* The command is killed, and what it has started lives on with its end of the line, stopped: it is ended, and
 * all is undone, in time. */
START_TEST(test_stopped_orphan)
{
    int lock, status, ends[2];
    pid_t orphan;

    NEEDS_RUN();
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        go_live();
        orphan = fork();
        if (orphan == 0) {
            raise(SIGSTOP);
            _exit(0);
        }
        waitpid(orphan, &status, WUNTRACED);
        if (write(ends[1], &orphan, sizeof orphan) == sizeof orphan)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
    ck_assert_int_eq(read(ends[0], &orphan, sizeof orphan), sizeof orphan);
    ck_assert_int_eq(lock_own(LOCK_OWN_FOLDER, 2000, &lock, &why), LOCK_TAKEN);
    lock_release(&lock);
    is_undone();
    /* a zombie where nobody waits for it */
    char path[40], state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)orphan);
    FILE *stat = fopen(path, "r");
    if (stat) {
        ck_assert_int_eq(fscanf(stat, "%*d (%*[^)]) %c", &state), 1);
        fclose(stat);
    }
    ck_assert_msg(state == 'Z' || state == 'X', "state %c", state);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* A guard that somebody has stopped is not waited for. */
START_TEST(test_stopped)
{
    NEEDS_RUN();
    go_live();
    kill(c.guard.pid, SIGSTOP);
    ck_assert_int_eq(guard_order(&c.guard, GUARD_HOLD, 60, &why), GUARD_GONE);
    ck_assert_str_eq(why.text, "the guard is gone");
    ck_assert_int_eq(guard_dismiss(&c.guard), GUARD_READY);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    command_end(&c);
}
END_TEST

START_TEST(test_stopped_at_the_end)
{
    NEEDS_RUN();
    go_live();
    kill(c.guard.pid, SIGSTOP);
    ck_assert_int_eq(guard_dismiss(&c.guard), GUARD_READY);
    ck_assert(tables_are_new());
    command_end(&c);
}
END_TEST

/* --- a command that can't go on --- */

START_TEST(test_leave)
{
    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(guard_leave(&c.guard), GUARD_UNDONE);
    is_undone();
    ck_assert_int_eq(guard_leave(&c.guard), GUARD_READY); /* fine without one */
    command_end(&c);
}
END_TEST

START_TEST(test_leave_before_arming)
{
    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    ck_assert_int_eq(guard_leave(&c.guard), GUARD_READY);
    ck_assert(tables_are_old());
    command_end(&c);
}
END_TEST

START_TEST(test_leave_and_undo_fails)
{
    NEEDS_RUN();
    go_live();
    fake_trouble_for(FAKE_OTHERS, FAKE_COMMIT, 1, FAKE_EVER, FAKE_FAILS);
    ck_assert_int_eq(guard_leave(&c.guard), GUARD_UNDO_FAILED);
    ck_assert(is_there(JOURNAL_PATH));
    command_end(&c);
}
END_TEST

/* Nobody undoes: killed, or stopped and ended. */
START_TEST(test_leave_a_dead_guard)
{
    NEEDS_RUN();
    go_live();
    kill(c.guard.pid, _i == 0 ? SIGKILL : SIGSTOP);
    ck_assert_int_eq(guard_leave(&c.guard), GUARD_GONE);
    ck_assert(tables_are_new() && is_there(JOURNAL_PATH));
    command_end(&c);
}
END_TEST

/* It has ended before it could do anything. */
START_TEST(test_leave_a_broken_guard)
{
    struct guard g = {.fd = open("/dev/null", O_RDONLY | O_CLOEXEC), .pid = fork()};

    if (g.pid == 0)
        _exit(GUARD_EXIT_BROKEN);
    ck_assert_int_eq(guard_leave(&g), GUARD_GONE);
    ck_assert_int_eq(g.pid, 0);
}
END_TEST

/* Pending: undone at the deadline, unless somebody confirms. */
START_TEST(test_leave_while_pending)
{
    NEEDS_RUN();
    go_live();
    ck_assert_int_eq(guard_order(&c.guard, GUARD_HOLD, 1, &why), GUARD_READY);
    if (_i == 0) {
        ck_assert_int_eq(guard_leave(&c.guard), GUARD_UNDONE);
        is_undone();
    } else {
        ck_assert_int_eq(guard_confirm_pending(&why), GUARD_CONFIRMED);
        ck_assert_int_eq(guard_leave(&c.guard), GUARD_READY);
        is_kept();
    }
    command_end(&c);
}
END_TEST

static Suite *guard_suite(void)
{
    Suite *s = suite_create("guard");
    TCase *t = new_case(s, "guard");

    tcase_add_checked_fixture(t, change_setup, NULL);
    tcase_add_test(t, test_confirm);
    tcase_add_test(t, test_undo);
    tcase_add_test(t, test_undo_of_file);
    tcase_add_test(t, test_dismiss);
    tcase_add_test(t, test_deadline);
    tcase_add_test(t, test_no_time);
    tcase_add_loop_test(t, test_strange_word, 0, 4);
    tcase_add_test(t, test_confirmed_by_another);
    tcase_add_test(t, test_undo_while_pending);
    tcase_add_test(t, test_command_is_gone);
    tcase_add_test(t, test_deadline_without_command);
    tcase_add_test(t, test_deaf);
    tcase_add_test(t, test_lock_is_held);
    tcase_add_test(t, test_undo_fails);
    tcase_add_test(t, test_not_saved);
    tcase_add_test(t, test_killed);
    tcase_add_test(t, test_not_armed);
    tcase_add_test(t, test_stopped_orphan);
    tcase_add_test(t, test_stopped);
    tcase_add_test(t, test_stopped_at_the_end);
    tcase_add_test(t, test_leave);
    tcase_add_test(t, test_leave_before_arming);
    tcase_add_test(t, test_leave_and_undo_fails);
    tcase_add_loop_test(t, test_leave_a_dead_guard, 0, 2);
    tcase_add_test(t, test_leave_a_broken_guard);
    tcase_add_loop_test(t, test_leave_while_pending, 0, 2);
    return s;
}

int main(void)
{
    return run_suite(guard_suite());
}
