/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/boot_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_folder.h"

static const struct boot_files_options nothing;

static void check(const struct boot_files_options *options, const char *four, const char *six)
{
    struct boot_files files;

    ck_assert(boot_files_find(&files, options, "root"));
    ck_assert_str_eq(files.path[IPV4], four);
    ck_assert_str_eq(files.path[IPV6], six);
}

START_TEST(test_defaults)
{
    ck_assert_int_eq(mkdir("root", 0755), 0);
    check(&nothing, "root/etc/sysconfig/iptables", "root/etc/sysconfig/ip6tables");
    ck_assert_int_eq(mkdir("root/etc", 0755), 0);
    check(&nothing, "root/etc/sysconfig/iptables", "root/etc/sysconfig/ip6tables");
    ck_assert_int_eq(mkdir("root/etc/iptables", 0755), 0);
    check(&nothing, "root/etc/iptables/rules.v4", "root/etc/iptables/rules.v6");
    ck_assert_int_eq(mkdir("root/etc/sysconfig", 0755), 0);
    check(&nothing, "root/etc/sysconfig/iptables", "root/etc/sysconfig/ip6tables");
    ck_assert_int_eq(rmdir("root/etc/iptables"), 0);
    check(&nothing, "root/etc/sysconfig/iptables", "root/etc/sysconfig/ip6tables");
}
END_TEST

/* A file of that name is no folder; nothing is made. */
START_TEST(test_no_folder)
{
    ck_assert_int_eq(mkdir("root", 0755), 0);
    ck_assert_int_eq(mkdir("root/etc", 0755), 0);
    close(open("root/etc/iptables", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    check(&nothing, "root/etc/sysconfig/iptables", "root/etc/sysconfig/ip6tables");
    ck_assert_int_ne(access("root/etc/sysconfig", F_OK), 0);
}
END_TEST

START_TEST(test_options)
{
    struct boot_files_options options = {.persist[IPV4] = "/my/file"};

    check(&options, "/my/file", "root/etc/sysconfig/ip6tables");
    options.persist[IPV6] = "six";
    check(&options, "/my/file", "six");
    options.no_persist = true;
    check(&options, "", "");
}
END_TEST

START_TEST(test_too_long)
{
    char path[PATH_MAX + 1];
    struct boot_files_options options = {.persist[IPV6] = path};
    struct boot_files files;

    memset(path, 'x', PATH_MAX);
    path[PATH_MAX] = '\0';
    ck_assert(!boot_files_find(&files, &options, ""));
    ck_assert(!boot_files_find(&files, &nothing, path));
    path[PATH_MAX - 1] = '\0';
    ck_assert(boot_files_find(&files, &options, ""));
}
END_TEST

/* Two names of one file, in whatever way they are written; and two files. */
START_TEST(test_clash)
{
    static const struct {
        const char *four, *six;
        bool clash;
    } cases[] = {{"a", "a", true},          {"a", "./a", true},     {"sub/../a", "a", true},
                 {"sub/a", "link/a", true}, {"a", "b", false},      {"a", "sub/a", false},
                 {"", "a", false},          {"a", "", false},       {"none/a", "none/a", true},
                 {"none/a", "a", false},    {"a", "none/a", false}, {"sub/", "sub/", true},
                 {"sub/", "a", false}};
    struct boot_files files;

    ck_assert(mkdir("sub", 0755) == 0 && symlink("sub", "link") == 0);
    for (int i = 0; i < N_OF(cases); i++) {
        snprintf(files.path[IPV4], PATH_MAX, "%s", cases[i].four);
        snprintf(files.path[IPV6], PATH_MAX, "%s", cases[i].six);
        ck_assert_msg(boot_files_clash(&files) == cases[i].clash, "%s, %s", cases[i].four, cases[i].six);
    }
}
END_TEST

static Suite *boot_files_suite(void)
{
    Suite *s = suite_create("boot_files");
    TCase *t = new_case(s, "boot_files");

    check_folder_use(t);
    tcase_add_test(t, test_defaults);
    tcase_add_test(t, test_no_folder);
    tcase_add_test(t, test_options);
    tcase_add_test(t, test_too_long);
    tcase_add_test(t, test_clash);
    return s;
}

int main(void)
{
    return run_suite(boot_files_suite());
}
