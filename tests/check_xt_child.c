/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of the process that asks libxtables. */
#include <check.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lbgen/xalloc.h"
#include "lbgen/xt.h"
#include "lbgen/xt_batch.h"
#include "xt_ask.h"
#include "check_util.h"

/* --- libxtables at its worst: it asks for protocols that it does not know --- */

struct protoent *getprotobyname(const char *name)
{
    static struct protoent *(*real)(const char *);

    if (!strcmp(name, "test-exit")) {
        fputs("lbgen: rather `test-exit' than that.\n", stderr);
        exit(1);
    }
    if (!strcmp(name, "test-no-memory")) {
        errno = ENOMEM;
        perror("ip[6]tables: malloc failed");
        exit(1);
    }
    if (!strcmp(name, "test-crash"))
        raise(SIGSEGV);
    if (!strcmp(name, "test-quit"))
        _exit(7);
    if (!strcmp(name, "test-kill"))
        raise(SIGKILL);
    while (!strcmp(name, "test-hang"))
        pause();
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "getprotobyname");
    return real(name);
}

static int forks;

pid_t fork(void)
{
    static pid_t (*real)(void);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "fork");
    forks++;
    return real();
}

/* --- batches --- */

START_TEST(test_empty_batch_starts_nothing)
{
    char *why = (char *)"";

    forks = 0;
    ck_assert_int_eq(xt_canonical(4, NULL, 0, &why), 0);
    ck_assert_ptr_null(why);
    ck_assert_int_eq(forks, 0);
}
END_TEST

static struct xt_rule *many_rules(size_t n)
{
    struct xt_rule *rules = xcalloc(n, sizeof *rules);

    for (size_t i = 0; i < n; i++) {
        char text[120];
        int len = snprintf(text, sizeof text,
                           "-A PREROUTING -d 10.%zu.%zu.%zu -p tcp --dport %zu -j MARK --set-mark %zu",
                           i >> 16, i >> 8 & 255, i & 255, 1 + i % 65535, i + 1);

        rules[i].table = "mangle";
        rules[i].rule = xmemdup0(text, (size_t)len);
    }
    return rules;
}

static void check_many(const struct xt_rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[160];

        snprintf(text, sizeof text,
                 "-A PREROUTING -d 10.%zu.%zu.%zu/32 -p tcp -m tcp --dport %zu -j MARK --set-xmark "
                 "0x%zx/0xffffffff",
                 i >> 16, i >> 8 & 255, i & 255, 1 + i % 65535, i + 1);
        ck_assert_str_eq(rules[i].text, text);
    }
}

static void free_many(struct xt_rule *rules, size_t n)
{
    xt_free_answers(rules, n);
    for (size_t i = 0; i < n; i++)
        free((char *)(uintptr_t)rules[i].rule);
    free(rules);
}

START_TEST(test_ten_thousand_rules)
{
    enum { N = 10000 };
    struct xt_rule *rules = many_rules(N);
    char *why;

    forks = 0;
    ck_assert_int_eq(xt_canonical(4, rules, N, &why), 0);
    ck_assert_int_eq(forks, 1);
    check_many(rules, N);
    free_many(rules, N);
}
END_TEST

static void do_nothing(int signal)
{
    (void)signal;
}

START_TEST(test_signals_do_not_disturb)
{
    enum { N = 5000 };
    struct sigaction action = {.sa_handler = do_nothing};
    struct itimerval every = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    struct xt_rule *rules = many_rules(N);
    char *why;

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    ck_assert_int_eq(xt_canonical(4, rules, N, &why), 0);
    setitimer(ITIMER_REAL, &never, NULL);
    check_many(rules, N);
    free_many(rules, N);
}
END_TEST

START_TEST(test_children_that_are_never_waited_for)
{
    signal(SIGCHLD, SIG_IGN);
    struct xt_rule rule = ask(4, "filter", "-A INPUT -j ACCEPT");

    signal(SIGCHLD, SIG_DFL);
    ck_assert_str_eq(rule.text, "-A INPUT -j ACCEPT");
    xt_free_answers(&rule, 1);
}
END_TEST

static int open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int n = 0;

    MUST(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

START_TEST(test_nothing_is_left_behind)
{
    static const char *const texts[] = {"-A INPUT -j ACCEPT", "-A INPUT -m bogus", "-A INPUT -p test-exit",
                                        "-A INPUT -p test-kill"};
    int before = open_descriptors();

    setenv("XTABLES_LIBDIR", "/nowhere", 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct xt_rule rule = {.table = "filter", .rule = texts[i]};
        char *why;

        xt_canonical(4, &rule, 1, &why);
        xt_free_answers(&rule, 1);
        free(why);
    }
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_str_eq(getenv("XTABLES_LIBDIR"), "/nowhere");
    unsetenv("XTABLES_LIBDIR");
    ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
}
END_TEST

START_TEST(test_caller_without_standard_descriptors)
{
    int kept[3];
    struct xt_rule rule;

    for (int fd = 0; fd < 3; fd++) {
        kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
        close(fd);
    }
    rule = ask(4, "filter", "-A INPUT -m conntrack --ctstate NEW -j ACCEPT");
    for (int fd = 0; fd < 3; fd++) {
        dup2(kept[fd], fd);
        close(kept[fd]);
    }
    ck_assert_str_eq(rule.text, "-A INPUT -m conntrack --ctstate NEW -j ACCEPT");
    xt_free_answers(&rule, 1);
}
END_TEST

START_TEST(test_no_library_from_the_environment)
{
    setenv("XTABLES_LIBDIR", "/nowhere", 1);
    setenv("IPTABLES_LIB_DIR", "/nowhere", 1);
    setenv("IP6TABLES_LIB_DIR", "/nowhere", 1);
    struct xt_rule rule = ask(6, "filter", "-A INPUT -m conntrack --ctstate NEW");

    ck_assert_int_eq(rule.status, XT_OK);
    xt_free_answers(&rule, 1);
    unsetenv("XTABLES_LIBDIR");
    unsetenv("IPTABLES_LIB_DIR");
    unsetenv("IP6TABLES_LIB_DIR");
}
END_TEST

/* --- the child's bad days --- */

START_TEST(test_exit_costs_one_rule)
{
    struct xt_rule rules[] = {
        {.table = "filter", .rule = "-A INPUT -j ACCEPT"},
        {.table = "filter", .rule = "-A INPUT -p test-exit"},
        {.table = "filter", .rule = "-A INPUT -j DROP"},
        {.table = "filter", .rule = "-A INPUT -p test-crash"},
        {.table = "filter", .rule = "-A INPUT -p test-quit"},
        {.table = "filter", .rule = "-A INPUT -i lo"},
    };
    char *why;

    forks = 0;
    ck_assert_int_eq(xt_canonical(4, rules, 6, &why), 0);
    ck_assert_int_eq(forks, 4);
    ck_assert_str_eq(rules[0].text, "-A INPUT -j ACCEPT");
    ck_assert_int_eq(rules[1].status, XT_REFUSED);
    ck_assert_str_eq(rules[1].text, "rather `test-exit' than that");
    ck_assert_uint_eq(rules[1].at, strlen("-A INPUT -p "));
    ck_assert_uint_eq(rules[1].len, strlen("test-exit"));
    ck_assert_str_eq(rules[2].text, "-A INPUT -j DROP");
    ck_assert_int_eq(rules[3].status, XT_FAILED);
    ck_assert_str_eq(rules[3].text, "libxtables crashes on this rule (signal 11)");
    ck_assert_int_eq(rules[4].status, XT_FAILED);
    ck_assert_str_eq(rules[4].text, "libxtables crashes on this rule (status 7)");
    ck_assert_str_eq(rules[5].text, "-A INPUT -i lo");
    xt_free_answers(rules, 6);
}
END_TEST

static void expect_failure(const char *text, int error, const char *reason)
{
    struct xt_rule rules[] = {{.table = "filter", .rule = "-A INPUT -j ACCEPT"},
                              {.table = "filter", .rule = text}};
    char *why;

    ck_assert_int_eq(xt_canonical(4, rules, 2, &why), error);
    ck_assert_msg(strstr(why, reason), "%s", why);
    ck_assert_ptr_null(rules[0].text);
    ck_assert_ptr_null(rules[1].text);
    ck_assert_str_eq(rules[0].chain, "");
    free(why);
}

START_TEST(test_killed)
{
    expect_failure("-A INPUT -p test-kill", ECANCELED, "signal 9");
}
END_TEST

START_TEST(test_hanging)
{
    int patience = xt_patience;

    xt_patience = 200;
    expect_failure("-A INPUT -p test-hang", ETIMEDOUT, "-A INPUT -p test-hang");
    xt_patience = patience;
    ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
}
END_TEST

START_TEST(test_out_of_memory)
{
    expect_failure("-A INPUT -p test-no-memory", ENOMEM, "memory ran out");
}
END_TEST

static int *ran_at_exit;

static void count_exit(void)
{
    ++*ran_at_exit;
}

START_TEST(test_parents_exit_handlers_stay_with_it)
{
    ran_at_exit = mmap(NULL, sizeof *ran_at_exit, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    atexit(count_exit);
    struct xt_rule rule = ask(4, "filter", "-A INPUT -p test-exit");

    ck_assert_int_eq(rule.status, XT_REFUSED);
    ck_assert_int_eq(*ran_at_exit, 0);
    xt_free_answers(&rule, 1);
}
END_TEST

START_TEST(test_nothing_reaches_the_terminal)
{
    static const char *const texts[] = {"-A INPUT -i a/b",                                   /* warned of */
                                        "-A INPUT -m iprange --src-range 10.0.0.9-10.0.0.1", /* warned of */
                                        "-A INPUT -m conntrack --ctstate X", "-A INPUT -p test-exit",
                                        "-A INPUT -p test-crash"};
    FILE *heard = tmpfile();
    int terminal = dup(2);

    dup2(fileno(heard), 2);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct xt_rule rule = ask(4, "filter", texts[i]);

        xt_free_answers(&rule, 1);
    }
    dup2(terminal, 2);
    close(terminal);
    ck_assert_int_eq(lseek(fileno(heard), 0, SEEK_END), 0);
    fclose(heard);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt_child");
    TCase *batch = tcase_create("batches"), *bad = tcase_create("bad days");

    tcase_add_test(batch, test_empty_batch_starts_nothing);
    tcase_add_test(batch, test_ten_thousand_rules);
    tcase_add_test(batch, test_signals_do_not_disturb);
    tcase_add_test(batch, test_children_that_are_never_waited_for);
    tcase_add_test(batch, test_nothing_is_left_behind);
    tcase_add_test(batch, test_caller_without_standard_descriptors);
    tcase_add_test(batch, test_no_library_from_the_environment);
    suite_add_tcase(suite, batch);
    tcase_add_test(bad, test_exit_costs_one_rule);
    tcase_add_test(bad, test_killed);
    tcase_add_test(bad, test_hanging);
    tcase_add_test(bad, test_out_of_memory);
    tcase_add_test(bad, test_parents_exit_handlers_stay_with_it);
    tcase_add_test(bad, test_nothing_reaches_the_terminal);
    suite_add_tcase(suite, bad);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
