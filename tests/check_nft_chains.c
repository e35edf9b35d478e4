/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What it sees is tested by tests/kernel/neighbours; here, that it answers where there is nothing to see. */
#include "lbgen/nft_chains.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_util.h"

static int exit_status(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* An empty network namespace, where one can be had. */
START_TEST(test_empty)
{
    struct nft_chains chains = {0};
    struct complaint why = {.text = ""};
    pid_t pid = fork();

    if (pid == 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
            _exit(0);
        bool known = nft_chains_read(&chains, true, &why);
        _exit(known ? chains.n != 0 : !*why.text); /* this kernel may have no nf_tables */
    }
    ck_assert_int_eq(exit_status(pid), 0);
}
END_TEST

START_TEST(test_unprivileged)
{
    struct nft_chains chains = {0};
    struct complaint why = {.text = ""};
    pid_t pid = fork();

    if (pid == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(1);
        bool known = nft_chains_read(&chains, false, &why);
        _exit(known || chains.n != 0 || !strstr(why.text, "the chains of nf_tables can't be read: "));
    }
    ck_assert_int_eq(exit_status(pid), 0);
}
END_TEST

static Suite *nft_chains_suite(void)
{
    Suite *s = suite_create("nft_chains");
    TCase *t = new_case(s, "nft_chains");

    tcase_add_test(t, test_empty);
    tcase_add_test(t, test_unprivileged);
    return s;
}

int main(void)
{
    return run_suite(nft_chains_suite());
}
