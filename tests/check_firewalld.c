/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/firewalld.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_folder.h"

static void put(const char *pid, const char *name, const char *text, size_t len)
{
    char path[100];

    snprintf(path, sizeof path, "proc/%s/%s", pid, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_eq((int)write(fd, text, len), (int)len);
    close(fd);
}

/* A process; two with the same namespace share a file. */
static void process(const char *pid, const char *comm, const char *line, size_t line_len, const char *ns)
{
    char path[100];

    snprintf(path, sizeof path, "proc/%s", pid);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    put(pid, "comm", comm, strlen(comm));
    put(pid, "cmdline", line, line_len);
    snprintf(path, sizeof path, "proc/%s/ns", pid);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "proc/%s/ns/net", pid);
    if (ns)
        ck_assert_int_eq(link(ns, path), 0);
}

static void make_proc(void)
{
    ck_assert_int_eq(mkdir("proc", 0755), 0);
    close(open("ours", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    close(open("other", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    process("self", "lbgen\n", TEXT("lbgen"), "ours");
    process("1", "systemd\n", TEXT("/sbin/init\0firewalld\0"), "ours");
    process("2", "kthreadd\n", TEXT(""), "ours");
    ck_assert_int_eq(mkdir("proc/3", 0755), 0); /* just gone */
    ck_assert_int_eq(mkdir("proc/4x", 0755), 0);
}

static void check(enum firewalld_answer want, uint32_t want_pid)
{
    uint32_t pid = 99;

    ck_assert_int_eq(firewalld_look("proc", &pid), want);
    ck_assert_uint_eq(pid, want_pid);
}

START_TEST(test_lines)
{
    static const struct {
        const char *comm, *line;
        size_t len;
        bool is;
    } cases[] = {
        {"firewalld\n", TEXT("/usr/bin/python3\0-s\0/usr/sbin/firewalld\0--nofork\0"), true},
        {"firewalld\n", TEXT(""), true},
        {"python3\n", TEXT("/usr/bin/python3\0-s\0/usr/sbin/firewalld\0--nofork\0"), true},
        {"python3.11\n", TEXT("python3.11\0/usr/sbin/firewalld\0"), true},
        {"python3.11\n", TEXT("python3.11\0-Es\0-u\0/usr/sbin/firewalld"), true},
        {"x\n", TEXT("/usr/sbin/firewalld\0--nofork\0"), true},
        {"x\n", TEXT("firewalld"), true},
        {"vi\n", TEXT("vi\0/etc/firewalld\0"), false},
        {"systemctl\n", TEXT("systemctl\0status\0firewalld\0"), false},
        {"python3\n", TEXT("python3\0/usr/bin/x\0firewalld\0"), false},
        {"python3\n", TEXT("python3\0-c\0firewalld = 1\0"), false},
        {"python3\n", TEXT("python3\0-s\0"), false},
        {"firewalld-x\n", TEXT("firewalld-x\0"), false},
        {"firewalldx\n", TEXT("\0\0\0"), false},
    };

    check(FIREWALLD_NONE, 0);
    process("77", cases[_i].comm, cases[_i].line, cases[_i].len, "ours");
    check(cases[_i].is ? FIREWALLD_RUNS : FIREWALLD_NONE, cases[_i].is ? 77 : 0);
}
END_TEST

START_TEST(test_namespaces)
{
    process("77", "firewalld\n", TEXT(""), "other");
    check(FIREWALLD_NONE, 0);
    process("78", "firewalld\n", TEXT(""), NULL);
    check(FIREWALLD_UNKNOWN, 78);
    process("79", "firewalld\n", TEXT(""), "ours");
    check(FIREWALLD_RUNS, 79);
    ck_assert_int_eq(unlink("proc/self/ns/net"), 0);
    uint32_t pid;
    ck_assert_int_eq(firewalld_look("proc", &pid), FIREWALLD_UNKNOWN);
}
END_TEST

START_TEST(test_no_proc)
{
    uint32_t pid = 99;

    ck_assert_int_eq(firewalld_look("missing", &pid), FIREWALLD_UNKNOWN);
    ck_assert_int_eq(firewalld_look(".", &pid), FIREWALLD_UNKNOWN); /* nothing is mounted there */
    ck_assert_uint_eq(pid, 0);
    firewalld_look("/proc", &pid); /* whatever is true here */
}
END_TEST

static Suite *firewalld_suite(void)
{
    Suite *s = suite_create("firewalld");
    TCase *t = new_case(s, "firewalld");

    check_folder_use(t);
    tcase_add_checked_fixture(t, make_proc, NULL);
    tcase_add_loop_test(t, test_lines, 0, 14);
    tcase_add_test(t, test_namespaces);
    tcase_add_test(t, test_no_proc);
    return s;
}

int main(void)
{
    return run_suite(firewalld_suite());
}
