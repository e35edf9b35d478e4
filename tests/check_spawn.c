/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lbgen/spawn.h"

#include "check_util.h"

static struct spawn s;
static struct complaint why;

static void setup(void)
{
    s = (struct spawn){0};
    why = (struct complaint){0};
}

/* For the next test, where all run in one process. */
static void teardown(void)
{
    static const int changed[] = {SIGPIPE, SIGINT, SIGTERM, SIGCHLD};
    sigset_t none;

    for (int i = 0; i < N_OF(changed); i++)
        signal(changed[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    spawn_free(&s);
}

/* Runs `sh -c COMMAND`. */
static enum spawn_result shell(const char *command)
{
    s.argv[0] = "sh";
    s.argv[1] = "-c";
    s.argv[2] = command;
    return spawn_run(&s, &why);
}

static void exits(const char *command, int status)
{
    enum spawn_result result = shell(command);

    ck_assert_msg(result == SPAWN_EXITED, "%s", why.text);
    ck_assert_int_eq(s.status, status);
}

static void printed(const char *out, const char *err)
{
    ck_assert_str_eq(buf_text(&s.out), out);
    ck_assert_str_eq(buf_text(&s.err), err);
}

static void says(const char *reason)
{
    ck_assert_msg(strstr(why.text, reason) != NULL, "%s", why.text);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

START_TEST(test_streams)
{
    s.in = "a\nb";
    s.in_len = 3;
    exits("cat; echo; echo bad >&2; exit 7", 7);
    printed("a\nb\n", "bad\n");
}
END_TEST

START_TEST(test_nothing)
{
    exits("cat", 0);
    printed("", "");
}
END_TEST

/* What was printed by a run before is forgotten. */
START_TEST(test_twice)
{
    exits("echo one; echo one >&2", 0);
    exits("echo two", 0);
    printed("two\n", "");
}
END_TEST

START_TEST(test_not_found)
{
    s.argv[0] = "lbgen-no-such-program";
    ck_assert_int_eq(spawn_run(&s, &why), SPAWN_NOT_FOUND);
    says("lbgen-no-such-program is not installed");
    ck_assert(!spawn_finds("lbgen-no-such-program"));
    ck_assert(spawn_finds("sh"));
    ck_assert(!spawn_finds(""));
    ck_assert(!spawn_finds(".")); /* a folder */
}
END_TEST

/* The user's PATH does not count. */
START_TEST(test_path)
{
    ck_assert_int_eq(setenv("PATH", "/nowhere", 1), 0);
    exits("ls / >/dev/null", 0);
    ck_assert_int_eq(setenv("PATH", ".", 1), 0);
    ck_assert_int_eq(chdir("/bin"), 0);
    ck_assert(spawn_finds("sh"));
}
END_TEST

START_TEST(test_environment)
{
    setenv("LANG", "de_DE.UTF-8", 1);
    setenv("XTABLES_LIBDIR", "/evil", 1);
    setenv("IPTABLES_LIB_DIR", "/evil", 1);
    setenv("IP6TABLES_LIB_DIR", "/evil", 1);
    setenv("LD_PRELOAD_X", "/evil", 1);
    unsetenv("XTABLES_LOCKFILE");
    s.argv[0] = "env";
    ck_assert_int_eq(spawn_run(&s, &why), SPAWN_EXITED);
    printed("PATH=/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin\nLC_ALL=C\n", "");
    setenv("XTABLES_LOCKFILE", "/run/other.lock", 1);
    ck_assert_int_eq(spawn_run(&s, &why), SPAWN_EXITED);
    ck_assert_ptr_nonnull(strstr(buf_text(&s.out), "\nXTABLES_LOCKFILE=/run/other.lock\n"));
    setenv("XTABLES_LOCKFILE", "", 1);
    ck_assert_int_eq(spawn_run(&s, &why), SPAWN_EXITED);
    ck_assert_ptr_null(strstr(buf_text(&s.out), "XTABLES_LOCKFILE"));
}
END_TEST

START_TEST(test_folder)
{
    exits("pwd", 0);
    printed("/\n", "");
}
END_TEST

/* Far more than pipes hold, on all three at once. */
START_TEST(test_much)
{
    enum { MUCH = 8 * 1024 * 1024 };
    char *in = malloc(MUCH);

    ck_assert_ptr_nonnull(in);
    memset(in, 'x', MUCH);
    s.in = in;
    s.in_len = MUCH;
    exits("tee /dev/stderr", 0);
    ck_assert_uint_eq(s.out.len, MUCH);
    ck_assert_uint_eq(s.err.len, MUCH);
    ck_assert_mem_eq(s.out.at, in, MUCH);
    ck_assert_mem_eq(s.err.at, in, MUCH);
    /* a reader that does not care */
    exits("exec <&-; exit 3", 3);
    exits("head -c 1", 0);
    printed("x", "");
    free(in);
}
END_TEST

START_TEST(test_too_much)
{
    s.max = 100000;
    ck_assert_int_eq(shell("yes"), SPAWN_FAILED);
    says("sh printed more than 100000 bytes");
    s.max = 2;
    exits("echo x >&2", 0); /* just enough */
    ck_assert_int_eq(shell("echo xy >&2"), SPAWN_FAILED);
}
END_TEST

START_TEST(test_time)
{
    double begin = seconds();

    s.seconds = 1;
    ck_assert_int_eq(shell("echo said; exec sleep 50"), SPAWN_FAILED);
    says("sh did not end within 1 seconds");
    printed("said\n", "");
    ck_assert(seconds() - begin < 10);
    /* its outputs closed already */
    ck_assert_int_eq(shell("exec >&- 2>&- sleep 50"), SPAWN_FAILED);
    ck_assert(seconds() - begin < 20);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(test_deaf)
{
    double begin = seconds();

    s.seconds = 1;
    ck_assert_int_eq(shell("trap '' TERM; while :; do sleep 1; done"), SPAWN_FAILED);
    ck_assert(seconds() - begin < 20);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

/* Who is stopped or waits for nothing is ended long before its time is over; who works or prints is not. */
START_TEST(test_idle)
{
    double begin = seconds();

    s.idle = 1;
    ck_assert_int_eq(shell("echo said; kill -STOP $$; echo more"), SPAWN_FAILED);
    says("sh did nothing for 1 seconds and was ended");
    printed("said\n", "");
    ck_assert_int_eq(shell("exec >&- 2>&- sleep 50"), SPAWN_FAILED);
    says("sh did nothing for 1 seconds");
    ck_assert(seconds() - begin < 20);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    exits("for i in 1 2 3 4; do echo $i; sleep 0.5; done", 0);
    begin = seconds();
    exits("i=0; while [ $i -lt 2500000 ]; do i=$((i + 1)); done", 0); /* in silence */
    ck_assert(seconds() - begin > 1);
}
END_TEST

/* A process that it leaves behind keeps nobody waiting. */
START_TEST(test_left_behind)
{
    double begin = seconds();

    exits("sleep 5 & echo x", 0);
    printed("x\n", "");
    ck_assert(seconds() - begin < 4);
}
END_TEST

START_TEST(test_signals)
{
    sigset_t all;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    ck_assert_int_eq(shell("kill -PIPE $$; exit 0"), SPAWN_FAILED);
    says("sh was ended by signal 13");
    ck_assert_int_eq(shell("kill -INT $$; exit 0"), SPAWN_FAILED);
    ck_assert_int_eq(shell("kill -TERM $$; exit 0"), SPAWN_FAILED);
    exits("grep ^SigBlk /proc/self/status", 0);
    printed("SigBlk:\t0000000000000000\n", "");
}
END_TEST

START_TEST(test_children_ignored)
{
    signal(SIGCHLD, SIG_IGN);
    exits("exit 5", 5);
    struct sigaction now;
    sigaction(SIGCHLD, NULL, &now);
    ck_assert(now.sa_handler == SIG_IGN);
}
END_TEST

/* Only its three descriptors, whatever is open here. */
START_TEST(test_descriptors)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_ge(fcntl(fd, F_DUPFD_CLOEXEC, 40), 40);
    exits("ls /proc/$$/fd", 0);
    ck_assert_str_eq(buf_text(&s.out), "0\n1\n2\n");
}
END_TEST

/* Where some of 0 to 2 are closed here. */
START_TEST(test_closed)
{
    for (int closed = 1; closed < 8; closed++) {
        pid_t child = fork();
        int status;

        ck_assert_int_ge(child, 0);
        if (child == 0) {
            for (int fd = 0; fd < 3; fd++)
                if (closed >> fd & 1)
                    close(fd);
            s.in = "in";
            s.in_len = 2;
            _exit(shell("cat; echo err >&2") == SPAWN_EXITED && strcmp(buf_text(&s.out), "in") == 0 &&
                          strcmp(buf_text(&s.err), "err\n") == 0
                      ? 0
                      : 1);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

/* Nothing is left open. */
START_TEST(test_leaks)
{
    int before = dup(0);

    close(before);
    for (int i = 0; i < 5; i++)
        exits("true", 0);
    int after = dup(0);
    close(after);
    ck_assert_int_eq(before, after);
}
END_TEST

static Suite *spawn_suite(void)
{
    Suite *suite = suite_create("spawn");
    TCase *t = new_case(suite, "spawn");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_streams);
    tcase_add_test(t, test_nothing);
    tcase_add_test(t, test_twice);
    tcase_add_test(t, test_not_found);
    tcase_add_test(t, test_path);
    tcase_add_test(t, test_environment);
    tcase_add_test(t, test_folder);
    tcase_add_test(t, test_much);
    tcase_add_test(t, test_too_much);
    tcase_add_test(t, test_time);
    tcase_add_test(t, test_deaf);
    tcase_add_test(t, test_idle);
    tcase_add_test(t, test_left_behind);
    tcase_add_test(t, test_signals);
    tcase_add_test(t, test_children_ignored);
    tcase_add_test(t, test_descriptors);
    tcase_add_test(t, test_closed);
    tcase_add_test(t, test_leaks);
    return suite;
}

int main(void)
{
    return run_suite(spawn_suite());
}
