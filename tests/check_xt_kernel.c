/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of revisions, and what becomes of rules then; and libxtables' bad days. */
#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <netinet/in.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include "lbgen/xt_entries.h"
#include "check_util.h"

/* --- a kernel as it is wanted --- */

static int no_socket;       /* errno of socket() */
static int no_option;       /* errno of each getsockopt() */
static const char *lacking; /* an extension, of which it has only revisions below this: */
static uint8_t lacking_from;

int socket(int domain, int type, int protocol)
{
    (void)domain;
    (void)type;
    (void)protocol;
    errno = no_socket;
    return no_socket ? -1 : dup(STDIN_FILENO);
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict size)
{
    const struct xt_get_revision *question = value;

    ck_assert_int_eq(level, IPPROTO_IP);
    ck_assert(option == IPT_SO_GET_REVISION_MATCH || option == IPT_SO_GET_REVISION_TARGET);
    ck_assert_uint_eq(*size, sizeof *question);
    (void)fd;
    errno = no_option;
    if (!no_option && lacking && !strcmp(question->name, lacking) && question->revision >= lacking_from)
        errno = EPROTONOSUPPORT;
    return errno ? -1 : 0;
}

struct protoent *getprotobyname(const char *name)
{
    if (!strcmp(name, "test-exit")) {
        fputs("lbgen: rather `test-exit' than that.\n", stderr);
        exit(1);
    }
    if (!strcmp(name, "test-crash"))
        raise(SIGSEGV);
    if (!strcmp(name, "test-kill"))
        raise(SIGKILL);
    return NULL;
}

static struct arena mem;

static void any_kernel(void)
{
    arena_free(&mem);
    no_socket = no_option = 0;
    lacking = NULL;
}

static void encode(struct xt_encoding *rules, size_t n)
{
    struct complaint why;

    ck_assert_msg(xt_encode(IPV4, rules, n, &mem, &why), "%s", why.text);
}

/* The revision of the rule's first match, or else its target. */
static int revision(const char *rule)
{
    struct xt_encoding e = {.table = "filter", .rule = rule};

    encode(&e, 1);
    ck_assert_msg(e.entry != NULL, "%s", e.refusal);
    return ((const uint8_t *)e.entry)[sizeof(struct ipt_entry) + 31];
}

static const char multiport[] = "-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT";

START_TEST(test_kernel_has_all)
{
    ck_assert_int_eq(revision(multiport), 1);
}
END_TEST

START_TEST(test_older_revision)
{
    lacking = "multiport";
    lacking_from = 1;
    ck_assert_int_eq(revision(multiport), 0);
    lacking = "CONNMARK";
    lacking_from = 2;
    ck_assert_int_eq(revision("-A INPUT -j CONNMARK --set-xmark 0x1/0xffffffff"), 1);
}
END_TEST

START_TEST(test_kernel_that_may_not_be_asked)
{
    static const int errors[] = {EPERM, EAFNOSUPPORT, EACCES};

    for (int i = 0; i < N_OF(errors); i++) {
        no_socket = errors[i];
        ck_assert_int_eq(revision(multiport), 1);
    }
    no_socket = 0;
    no_option = ENOPROTOOPT;
    ck_assert_int_eq(revision(multiport), 1);
    no_option = EPERM;
    ck_assert_int_eq(revision(multiport), 1);
}
END_TEST

START_TEST(test_lacking)
{
    struct xt_encoding rules[] = {{.table = "filter", .rule = "-A INPUT -j AUDIT --type drop"},
                                  {.table = "filter", .rule = "-A INPUT -j AUDIT --type drop"},
                                  {.table = "filter", .rule = "-A INPUT -j audit"},
                                  {.table = "filter", .rule = "-A INPUT -j ACCEPT"}};

    lacking = "AUDIT";
    lacking_from = 0;
    encode(rules, 4);
    for (int i = 0; i < 2; i++)
        ck_assert_str_eq(rules[i].refusal,
                         "this kernel does not have the target 'AUDIT' (or not as libxtables does)");
    ck_assert(rules[2].entry && rules[3].entry);
    lacking = "multiport";
    rules[0].rule = rules[1].rule = multiport;
    rules[2].rule = "-A INPUT -j multiport";
    encode(rules, 4);
    for (int i = 0; i < 2; i++)
        ck_assert_str_eq(rules[i].refusal,
                         "this kernel does not have the match 'multiport' (or not as libxtables does)");
    ck_assert(rules[2].entry && rules[3].entry);
}
END_TEST

START_TEST(test_exit_and_crash_cost_one_rule)
{
    struct xt_encoding rules[] = {{.table = "filter", .rule = "-A INPUT -p test-exit -j ACCEPT"},
                                  {.table = "filter", .rule = "-A INPUT -j ACCEPT"},
                                  {.table = "filter", .rule = "-A INPUT -p test-crash -j ACCEPT"},
                                  {.table = "filter", .rule = "-A INPUT -j DROP"}};

    encode(rules, 4);
    ck_assert_str_eq(rules[0].refusal, "rather `test-exit' than that");
    ck_assert_str_eq(rules[2].refusal, "libxtables crashes on this rule (signal 11)");
    ck_assert(rules[1].entry && rules[3].entry);
}
END_TEST

START_TEST(test_no_child)
{
    struct xt_encoding rule = {.table = "filter", .rule = "-A INPUT -p test-kill -j ACCEPT"};
    struct complaint why;

    ck_assert(!xt_encode(IPV4, &rule, 1, &mem, &why));
    ck_assert_str_eq(why.text, "the process that asks libxtables was ended by signal 9");
    ck_assert_ptr_null(rule.entry);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt_kernel");
    TCase *kernel = new_case(suite, "kernel");

    tcase_add_checked_fixture(kernel, NULL, any_kernel);
    tcase_add_test(kernel, test_kernel_has_all);
    tcase_add_test(kernel, test_older_revision);
    tcase_add_test(kernel, test_kernel_that_may_not_be_asked);
    tcase_add_test(kernel, test_lacking);
    tcase_add_test(kernel, test_exit_and_crash_cost_one_rule);
    tcase_add_test(kernel, test_no_child);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
