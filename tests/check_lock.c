/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check_folder.h"

static struct complaint why;

static void no_environment(void)
{
    unsetenv("XTABLES_LOCKFILE");
    umask(022);
}

static unsigned elapsed_ms(const struct timespec *from)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned)((now.tv_sec - from->tv_sec) * 1000 + (now.tv_nsec - from->tv_nsec) / 1000000);
}

/* Another process that holds the file for some time; returns when it has it. */
static pid_t hold(const char *path, unsigned ms)
{
    int ready[2];
    char c;

    ck_assert_int_eq(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
        bool held = flock(fd, LOCK_EX) == 0 && write(ready[1], "x", 1) == 1;
        nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
        _exit(!held);
    }
    close(ready[1]);
    ck_assert_int_eq((int)read(ready[0], &c, 1), 1);
    close(ready[0]);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

START_TEST(test_free)
{
    struct stat st;
    int fd, again;

    ck_assert_int_eq(lock_xtables("x", 0, &fd, &why), LOCK_TAKEN);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(stat("x", &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    /* A second open file is a second taker, of this process too. */
    ck_assert_int_eq(lock_xtables("x", 0, &again, &why), LOCK_BUSY);
    ck_assert_int_eq(again, -1);
    lock_release(&fd);
    ck_assert_int_eq(fd, -1);
    lock_release(&fd);
    ck_assert_int_eq(lock_xtables("x", 0, &again, &why), LOCK_TAKEN);
    lock_release(&again);
}
END_TEST

START_TEST(test_busy)
{
    struct timespec start;
    int fd;
    pid_t pid = hold("x", 60000);

    clock_gettime(CLOCK_MONOTONIC, &start);
    ck_assert_int_eq(lock_xtables("x", 0, &fd, &why), LOCK_BUSY);
    ck_assert_uint_lt(elapsed_ms(&start), 100);
    ck_assert_int_eq(lock_xtables("x", 150, &fd, &why), LOCK_BUSY);
    ck_assert_int_eq(fd, -1);
    ck_assert_uint_ge(elapsed_ms(&start), 145); /* clocks are cut to milliseconds */
    ck_assert_uint_lt(elapsed_ms(&start), 5000);
    end(pid);
}
END_TEST

START_TEST(test_waits)
{
    struct timespec start;
    int fd;
    pid_t pid = hold("x", 200);

    clock_gettime(CLOCK_MONOTONIC, &start);
    ck_assert_int_eq(lock_xtables("x", 20000, &fd, &why), LOCK_TAKEN);
    ck_assert_uint_ge(elapsed_ms(&start), 150);
    ck_assert_uint_lt(elapsed_ms(&start), 10000);
    lock_release(&fd);
    end(pid);
}
END_TEST

/* A holder whose file was removed holds nothing. */
START_TEST(test_removed)
{
    int fd, other;

    ck_assert_int_eq(lock_xtables("x", 0, &fd, &why), LOCK_TAKEN);
    ck_assert_int_eq(unlink("x"), 0);
    ck_assert_int_eq(lock_xtables("x", 0, &other, &why), LOCK_TAKEN);
    lock_release(&fd);
    lock_release(&other);
    /* And one who waits for a removed file goes on with the new one. */
    pid_t pid = hold("x", 100);
    ck_assert_int_eq(unlink("x"), 0);
    pid_t second = hold("x", 300);
    ck_assert_int_eq(lock_xtables("x", 20000, &fd, &why), LOCK_TAKEN);
    ck_assert_int_eq(access("x", F_OK), 0);
    lock_release(&fd);
    end(pid);
    end(second);
}
END_TEST

/* As iptables does it. */
START_TEST(test_environment)
{
    int fd;

    ck_assert_int_eq(setenv("XTABLES_LOCKFILE", "other", 1), 0);
    ck_assert_int_eq(lock_xtables("x", 0, &fd, &why), LOCK_TAKEN);
    ck_assert(access("other", F_OK) == 0 && access("x", F_OK) != 0);
    lock_release(&fd);
    ck_assert_int_eq(setenv("XTABLES_LOCKFILE", "", 1), 0);
    ck_assert_int_eq(lock_xtables("x", 0, &fd, &why), LOCK_TAKEN);
    ck_assert_int_eq(access("x", F_OK), 0);
    lock_release(&fd);
}
END_TEST

START_TEST(test_failures)
{
    int fd = 0;

    ck_assert_int_eq(lock_xtables("missing/x", 1000, &fd, &why), LOCK_FAILED);
    ck_assert_int_eq(fd, -1);
    ck_assert_str_eq(why.text, "missing/x can't be opened: No such file or directory");
    ck_assert_int_eq(lock_xtables(".", 1000, &fd, &why), LOCK_FAILED);
    /* A FIFO does not hang. */
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
    ck_assert_int_eq(lock_xtables("fifo", 0, &fd, &why), LOCK_TAKEN);
    lock_release(&fd);
}
END_TEST

START_TEST(test_own)
{
    struct stat st;
    int fd, again;

    ck_assert_int_eq(lock_own("run", 0, &fd, &why), LOCK_TAKEN);
    ck_assert_int_eq(stat("run", &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0700);
    ck_assert_int_eq(stat("run/lock", &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(lock_own("run", 50, &again, &why), LOCK_BUSY);
    lock_release(&fd);
    ck_assert_int_eq(lock_own("run", 0, &fd, &why), LOCK_TAKEN);
    lock_release(&fd);
}
END_TEST

/* A child that was given the descriptor holds the lock when its parent has closed it. */
START_TEST(test_own_is_inherited)
{
    int fd, again, ready[2];

    ck_assert_int_eq(lock_own("run", 0, &fd, &why), LOCK_TAKEN);
    ck_assert_int_eq(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char c;

        close(ready[1]);
        _exit(read(ready[0], &c, 1) != 0);
    }
    close(ready[0]);
    lock_release(&fd);
    ck_assert_int_eq(lock_own("run", 0, &again, &why), LOCK_BUSY);
    close(ready[1]);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert_int_eq(lock_own("run", 0, &again, &why), LOCK_TAKEN);
    lock_release(&again);
}
END_TEST

START_TEST(test_own_refused)
{
    int fd;

    ck_assert_int_eq(mkdir("run", 0700), 0);
    ck_assert_int_eq(chmod("run", 01777), 0);
    ck_assert_int_eq(lock_own("run", 0, &fd, &why), LOCK_FAILED);
    ck_assert_str_eq(why.text, "run is not used: others may write there");
    ck_assert_int_eq(chmod("run", 0720), 0);
    ck_assert_int_eq(lock_own("run", 0, &fd, &why), LOCK_FAILED);
    ck_assert_int_eq(chmod("run", 0755), 0);
    ck_assert_int_eq(lock_own("run", 0, &fd, &why), LOCK_TAKEN);
    lock_release(&fd);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown("run", 1, 1), 0);
        ck_assert_int_eq(lock_own("run", 0, &fd, &why), LOCK_FAILED);
        ck_assert_str_eq(why.text, "run is not used: it belongs to somebody else");
        ck_assert_int_eq(chown("run", 0, 0), 0);
    }
    ck_assert_int_eq(symlink("run", "link"), 0);
    ck_assert_int_eq(lock_own("link", 0, &fd, &why), LOCK_FAILED);
    ck_assert_int_eq(lock_own("missing/run", 0, &fd, &why), LOCK_FAILED);
    ck_assert_str_eq(why.text, "missing/run can't be made: No such file or directory");
    ck_assert_int_eq(lock_own("run/lock", 0, &fd, &why), LOCK_FAILED);
    ck_assert_int_eq(unlink("run/lock"), 0);
    ck_assert_int_eq(symlink("../elsewhere", "run/lock"), 0);
    ck_assert_int_eq(lock_own("run", 0, &fd, &why), LOCK_FAILED);
    ck_assert_int_ne(access("elsewhere", F_OK), 0);
    ck_assert_int_eq(fd, -1);
}
END_TEST

static Suite *lock_suite(void)
{
    Suite *s = suite_create("lock");
    TCase *t = new_case(s, "lock");

    check_folder_use(t);
    tcase_add_checked_fixture(t, no_environment, NULL);
    tcase_add_test(t, test_free);
    tcase_add_test(t, test_busy);
    tcase_add_test(t, test_waits);
    tcase_add_test(t, test_removed);
    tcase_add_test(t, test_environment);
    tcase_add_test(t, test_failures);
    tcase_add_test(t, test_own);
    tcase_add_test(t, test_own_is_inherited);
    tcase_add_test(t, test_own_refused);
    return s;
}

int main(void)
{
    return run_suite(lock_suite());
}
